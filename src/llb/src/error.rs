//! Why a graph cannot be marshalled.

/// Why a graph cannot be marshalled: the reference's text if it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MarshalError(pub String);
