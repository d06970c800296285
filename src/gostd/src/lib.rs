//! What would Go's standard library return for this?
//!
//! The reference frontend is a Go program. Its users see what Go's library computes: quoted names in errors, cleaned
//! paths, JSON, durations, URLs, columns. Each module is named for the Go package that it follows, each function
//! names the Go function, and its results and error texts are the same, byte for byte.
//!
//! # Entry points
//!
//! [`json`] (read, check, write), [`strconv`] (quote, parse), [`strings`], [`unicode`], [`utf8`],
//! [`path`], [`time`] (RFC 3339, durations, the calendar), [`url`], [`csv`] (BuildKit's variant), and
//! [`tabwriter`].
//!
//! # What it must never do
//!
//! This crate never reads a clock, a file, or the network, never panics on input, never recurses on it, and knows
//! nothing about Dockerfiles or images. What Go has and the frontend doesn't need isn't here.

pub mod csv;
pub mod json;
pub mod path;
pub mod strconv;
pub mod strings;
pub mod tabwriter;
pub mod time;
pub mod unicode;
pub mod url;
pub mod utf8;

/// An error with the text that Go gives it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

impl Error {
    /// The error with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Error(text.into())
    }

    /// Puts `context: ` before the text, as Go's errors are wrapped.
    #[must_use]
    pub fn wrap(self, context: impl std::fmt::Display) -> Self {
        Error(format!("{context}: {}", self.0))
    }
}

/// A result whose error is Go's text.
pub type Result<T, E = Error> = std::result::Result<T, E>;
