//! Profiles: settings for some stages, platforms, or Dockerfiles.

use crate::glob::Glob;
use crate::image_rule::ImageRule;
use crate::scope::Scope;
use crate::setting_key::SettingPlaces;
use crate::settings::Settings;

/// One entry of `stages:`, `platforms:`, or `paths:`.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// The name in messages, such as `stages.final`.
    pub name: String,
    pub part: BuildPart,
    pub settings: Settings,
    /// Where the file sets the settings.
    pub places: SettingPlaces,
    /// Image rules that apply in addition to the policy's own.
    pub images: Vec<ImageRule>,
}

/// A part of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BuildPart {
    /// The part that ships: `stages: {final: …}`.
    Ships,
    /// A stage by its name, in lower case.
    Stage(Glob),
    /// A platform, such as `linux/arm64`.
    Platform(Glob),
    /// The Dockerfile's path.
    Path(Glob),
}

/// Whether a profile applies to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfileMatch {
    /// It applies: its settings override the policy's own.
    Certain,
    /// It might apply, or it applies because of the name that the build itself gives to a stage that ships. It can only
    /// tighten.
    Possible,
    /// It doesn't apply.
    None,
}

impl BuildPart {
    /// Whether a profile for this part applies to a source in the scope.
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

/// Whether a glob matches a Dockerfile's path. `**/legacy/*` also matches `legacy/Dockerfile`.
pub(crate) fn path_matches(glob: &Glob, path: &str) -> bool {
    let path = path.trim_start_matches("./");
    glob.matches(path) || glob.starts_in_any_folder() && glob.matches(&format!("/{path}"))
}

#[cfg(test)]
mod tests;
