//! What the gate says of a source, as data.

use crate::code::Code;
use crate::owner::Owner;
use fromtier_image::ImageRef;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Allow,
    Warn,
    Deny,
}

impl Severity {
    /// `allow`, `warn` or `deny`, as policies and JSON have it.
    pub const fn key(self) -> &'static str {
        match self {
            Severity::Allow => "allow",
            Severity::Warn => "warn",
            Severity::Deny => "deny",
        }
    }
}

/// The kind of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedKind {
    Image,
    Scratch,
    Git,
    Http,
    /// A directory of the client.
    Local,
    /// An OCI layout of the client.
    OciLayout,
    /// An archive that `ADD` unpacks at the root of a stage on scratch.
    RootFileSystem,
    /// Cache that a build imports.
    Cache,
}

impl JudgedKind {
    /// The word for it in data.
    pub const fn key(self) -> &'static str {
        match self {
            JudgedKind::Image => "image",
            JudgedKind::Scratch => "scratch",
            JudgedKind::Git => "git",
            JudgedKind::Http => "http",
            JudgedKind::Local => "local",
            JudgedKind::OciLayout => "oci-layout",
            JudgedKind::RootFileSystem => "root-file-system",
            JudgedKind::Cache => "cache",
        }
    }
}

/// One rule's word on one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    /// One sentence: what it is and what the policy says of it.
    pub message: String,
    /// What to do, in one line.
    pub help: Option<String>,
    /// The image to use instead, when one is known.
    pub suggestion: Option<String>,
}

/// All that the gate decided about one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// `None`: the reference isn't valid, so it is not known.
    pub kind: Option<JudgedKind>,
    /// As written in the Dockerfile.
    pub asked: String,
    /// Normalised, before rewriting.
    pub normalised: Option<ImageRef>,
    /// What it was rewritten to, when it was.
    pub rewritten: Option<ImageRef>,
    /// What the build takes, with its digest, from where it is pulled; once it is admitted.
    pub resolved: Option<ImageRef>,
    pub severity: Severity,
    pub findings: Vec<Finding>,
    /// The exceptions that matched something that is refused, for [`crate::Gate::exceptions`].
    pub exceptions: Vec<ExceptionId>,
}

/// An exception of one of a gate's policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExceptionId {
    pub(crate) owner: Owner,
    pub(crate) index: usize,
}

/// A refusal: the verdict that says why. Displays as the first finding of severity deny: `error[FT101]: …`-ready text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Denial {
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
    pub verdict: Box<Verdict>,
}
