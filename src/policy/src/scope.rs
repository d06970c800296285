//! Where in a build a source is wanted.

use fromtier_image::Platform;

/// Where in a build a source is wanted, for profiles and exceptions. What is `None` isn't known: it makes nothing
/// laxer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// The name of the stage that wants it (behind `AS`), or `stage-0` by its index.
    pub stage: Option<&'a str>,
    /// Is it in what ships: in the target, in a stage that the target is built `FROM`, or copied or mounted into one
    /// of these as an image?
    pub ships: Option<bool>,
    /// The platform that it is wanted for.
    pub platform: Option<&'a Platform>,
    /// The Dockerfile's path, from the top of the repository, with `/` between; none where the gate's own
    /// ([`crate::Gate::for_file`]) is meant.
    pub path: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// Nothing is known.
    pub const UNKNOWN: Scope<'static> = Scope {
        stage: None,
        ships: None,
        platform: None,
        path: None,
    };

    /// A stage as policies speak of it: `final` is what ships, any other name is one that does not. None is any stage.
    pub fn of_stage(stage: Option<&'a str>) -> Scope<'a> {
        let ships = stage.map(|name| name == "final");
        Scope {
            stage: stage.filter(|_| ships == Some(false)),
            ships,
            ..Scope::default()
        }
    }
}
