//! Profiles: settings for some stages, platforms, or Dockerfiles.

use crate::glob::Glob;
use crate::image_rule::ImageRule;
use crate::scope::Scope;
use crate::setting_key::SettingPlaces;
use crate::settings::Settings;

/// One entry of `stages:`, `platforms:`, or `paths:`.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// As the file has it: `stages.final`.
    pub name: String,
    pub part: BuildPart,
    pub settings: Settings,
    /// Where the file sets them.
    pub places: SettingPlaces,
    /// These apply as well as the policy's own.
    pub images: Vec<ImageRule>,
}

/// A part of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BuildPart {
    /// `stages: {final: …}`: what ships.
    Ships,
    /// A stage by its name, in lower case.
    Stage(Glob),
    /// A platform, `linux/arm64`.
    Platform(Glob),
    /// The Dockerfile's path.
    Path(Glob),
}

/// Whether a profile is for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfileMatch {
    /// It is: its settings override the policy's own.
    Certain,
    /// It might be, or it is by a name that the build itself gives to what ships: it can only tighten.
    Possible,
    /// It is not.
    None,
}

impl BuildPart {
    pub fn matches(&self, scope: &Scope<'_>) -> ProfileMatch {
        let fits = |known: Option<bool>| match known {
            Some(true) => ProfileMatch::Certain,
            Some(false) => ProfileMatch::None,
            None => ProfileMatch::Possible,
        };
        match self {
            BuildPart::Ships => fits(scope.ships),
            BuildPart::Stage(glob) => {
                let fit = scope
                    .stage
                    .map(|name| glob.matches(&name.to_ascii_lowercase()));
                match fits(fit) {
                    ProfileMatch::Certain if scope.ships != Some(false) => ProfileMatch::Possible,
                    other => other,
                }
            }
            BuildPart::Platform(glob) => fits(scope.platform.map(|platform| {
                let platform = platform.clone().normalize();
                let plain = format!("{}/{}", platform.os, platform.architecture);
                glob.matches(&plain) || glob.matches(&platform.format())
            })),
            BuildPart::Path(glob) => fits(scope.path.map(|path| path_matches(glob, path))),
        }
    }
}

/// `**/legacy/*` is `legacy/*` as well.
pub(crate) fn path_matches(glob: &Glob, path: &str) -> bool {
    let path = path.trim_start_matches("./");
    glob.matches(path) || glob.starts_anywhere() && glob.matches(&format!("/{path}"))
}

#[cfg(test)]
mod tests;
