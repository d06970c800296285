//! `FROM`: a stage starts with the files, variables, directory, user and image of its base.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::ignore::Matcher;

use super::Dispatch;
use crate::converter::Converter;
use crate::evaluate;
use crate::plan::deps::StageId;
use crate::stage::Stage;

impl<R> Converter<'_, R> {
    /// Runs all instructions of a stage.
    pub(crate) fn dispatch_stage(&mut self, id: StageId, ignore: Option<&Matcher>) -> Result<()> {
        let mut stage = std::mem::take(&mut self.stages[id]);
        stage.built.is_done = true;
        let done = self.dispatch_taken(id, &mut stage, ignore);
        self.stages[id] = stage;
        done
    }

    fn dispatch_taken(
        &mut self,
        id: StageId,
        stage: &mut Stage,
        ignore: Option<&Matcher>,
    ) -> Result<()> {
        if let Some(base) = stage.base_stage() {
            inherit(stage, &self.stages[base]);
        }
        let mut dispatch = Dispatch {
            options: self.options,
            ledger: &self.sources.ledger,
            graph: &mut self.graph,
            stages: &mut self.stages,
            id,
            lint: self.lint.clone(),
            lex: self.lex,
            build_args: &self.build_args,
            globals: &self.globals,
            context: &self.context,
            ignore,
            epoch: self.epoch,
            proxy: self.proxy.as_ref(),
        };
        dispatch.begin(stage)?;
        for planned in std::mem::take(&mut stage.plan.commands) {
            dispatch.command(stage, planned)?;
        }
        Ok(())
    }
}

/// Copies into a stage what it inherits from the stage that it is built on.
fn inherit(stage: &mut Stage, base: &Stage) {
    stage.built.state = base.built.state.clone();
    stage.platform = base.platform.clone();
    stage.built.image = base.built.image.clone();
    stage.built.image.config.on_build = None;
    stage.base.image = base.base.image.clone();
    stage.plan.paths = base.plan.paths;
    stage.built.has_workdir = base.built.has_workdir;
    stage.built.args = base.built.args.clone();
}

impl Dispatch<'_> {
    /// Applies the config of a base image to the state.
    fn begin(&mut self, stage: &mut Stage) -> Result<()> {
        stage.platform.get_or_insert_default();
        stage.index_env();
        let os = stage.os().to_owned();
        evaluate::start_stage(&os, stage);
        if !self.options.hostname.is_empty() {
            stage.built.state =
                std::mem::take(&mut stage.built.state).with_hostname(&self.options.hostname);
        }
        if !stage.built.image.config.working_dir.is_empty() {
            let dir = stage.built.image.config.working_dir.clone();
            self.set_workdir(stage, &dir)
                .map_err(|e| e.at(&stage.written.location))?;
        }
        if !stage.built.image.config.user.is_empty() {
            let user = stage.built.image.config.user.clone();
            self.set_user(stage, user);
        }
        stage.built.state =
            std::mem::take(&mut stage.built.state).with_network(self.options.network);
        Ok(())
    }
}
