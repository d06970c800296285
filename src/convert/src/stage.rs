//! The state of one stage: what was written of it, what it stands on, and what its instructions have made so far.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use fromtier_dockerfile::instructions::{self, Command};
use fromtier_dockerfile::shell::Env;
use fromtier_dockerfile::span::Range;
use fromtier_gostd::time::Time;
use fromtier_image::config::History;
use fromtier_image::{ImageConfig, Platform};
use fromtier_llb::State;
use fromtier_policy::Scope;
use fromtier_policy::gate::Via;

use crate::base::trigger_chain::TriggerLink;
use crate::context::lookup::NamedContext;
use crate::history::{self, Layer};
use crate::name::Steps;
use crate::outline::capture::Capture;
use crate::plan::deps::{Deps, StageId};
use crate::plan::paths_used::PathsUsed;

/// An instruction, and the stages that it takes files from.
#[derive(Debug)]
pub(crate) struct Planned {
    pub command: Command,
    /// One for `COPY --from`, one each mount for `RUN`.
    pub sources: Vec<StageId>,
    /// It comes from a trigger of the base.
    pub onbuild: bool,
}

/// A stage, written or standing for an image in `--from`.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    /// The name behind `AS`.
    pub name: String,
    /// The name in steps: `stage-0` when there is none, and empty when there is but one stage.
    pub display_name: String,
    /// With arguments filled in; once resolved, the whole reference.
    pub base_name: String,
    pub doc_comment: String,
    pub source_code: String,
    pub location: Vec<Range>,
    /// The instruction that wants its image. The reference has no lines for the images of `RUN --mount`; a refusal
    /// of the gate does.
    pub wanted_at: Vec<Range>,
    /// How its image is wanted, for the gate.
    pub via: Option<Via>,
    /// It stands for an image in `--from`.
    pub is_image_source: bool,
    /// The stage as policies know it, by its name or as `stage-0`; for an image in `--from`, the stage that wants it.
    pub policy_name: Rc<str>,
    /// Whether it is in what ships, for policies: the target and what it is built `FROM`, and the images that these
    /// take files from.
    pub shipped: Option<bool>,
    /// Which triggers led to it, when it stands for an image that a trigger wants.
    pub chain: Option<Rc<TriggerLink>>,
    pub base: Option<StageId>,
    pub named: Option<NamedContext>,
    pub deps: Deps,
    pub commands: Vec<Planned>,
    pub ignore_cache: bool,
    pub steps: Steps,
    pub outline: Capture,
    /// Where the paths used of it are kept.
    pub paths: usize,
    /// Its base was resolved.
    pub resolved: bool,
    /// Its instructions ran, or it has none to run.
    pub dispatched: bool,
    /// It stands for an image that nothing needed when the first images were resolved.
    pub late: bool,
    /// The triggers that its base stage declares were taken.
    pub triggers_taken: bool,

    /// It began with no files at all: on `scratch`, however that was named, or on an image without layers.
    pub on_scratch: bool,

    /// What it has built.
    pub state: State,
    /// Its image but for the history.
    pub image: ImageConfig,
    /// Where the image's variables stand, by name.
    pub env_index: HashMap<String, usize>,
    /// The history that its instructions made.
    pub history: Vec<History>,
    /// The history of its base image.
    pub base_history: Vec<History>,
    pub base_image: Option<Rc<ImageConfig>>,
    pub platform: Option<Platform>,
    /// What its `ARG`s declare, in order, and those of its bases before them.
    pub args: Args,
    pub ctx_paths: PathsUsed,
    pub workdir_set: bool,
    pub entrypoint: Once,
    pub cmd: Once,
    pub healthcheck: Once,
    /// A command of it isn't UTF-8, which no graph can hold.
    pub not_utf8: bool,
    pub scan_stage: bool,
    pub scan_context: bool,
}

/// Whether an instruction was there, and where the last was.
#[derive(Debug, Default)]
pub(crate) struct Once(pub Option<Vec<Range>>);

/// The build arguments of a stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Args {
    pub list: Vec<(Rc<str>, Option<Rc<str>>)>,
    pub keys: HashSet<Rc<str>>,
}

impl Args {
    pub fn push(&mut self, key: &str, value: Option<&str>) {
        let key: Rc<str> = key.into();
        self.keys.insert(key.clone());
        self.list.push((key, value.map(Into::into)));
    }
}

impl Stage {
    /// A stage of the file.
    pub fn written(
        stage: instructions::Stage,
        base_name: String,
        platform: Option<Platform>,
        outline: Capture,
    ) -> Stage {
        let planned = |command| Planned {
            command,
            sources: Vec::new(),
            onbuild: false,
        };
        Stage {
            policy_name: stage.name.as_str().into(),
            display_name: stage.name.clone(),
            name: stage.name,
            base_name,
            doc_comment: stage.doc_comment,
            source_code: stage.source_code,
            wanted_at: stage.location.clone(),
            location: stage.location,
            via: Some(Via::From),
            commands: stage.commands.into_iter().map(planned).collect(),
            outline,
            platform,
            ..Stage::default()
        }
    }

    /// An image (or a named context) that an instruction of stage `by` takes files from.
    pub fn for_image(reference: &str, wanted_at: &[Range], via: Via, by: &Stage) -> Stage {
        Stage {
            policy_name: by.policy_name.clone(),
            shipped: by.shipped,
            base_name: reference.to_owned(),
            wanted_at: wanted_at.to_vec(),
            via: Some(via),
            is_image_source: true,
            ..Stage::default()
        }
    }

    /// Where its image is wanted, for the gate.
    pub fn scope(&self) -> Scope<'_> {
        Scope {
            stage: Some(&self.policy_name),
            ships: self.shipped,
            platform: self.platform.as_ref(),
            path: None,
        }
    }

    /// The operating system that paths are read for.
    pub fn os(&self) -> &str {
        self.platform.as_ref().map_or("", |p| &p.os)
    }

    /// Adds a line of history.
    pub fn commit(&mut self, message: String, layer: Layer, epoch: Option<Time>) {
        self.history.push(history::entry(message, layer, epoch));
    }

    /// Counts a step and returns its name. `platform` is shown when the build makes several.
    pub fn next_step(&mut self, text: &str, platform: Option<&Platform>, env: &dyn Env) -> String {
        if self.steps.total > 0 {
            self.steps.index += 1;
        }
        self.this_step(text, platform, env)
    }

    /// Another name for the step that [`Stage::next_step`] counted last.
    pub fn this_step(&self, text: &str, platform: Option<&Platform>, env: &dyn Env) -> String {
        self.steps.name(&self.display_name, text, platform, env)
    }

    /// Takes a resolved image as what the stage builds on; the untouched one is kept beside it.
    pub fn set_image(&mut self, image: ImageConfig) {
        self.image = image;
        self.image.created = None;
        self.base_history = std::mem::take(&mut self.image.history);
    }

    /// Sets a variable of the image.
    pub fn set_image_env(&mut self, key: &str, value: &str) {
        let env = self.image.config.env.get_or_insert_default();
        let line = format!("{key}={value}");
        match self.env_index.get(key) {
            Some(&at) => env[at] = line,
            None => {
                self.env_index.insert(key.to_owned(), env.len());
                env.push(line);
            }
        }
    }

    /// Finds the image's variables anew, after the image was set.
    pub fn index_env(&mut self) {
        self.env_index.clear();
        for (at, line) in self.image.config.env.iter().flatten().enumerate() {
            let key = line.split_once('=').map_or(line.as_str(), |(k, _)| k);
            self.env_index.entry(key.to_owned()).or_insert(at);
        }
    }

    /// The shell in front of a command, and the command's words as one.
    pub fn with_shell(&self, args: &[String]) -> Vec<String> {
        let mut out: Vec<String> = match &self.image.config.shell {
            Some(shell) if !shell.is_empty() => shell.clone(),
            _ if self.image.platform.os == "windows" => {
                ["cmd", "/S", "/C"].map(str::to_owned).into()
            }
            _ => ["/bin/sh", "-c"].map(str::to_owned).into(),
        };
        out.push(args.join(" "));
        out
    }
}
