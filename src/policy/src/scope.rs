//! The part of a build that requests a source.

use fromtier_image::Platform;

/// The part of a build that requests a source, for profiles and exceptions. A field that is `None` isn't known, and makes
/// no policy laxer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// The name of the stage that requests it (after `AS`), or `stage-0` by its index.
    pub stage: Option<&'a str>,
    /// Whether it ships: it is in the target or in a stage that the target is built `FROM`, or it is an image that is
    /// copied or mounted into one of these.
    pub ships: Option<bool>,
    /// The platform that it is requested for.
    pub platform: Option<&'a Platform>,
    /// The Dockerfile's path from the root of the repository, with `/` between its parts. If it is `None`, the gate's own
    /// path ([`crate::Gate::for_file`]) applies.
    pub path: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// The scope of a source about which nothing is known.
    pub const UNKNOWN: Scope<'static> = Scope {
        stage: None,
        ships: None,
        platform: None,
        path: None,
    };

    /// Returns the scope of a stage as policies name it: `final` ships, and a stage with another name doesn't. `None` is
    /// any stage.
    pub fn of_stage(stage: Option<&'a str>) -> Scope<'a> {
        let ships = stage.map(|name| name == "final");
        Scope {
            stage: stage.filter(|_| ships == Some(false)),
            ships,
            ..Scope::default()
        }
    }
}
