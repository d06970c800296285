//! `ONBUILD`: an instruction that runs in the builds of images that are built on this one.

use fromtier_dockerfile::error::Result;

use super::Dispatch;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn onbuild(&mut self, stage: &mut Stage, expression: String) -> Result<()> {
        let triggers = stage.built.image.config.on_build.get_or_insert_default();
        triggers.push(expression);
        Ok(())
    }
}
