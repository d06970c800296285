//! Why a graph cannot be marshaled.

/// Why a graph cannot be marshaled: the reference's text if it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MarshalError(pub String);
