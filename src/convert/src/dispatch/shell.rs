//! `SHELL`: the shell that runs the shell forms of the instructions after it.

use fromtier_dockerfile::error::Result;

use super::Dispatch;
use crate::history::Layer;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn shell(&mut self, stage: &mut Stage, shell: Vec<String>) -> Result<()> {
        let message = format!("SHELL [{}]", shell.join(" "));
        stage.built.image.config.shell = Some(shell);
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }
}
