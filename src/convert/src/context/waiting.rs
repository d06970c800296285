//! Directories of the client that wait for the paths that are used of them.

use fromtier_llb::Output;

use super::named::LocalContext;
use crate::plan::deps::StageId;

/// A client's directory whose place in the graph is kept until all paths that are used of it are known.
pub(crate) struct WaitingLocal {
    pub place: Output,
    pub context: LocalContext,
    /// The stage that it replaces; the paths used of that stage are those used of the directory.
    pub stage: StageId,
}
