//! Why a graph can not be marshalled.

/// Why a graph can not be marshalled: the reference's text where it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MarshalError(pub String);
