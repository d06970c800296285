//! `WORKDIR`: the directory that the instructions after it run in. It is created.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::Common;
use fromtier_dockerfile::lint::rules;
use fromtier_llb::{FileAction, MkdirInfo, Owner};

use super::Dispatch;
use crate::history::Layer;
use crate::name;
use crate::paths;
use crate::stage::Stage;
use crate::vars::StateVars;

impl Dispatch<'_> {
    pub(super) fn workdir(&mut self, stage: &mut Stage, common: &Common, path: &str) -> Result<()> {
        let path = self.expand_word(path, stage, common)?;
        // A base image can change its directory, so the first one in this file should be absolute.
        let first = !std::mem::replace(&mut stage.built.has_workdir, true);
        if first && !paths::is_absolute(&path, stage.os()) {
            self.lint
                .run(&rules::WORKDIR_RELATIVE_PATH, &common.location, |text| {
                    text(&path)
                });
        }
        let dir = self.set_workdir(stage, &path)?;
        if dir == "/" {
            stage.commit(format!("WORKDIR {dir}"), Layer::Empty, self.epoch);
            return Ok(());
        }
        let text = name::instruction(&self.lex, &common.code, &StateVars(&stage.built.state));
        let platform = stage.platform.clone();
        let step = self.step(stage, &text, platform.as_ref());
        let meta = self.meta(&step, &common.location);
        let user = stage.built.image.config.user.as_str();
        let info = MkdirInfo {
            parents: true,
            owner: (!user.is_empty()).then(|| Owner::parse(user)),
            created: self.epoch.map(|t| t.unix_nano()),
        };
        let mkdir = FileAction::new().mkdir(&dir, 0o755, info);
        stage.built.state = self.graph.file(&stage.built.state, mkdir, meta);
        stage.commit(format!("WORKDIR {dir}"), Layer::Plain, self.epoch);
        Ok(())
    }

    /// Changes to a directory without creating it, as for a base image's directory. Returns it with slashes.
    pub(super) fn set_workdir(&mut self, stage: &mut Stage, path: &str) -> Result<String> {
        let dir = paths::normalize_workdir(&stage.built.image.config.working_dir, path, stage.os())
            .map_err(|e| e.wrap("normalizing workdir"))?;
        let slashed = paths::to_slash(&dir, stage.os()).into_owned();
        stage.built.image.config.working_dir = dir;
        stage.built.state = std::mem::take(&mut stage.built.state).with_dir(&slashed);
        Ok(slashed)
    }
}
