//! `FROM`: a stage takes over what its base has: files, variables, directory, user, image.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::ignore::Matcher;

use super::Dispatch;
use crate::converter::Converter;
use crate::paths;
use crate::plan::deps::StageId;
use crate::stage::Stage;

impl<R> Converter<'_, R> {
    /// Runs all instructions of a stage.
    pub(crate) fn dispatch_stage(&mut self, id: StageId, ignore: Option<&Matcher>) -> Result<()> {
        let mut stage = std::mem::take(&mut self.stages[id]);
        stage.dispatched = true;
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
        if let Some(base) = stage.base {
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
        for planned in std::mem::take(&mut stage.commands) {
            dispatch.command(stage, planned)?;
        }
        Ok(())
    }
}

/// What a stage has of the stage that it stands on.
fn inherit(stage: &mut Stage, base: &Stage) {
    stage.state = base.state.clone();
    stage.platform = base.platform.clone();
    stage.image = base.image.clone();
    stage.image.config.on_build = None;
    stage.base_image = base.base_image.clone();
    stage.paths = base.paths;
    stage.workdir_set = base.workdir_set;
    stage.args = base.args.clone();
}

impl Dispatch<'_> {
    /// The state that a base image's config asks for.
    fn begin(&mut self, stage: &mut Stage) -> Result<()> {
        stage.platform.get_or_insert_default();
        stage.index_env();
        if !stage.env_index.contains_key("PATH") && stage.os() != "windows" {
            let path = paths::default_path_env(stage.os());
            stage.set_image_env("PATH", path);
        }
        for line in stage.image.config.env.iter().flatten() {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            stage.state = std::mem::take(&mut stage.state).add_env(key, value);
        }
        if !self.options.hostname.is_empty() {
            stage.state = std::mem::take(&mut stage.state).with_hostname(&self.options.hostname);
        }
        if !stage.image.config.working_dir.is_empty() {
            let dir = stage.image.config.working_dir.clone();
            self.set_workdir(stage, &dir)
                .map_err(|e| e.at(&stage.location))?;
        }
        if !stage.image.config.user.is_empty() {
            let user = stage.image.config.user.clone();
            self.set_user(stage, user);
        }
        stage.state = std::mem::take(&mut stage.state).with_network(self.options.network);
        Ok(())
    }
}
