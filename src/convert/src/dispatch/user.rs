//! `USER`: the user that runs the instructions after it, and the container.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::Common;

use super::Dispatch;
use crate::history::Layer;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn user(&mut self, stage: &mut Stage, common: &Common, user: String) -> Result<()> {
        let user = self.expand_word(&user, stage, common)?;
        let message = format!("USER {user}");
        self.set_user(stage, user);
        stage.built.user_location = Some(common.location.clone());
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }

    /// Sets the user without a line of history, as for a base image's user.
    pub(super) fn set_user(&mut self, stage: &mut Stage, user: String) {
        stage.built.state = std::mem::take(&mut stage.built.state).with_user(&user);
        stage.built.image.config.user = user;
    }
}
