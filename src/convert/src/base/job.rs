//! A base that a round of resolution fetches.

use fromtier_image::Platform;
use fromtier_policy::gate::Via;

use super::images::{Admitted, Place};
use crate::context::lookup::NamedContext;
use crate::context::named::Loaded;
use crate::plan::deps::StageId;
use crate::stage::Stage;

/// A base to fetch.
pub(super) struct BaseJob {
    pub stage: StageId,
    pub platform: Platform,
    /// The name of the base before it got its default domain and tag.
    pub name: String,
    pub kind: JobKind,
}

pub(super) enum JobKind {
    Image,
    /// An image that nothing needed before a trigger did. Only its files are used, not its configuration.
    Late,
    /// A context in place of the stage itself.
    StageContext(NamedContext),
    /// A context in place of the stage's base.
    BaseContext(NamedContext),
}

pub(super) enum FetchedBase {
    Image(Box<Admitted>),
    Context(Box<Loaded>),
}

/// Which part of the build requests a stage's base.
pub(super) fn base_place(stage: &Stage) -> Place<'_> {
    Place {
        via: stage.plan.via.unwrap_or(Via::From),
        scope: stage.scope(),
        location: &stage.plan.requested_at,
    }
}
