//! `ENTRYPOINT`: the program that a container of the image runs.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::{Common, ShellCmd};

use super::Dispatch;
use super::cmd::quoted;
use crate::history::Layer;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn entrypoint(
        &mut self,
        stage: &mut Stage,
        common: &Common,
        cmd: ShellCmd,
    ) -> Result<()> {
        self.check_once(&mut stage.built.entrypoint, common);
        let args = self.command_line(stage, common, cmd);
        let message = format!("ENTRYPOINT {}", quoted(&args));
        stage.built.image.config.entrypoint = Some(args);
        if stage.built.cmd.0.is_none() {
            // The base's arguments were for the base's program.
            stage.built.image.config.cmd = None;
        }
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }
}
