//! Instructions, one file each: their effects on a stage's state, image and history.

mod add;
mod arg;
mod cmd;
mod copy;
mod entrypoint;
mod env;
mod expose;
mod from;
mod healthcheck;
mod label;
mod maintainer;
mod onbuild;
mod ports;
pub(crate) mod run;
mod run_mount;
mod run_secret;
mod run_ssh;
mod shell;
mod stopsignal;
mod user;
mod volume;
mod workdir;

use std::collections::BTreeMap;

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::ignore::Matcher;
use fromtier_dockerfile::instructions::{Command, Common, KeyValue};
use fromtier_dockerfile::lint::{Linter, rules};
use fromtier_dockerfile::shell::{Env as _, Lex};
use fromtier_dockerfile::span::Range;
use fromtier_dockerfile::suggest;
use fromtier_gostd::time::Time;
use fromtier_image::Platform;
use fromtier_llb::{Constraints, Graph, State};
use fromtier_proto::pb;

use crate::base::images::Ledger;
use crate::evaluate;
use crate::meta;
use crate::options::Options;
use crate::plan::deps::StageId;
use crate::plan::paths_used::PathsUsed;
use crate::plan::stages::Stages;
use crate::stage::{PlannedCommand, Stage};
use crate::vars::{StateVars, Vars};

/// The context of all instructions. The current stage is taken out of `stages` while its instructions run.
pub(crate) struct Dispatch<'d> {
    pub options: &'d Options,
    pub ledger: &'d Ledger<'d>,
    pub graph: &'d mut Graph,
    pub stages: &'d mut Stages,
    /// The index of the stage that was taken out.
    pub id: StageId,
    pub lint: Linter,
    pub lex: Lex,
    pub build_args: &'d BTreeMap<String, String>,
    pub globals: &'d Vars,
    pub context: &'d State,
    pub ignore: Option<&'d Matcher>,
    pub epoch: Option<Time>,
    pub proxy: Option<&'d pb::ProxyEnv>,
}

impl Dispatch<'_> {
    /// Runs one instruction.
    pub fn command(&mut self, stage: &mut Stage, planned: PlannedCommand) -> Result<()> {
        let PlannedCommand {
            command,
            sources,
            onbuild,
        } = planned;
        let location = command.common().location.clone();
        let file_lint = self.lint.clone();
        self.lint = file_lint.with_comments(&command.common().comments);
        stage.built.steps.onbuild = onbuild;
        let done = match command {
            Command::Add(add) => self.add(stage, add),
            Command::Arg { common, args } => self.arg(stage, &common, args),
            Command::Cmd { common, cmd } => self.cmd(stage, &common, cmd),
            Command::Copy(copy) => self.copy(stage, copy, sources.first().copied()),
            Command::Entrypoint { common, cmd } => self.entrypoint(stage, &common, cmd),
            Command::Env { common, env } => self.env(stage, &common, env),
            Command::Expose { common, ports } => self.expose(stage, &common, ports),
            Command::Healthcheck { common, health } => self.healthcheck(stage, &common, health),
            Command::Label { common, labels } => self.label(stage, &common, labels),
            Command::Maintainer { maintainer, .. } => self.maintainer(stage, maintainer),
            Command::Onbuild { expression, .. } => self.onbuild(stage, expression),
            Command::Run(run) => self.run(stage, run, &sources),
            Command::Shell { shell, .. } => self.shell(stage, shell),
            Command::StopSignal { common, signal } => self.stop_signal(stage, &common, signal),
            Command::User { common, user } => self.user(stage, &common, user),
            Command::Volume { common, volumes } => self.volume(stage, &common, volumes),
            Command::Workdir { common, path } => self.workdir(stage, &common, &path),
        };
        self.lint = file_lint;
        done.map_err(|e| e.at(&location))
    }

    /// Returns the result of a stage whose instructions ran. A trigger can name the stage that it runs in: then the
    /// result is what that stage has built so far.
    fn built(&self, stage: &Stage, source: StageId) -> Option<State> {
        if source == self.id {
            return Some(stage.built.state.clone());
        }
        let source = &self.stages[source];
        source.is_dispatched().then(|| source.built.state.clone())
    }

    /// The paths that are used of the result of another stage, or of the stage itself.
    fn paths_of(&mut self, stage: &Stage, source: StageId) -> &mut PathsUsed {
        let at = if source == self.id {
            stage.plan.paths
        } else {
            self.stages[source].plan.paths
        };
        self.stages.path_set_mut(at)
    }

    /// Expands the stage's variables in a word.
    fn expand_word(&self, word: &str, stage: &Stage, common: &Common) -> Result<String> {
        self.expand(&self.lex, word, stage, common)
    }

    fn expand(&self, lex: &Lex, word: &str, stage: &Stage, common: &Common) -> Result<String> {
        let vars = StateVars(&stage.built.state);
        let (result, unmatched) = match lex.expand(word, &vars) {
            Ok(expansion) => (Ok(expansion.result), expansion.unmatched),
            Err((error, expansion)) => (Err(error), expansion.unmatched),
        };
        let unknown: Vec<&String> = unmatched
            .iter()
            .filter(|name| !stage.built.args.keys.contains(name.as_str()))
            .filter(|name| !evaluate::is_for_converter(name))
            .collect();
        if !unknown.is_empty() {
            let known = vars.keys();
            for name in unknown {
                let nearest = suggest::nearest(name, &known, suggest::Case::Sensitive);
                self.lint
                    .run(&rules::UNDEFINED_VAR, &common.location, |text| {
                        text(name, nearest.as_deref())
                    });
            }
        }
        result
    }

    fn expand_words(
        &self,
        words: Vec<String>,
        stage: &Stage,
        common: &Common,
    ) -> Result<Vec<String>> {
        words
            .iter()
            .map(|word| self.expand_word(word, stage, common))
            .collect()
    }

    fn expand_pairs(
        &self,
        pairs: Vec<KeyValue>,
        stage: &Stage,
        common: &Common,
    ) -> Result<Vec<KeyValue>> {
        evaluate::expand_pairs(pairs, |word| self.expand_word(word, stage, common))
    }

    /// Returns the name of the next step. `text` is the instruction's text.
    fn step(&self, stage: &mut Stage, text: &str, platform: Option<&Platform>) -> String {
        let platform = platform.filter(|_| self.options.multi_platform).cloned();
        let state = stage.built.state.clone();
        stage.next_step(text, platform.as_ref(), &StateVars(&state))
    }

    /// Returns a step's name and lines.
    fn meta(&self, name: &str, location: &[Range]) -> Constraints {
        meta::located(
            meta::named(name),
            self.options.source_map.as_ref(),
            location,
        )
    }
}
