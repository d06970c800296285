//! One stage through the phases of a conversion: as written, as planned, its base, and the result of its instructions.

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
use crate::vars::{StageVariables, Variables};

/// An instruction, and the stages that it takes files from.
#[derive(Debug)]
pub(crate) struct PlannedCommand {
    pub command: Command,
    /// One stage for `COPY --from`, one per mount for `RUN`.
    pub sources: Vec<StageId>,
    /// It comes from an `ONBUILD` trigger of the base.
    pub onbuild: bool,
}

/// A stage of the file, or an image in `--from`, which gets a stage of its own.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    pub written: WrittenStage,
    pub plan: StagePlan,
    pub base: StageBase,
    pub built: BuiltStage,
    /// The platform of `FROM --platform`; then that of the resolved base.
    pub platform: Option<Platform>,
}

/// The `FROM` instruction of a stage. An image in `--from` has at most a location.
#[derive(Debug, Default)]
pub(crate) struct WrittenStage {
    /// The name after `AS`, or empty.
    pub name: String,
    pub doc_comment: String,
    pub source_code: String,
    pub location: Vec<Range>,
}

/// How a stage takes part in the build. It is known before anything is resolved; triggers add to it.
#[derive(Debug, Default)]
pub(crate) struct StagePlan {
    /// The name in steps: `stage-0` if the stage has none, and empty if there is only one stage.
    pub display_name: String,
    /// The name by which policies know the stage: its own or `stage-0`. For an image in `--from`, that of the stage that
    /// uses it.
    pub policy_name: Rc<str>,
    /// Whether the stage is part of the shipped image: the target, the stages that it is built `FROM`, and the images that
    /// these take files from. `None` if the target doesn't need the stage.
    pub shipped: Option<bool>,
    /// It is an image in `--from`, not a stage of the file.
    pub is_image_source: bool,
    /// The instruction that requests its image. For images in `RUN --mount`, BuildKit's errors have no location; the
    /// gate's refusals have this one.
    pub requested_at: Vec<Range>,
    /// How its image is requested, for the gate.
    pub via: Option<Via>,
    /// The triggers that led to it, if a trigger uses its image.
    pub trigger: Option<Rc<TriggerLink>>,
    pub deps: Deps,
    pub commands: Vec<PlannedCommand>,
    pub ignore_cache: bool,
    /// The index of the paths that are used of it, in [`crate::plan::stages::Stages`].
    pub paths: usize,
}

/// The base of a stage.
#[derive(Debug, Default)]
pub(crate) struct StageBase {
    /// As written, with arguments expanded; from the first round of resolution on, the full reference.
    pub name: String,
    pub state: BaseState,
    /// The named context that replaces the stage.
    pub context: Option<NamedContext>,
    /// It has no files: `scratch`, however that is named, or an image without layers.
    pub is_empty: bool,
    /// The unchanged image config.
    pub image: Option<Rc<ImageConfig>>,
    /// The history of the image.
    pub history: Vec<History>,
}

/// How far the base of a stage is resolved.
#[derive(Debug, Default)]
pub(crate) enum BaseState {
    /// An image, `scratch` or a named context that nothing needs so far.
    #[default]
    Pending,
    /// An image in `--from` that nothing needed when it was first looked at. A trigger might need it later.
    Late,
    /// An image, `scratch` or a named context in place of the base.
    Resolved,
    /// A named context in place of the stage, whose instructions don't run.
    Context,
    /// Another stage.
    Stage { id: StageId, triggers_taken: bool },
}

impl BaseState {
    /// Whether the next round of resolution looks at the base; `needed` says whether something needs the stage.
    pub fn is_open(&self, needed: bool) -> bool {
        match self {
            BaseState::Pending => true,
            BaseState::Late => needed,
            BaseState::Resolved | BaseState::Context | BaseState::Stage { .. } => false,
        }
    }
}

/// The result of a stage's instructions so far.
#[derive(Debug, Default)]
pub(crate) struct BuiltStage {
    pub state: State,
    /// The image config without the history.
    pub image: ImageConfig,
    /// The index of each variable in the image's list.
    pub env_index: HashMap<String, usize>,
    /// The history of the stage's own instructions.
    pub history: Vec<History>,
    /// The declared `ARG`s in order, after those of the base stages.
    pub args: Args,
    pub steps: Steps,
    pub outline: Capture,
    /// The paths that are used of the main context.
    pub context_paths: PathsUsed,
    pub has_workdir: bool,
    /// The place of its last `USER`.
    pub user_location: Option<Vec<Range>>,
    pub entrypoint: Occurrence,
    pub cmd: Occurrence,
    pub healthcheck: Occurrence,
    /// One of its commands isn't UTF-8, so it can't be part of a graph.
    pub has_invalid_utf8: bool,
    pub scan_stage: bool,
    pub scan_context: bool,
    /// The instructions ran.
    pub is_done: bool,
}

impl Variables for Stage {
    fn set(&mut self, key: &str, value: &str) {
        self.built.state = std::mem::take(&mut self.built.state).add_env(key, value);
    }
}

impl StageVariables for Stage {
    fn set_in_image(&mut self, key: &str, value: &str) {
        let env = self.built.image.config.env.get_or_insert_default();
        let line = format!("{key}={value}");
        match self.built.env_index.get(key) {
            Some(&at) => env[at] = line,
            None => {
                self.built.env_index.insert(key.to_owned(), env.len());
                env.push(line);
            }
        }
    }

    fn show_image_variables(&mut self) {
        for line in self.built.image.config.env.iter().flatten() {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            self.built.state = std::mem::take(&mut self.built.state).add_env(key, value);
        }
    }

    fn has_no_path(&self) -> bool {
        !self.built.env_index.contains_key("PATH")
    }
}

/// The location of the last instruction of a kind, if there was one.
#[derive(Debug, Default)]
pub(crate) struct Occurrence(pub Option<Vec<Range>>);

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
        let planned = |command| PlannedCommand {
            command,
            sources: Vec::new(),
            onbuild: false,
        };
        Stage {
            plan: StagePlan {
                display_name: stage.name.clone(),
                policy_name: stage.name.as_str().into(),
                requested_at: stage.location.clone(),
                via: Some(Via::From),
                commands: stage.commands.into_iter().map(planned).collect(),
                ..StagePlan::default()
            },
            base: StageBase {
                name: base_name,
                ..StageBase::default()
            },
            built: BuiltStage {
                outline,
                ..BuiltStage::default()
            },
            written: WrittenStage {
                name: stage.name,
                doc_comment: stage.doc_comment,
                source_code: stage.source_code,
                location: stage.location,
            },
            platform,
        }
    }

    /// An image (or a named context) that an instruction of stage `by` takes files from.
    pub fn for_image(reference: &str, requested_at: &[Range], via: Via, by: &Stage) -> Stage {
        Stage {
            plan: StagePlan {
                policy_name: by.plan.policy_name.clone(),
                shipped: by.plan.shipped,
                is_image_source: true,
                requested_at: requested_at.to_vec(),
                via: Some(via),
                ..StagePlan::default()
            },
            base: StageBase {
                name: reference.to_owned(),
                ..StageBase::default()
            },
            ..Stage::default()
        }
    }

    /// The same stage with a location for errors.
    pub fn at(mut self, location: &[Range]) -> Stage {
        self.written.location = location.to_vec();
        self
    }

    /// The stage that it is built `FROM`, if the base is one.
    pub fn base_stage(&self) -> Option<StageId> {
        match self.base.state {
            BaseState::Stage { id, .. } => Some(id),
            BaseState::Pending | BaseState::Late | BaseState::Resolved | BaseState::Context => None,
        }
    }

    /// Whether other stages can use its files: its instructions ran, or it has none to run.
    pub fn is_dispatched(&self) -> bool {
        self.built.is_done
            || match self.base.state {
                BaseState::Late | BaseState::Context => true,
                BaseState::Resolved => self.plan.is_image_source,
                BaseState::Pending | BaseState::Stage { .. } => false,
            }
    }

    /// The triggers that it declares for the stages that are built on it.
    pub fn triggers(&self) -> Vec<String> {
        let commands = self.plan.commands.iter().map(|c| &c.command);
        commands
            .filter_map(|command| match command {
                Command::Onbuild { expression, .. } => Some(expression.clone()),
                _ => None,
            })
            .collect()
    }

    /// The part of the build that requests its image, for the gate.
    pub fn scope(&self) -> Scope<'_> {
        Scope {
            stage: Some(&self.plan.policy_name),
            ships: self.plan.shipped,
            platform: self.platform.as_ref(),
            path: None,
        }
    }

    /// The operating system whose paths the stage has.
    pub fn os(&self) -> &str {
        self.platform.as_ref().map_or("", |p| &p.os)
    }

    /// Adds a line of history.
    pub fn commit(&mut self, message: String, layer: Layer, epoch: Option<Time>) {
        self.built
            .history
            .push(history::entry(message, layer, epoch));
    }

    /// Counts a step and returns its name. `platform` is shown when the build makes several.
    pub fn next_step(&mut self, text: &str, platform: Option<&Platform>, env: &dyn Env) -> String {
        if self.built.steps.total > 0 {
            self.built.steps.index += 1;
        }
        self.this_step(text, platform, env)
    }

    /// Another name for the step that [`Stage::next_step`] counted last.
    pub fn this_step(&self, text: &str, platform: Option<&Platform>, env: &dyn Env) -> String {
        self.built
            .steps
            .name(&self.plan.display_name, text, platform, env)
    }

    /// Sets the resolved image that the stage builds on. [`StageBase::image`] keeps the unchanged one.
    pub fn set_image(&mut self, image: ImageConfig) {
        self.built.image = image;
        self.built.image.created = None;
        self.base.history = std::mem::take(&mut self.built.image.history);
    }

    /// Indexes the image's variables again, after the image was set.
    pub fn index_env(&mut self) {
        self.built.env_index.clear();
        for (at, line) in self.built.image.config.env.iter().flatten().enumerate() {
            let key = line.split_once('=').map_or(line.as_str(), |(k, _)| k);
            self.built.env_index.entry(key.to_owned()).or_insert(at);
        }
    }

    /// The shell, then the words of a command as one argument.
    pub fn with_shell(&self, args: &[String]) -> Vec<String> {
        let mut out: Vec<String> = match &self.built.image.config.shell {
            Some(shell) if !shell.is_empty() => shell.clone(),
            _ if self.built.image.platform.os == "windows" => {
                ["cmd", "/S", "/C"].map(str::to_owned).into()
            }
            _ => ["/bin/sh", "-c"].map(str::to_owned).into(),
        };
        out.push(args.join(" "));
        out
    }
}
