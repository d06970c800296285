//! `RUN --mount=type=ssh`: the client's SSH agent, for one command.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::Mount;
use fromtier_dockerfile::span::Range;
use fromtier_llb::Ssh;

use super::run_secret::number;
use crate::stage::Stage;

/// Returns the agent of a mount, and adds it to the stage's outline.
pub(super) fn ssh(stage: &mut Stage, mount: &Mount, location: &[Range]) -> Result<Ssh> {
    if !mount.source.is_empty() {
        return Err(Error::new("ssh does not support source"));
    }
    let shown = if mount.cache_id.is_empty() {
        "default"
    } else {
        &mount.cache_id
    };
    stage
        .built
        .outline
        .note_ssh(shown, mount.required, location);
    Ok(Ssh {
        id: mount.cache_id.clone(),
        target: mount.target.clone(),
        uid: number(mount.uid, 0),
        gid: number(mount.gid, 0),
        mode: number(mount.mode, 0o600),
        optional: !mount.required,
    })
}
