//! A reference to one output of an operation.

/// One output of one operation of a [`Graph`](crate::Graph).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Output {
    /// The operation's index in the graph.
    pub(crate) vertex: u32,
    /// The output's index among those of the operation.
    pub(crate) index: u32,
}
