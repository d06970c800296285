//! `RUN --mount=type=secret`: a file or a variable that is not part of any layer.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::Mount;
use fromtier_dockerfile::span::Range;
use fromtier_gostd::path;
use fromtier_gostd::strconv::quote;
use fromtier_llb::Secret;

use crate::paths;
use crate::stage::Stage;

/// Returns the secret of a mount, and adds it to the stage's outline.
pub(super) fn secret(stage: &mut Stage, mount: &Mount, location: &[Range]) -> Result<Secret> {
    let os = stage.os();
    let on_windows = os == paths::WINDOWS;
    let wanted = paths::to_slash(&mount.target, os);
    let mut id = if mount.source.is_empty() {
        mount.cache_id.clone()
    } else {
        mount.source.clone()
    };
    if id.is_empty() {
        if wanted.is_empty() {
            return Err(Error::new("one of source, target required"));
        }
        id = path::base(&wanted).to_owned();
    }
    if on_windows && !wanted.is_empty() && !paths::is_absolute(&wanted, os) {
        return Err(Error::new(format!(
            "secret target {} must be an absolute path with forward slashes on Windows, e.g. --mount=type=secret,id={id},target=C:/path/to/secret",
            quote(&wanted)
        )));
    }
    let target = match (&*wanted, &mount.env) {
        ("", Some(_)) => None,
        // Windows has no directory for secrets.
        ("", None) if on_windows => {
            return Err(Error::new(format!(
                "secret target is required on Windows, e.g. --mount=type=secret,id={id},target=C:/path/to/secret"
            )));
        }
        ("", None) => Some(format!("/run/secrets/{}", path::base(&id))),
        (target, _) => Some(target.to_owned()),
    };
    stage
        .built
        .outline
        .note_secret(&id, mount.required, location);
    let owned = mount.uid.is_some() || mount.gid.is_some() || mount.mode.is_some();
    Ok(Secret {
        id,
        target,
        env: mount.env.clone(),
        uid: number(mount.uid, 0),
        gid: number(mount.gid, 0),
        mode: if owned {
            number(mount.mode, 0o400)
        } else {
            0o400
        },
        optional: !mount.required,
    })
}

/// Parses a number that the parser has already checked.
pub(super) fn number(value: Option<u64>, default: u32) -> u32 {
    value.map_or(default, |v| u32::try_from(v).unwrap_or(u32::MAX))
}
