//! `LABEL`: metadata of the image.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::{Common, KeyValue};

use super::Dispatch;
use crate::history::Layer;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn label(
        &mut self,
        stage: &mut Stage,
        common: &Common,
        labels: Vec<KeyValue>,
    ) -> Result<()> {
        let labels = self.expand_pairs(labels, stage, common)?;
        let mut message = String::from("LABEL");
        let into = stage.built.image.config.labels.get_or_insert_default();
        for label in labels {
            self.check_delimiter(&label, common);
            message.push_str(&format!(" {}={}", label.key, label.value));
            into.insert(label.key, label.value);
        }
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }
}
