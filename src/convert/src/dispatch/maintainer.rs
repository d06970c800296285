//! `MAINTAINER`: the image's author. It is deprecated; a label replaces it.

use fromtier_dockerfile::error::Result;

use super::Dispatch;
use crate::history::Layer;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn maintainer(&mut self, stage: &mut Stage, maintainer: String) -> Result<()> {
        stage.commit(format!("MAINTAINER {maintainer}"), Layer::Empty, self.epoch);
        stage.built.image.author = maintainer;
        Ok(())
    }
}
