//! An error in a Dockerfile as data: the text, its place, and help.

use crate::span::Range;

/// An error with its place. `message` is the reference frontend's text if it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The text that users see and search for (the reference's own if it has one).
    pub message: String,
    /// One entry for each location, innermost first, each a set of ranges (the reference's `LocationError`).
    pub locations: Vec<Vec<Range>>,
    /// A line that says what to do, if known. Never part of `message`.
    pub help: Option<Box<str>>,
    /// Who reports it.
    pub origin: Origin,
    /// The builder's status, if the builder failed.
    pub cause: Option<Box<Cause>>,
    /// The other refusals of the same build, each with its own code and place.
    pub more: Box<[Error]>,
}

/// Who reports an error. The codes are those of the policy crate, which is a floor above: here they are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// The reference frontend reports the same, in the same words.
    #[default]
    Reference,
    /// Fromtier reports it, with this code, before the gate is asked: `FT001`.
    Fromtier(&'static str),
    /// The gate refuses a source of the build, with this code: `FT101`. A build collects its refusals.
    Gate(&'static str, RefusedBy),
}

/// Which of a build's policies refuses a source. The policy crate, which is a floor above, has its own type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RefusedBy {
    /// The only policy, or no single one.
    #[default]
    Any,
    /// The organization's, next to a repository's.
    Organization,
    /// The repository's, next to an organization's.
    Repository,
}

/// A gRPC status of the builder, passed on unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// The gRPC code.
    pub code: i32,
    /// The builder's own text, which the client finally gets, whatever comes before it in [`Error::message`].
    pub message: String,
    /// Typed details: type URL and value.
    pub details: Vec<(String, Vec<u8>)>,
}

impl Error {
    /// Creates an error without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Error {
            message: message.into(),
            locations: Vec::new(),
            help: None,
            origin: Origin::Reference,
            cause: None,
            more: Box::default(),
        }
    }

    /// Fromtier's own code for it, where it has one: `FT101`.
    pub fn code(&self) -> Option<&'static str> {
        match self.origin {
            Origin::Reference => None,
            Origin::Fromtier(code) | Origin::Gate(code, _) => Some(code),
        }
    }

    /// Whether the gate refuses a source of the build.
    pub fn is_refusal(&self) -> bool {
        matches!(self.origin, Origin::Gate(..))
    }

    /// Returns the line of its place, if it has one.
    pub fn line(&self) -> Option<i32> {
        let first = self.locations.iter().flatten().next();
        first.map(|range| range.start.line)
    }

    /// Adds a location, as the reference's `parser.WithLocation` does.
    #[must_use]
    pub fn at(mut self, location: &[Range]) -> Self {
        self.locations.push(location.to_vec());
        self
    }

    /// Replaces the locations, as the reference's `parser.SetLocation` does.
    #[must_use]
    pub fn relocated(mut self, location: &[Range]) -> Self {
        self.locations = vec![location.to_vec()];
        self
    }

    /// Puts `context: ` before the message, as Go's `errors.Wrap` does.
    #[must_use]
    pub fn wrap(mut self, context: impl std::fmt::Display) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }
}

impl From<fromtier_gostd::Error> for Error {
    fn from(error: fromtier_gostd::Error) -> Self {
        Error::new(error.0)
    }
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
