//! `VOLUME`: directories whose contents live outside of the container.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::Common;

use super::Dispatch;
use crate::history::Layer;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn volume(
        &mut self,
        stage: &mut Stage,
        common: &Common,
        volumes: Vec<String>,
    ) -> Result<()> {
        let volumes = self.expand_words(volumes, stage, common)?;
        let into = stage.built.image.config.volumes.get_or_insert_default();
        for volume in &volumes {
            if volume.is_empty() {
                return Err(Error::new("VOLUME specified can not be an empty string"));
            }
            into.insert(volume.clone(), ());
        }
        let message = format!("VOLUME [{}]", volumes.join(" "));
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }
}
