//! Which named context replaces a stage or an image.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_image::{ImageRef, Platform};

use crate::options::Options;

/// A named context that replaces the stage or image of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedContext {
    /// The option's value: `docker-image://node:22`.
    pub input: String,
    /// The short name: `node`.
    pub name: String,
    /// The name in the option, with a platform if it has one.
    pub key: String,
    /// The requested platform, if there is one.
    pub platform: Option<Platform>,
}

/// The context that replaces `name`, if the build has one. `scratch` and `context` are never replaced.
///
/// # Errors
///
/// The name is not a valid image reference.
pub(crate) fn find_replacement(
    options: &Options,
    name: &str,
    platform: Option<&Platform>,
) -> Result<Option<NamedContext>> {
    if name.eq_ignore_ascii_case("scratch") || name.eq_ignore_ascii_case("context") {
        return Ok(None);
    }
    find_context(options, name, platform)
}

/// As [`find_replacement`], for any name.
pub(crate) fn find_context(
    options: &Options,
    name: &str,
    platform: Option<&Platform>,
) -> Result<Option<NamedContext>> {
    let reference = ImageRef::parse(name)
        .map_err(|e| Error::new(e.to_string()).wrap(format!("invalid context name {name}")))?;
    if options.contexts.is_empty() {
        return Ok(None);
    }
    let familiar = reference.familiar();
    let name = familiar.strip_suffix(":latest").unwrap_or(&familiar);
    let shown = platform.cloned().unwrap_or_else(Platform::host).normalize();
    let with_platform = format!("{name}::{}", shown.format_all());
    let found = [with_platform.as_str(), name].into_iter().find_map(|key| {
        options.contexts.get(key).map(|input| NamedContext {
            input: input.clone(),
            name: name.to_owned(),
            key: key.to_owned(),
            platform: platform.cloned(),
        })
    });
    Ok(found)
}
