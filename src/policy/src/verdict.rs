//! What the gate says of a source, as data.

use fromtier_image::ImageRef;

use crate::code::{Code, SeverityRule};
use crate::owner::Owner;
pub use crate::severity::Severity;

/// The severity of the worst finding.
pub(crate) fn worst_severity(findings: &[Finding]) -> Severity {
    let severities = findings.iter().map(|finding| finding.severity);
    severities.max().unwrap_or(Severity::Allow)
}

/// The kind of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedKind {
    /// A container image.
    Image,
    /// `FROM scratch`
    Scratch,
    /// A git repository.
    Git,
    /// A download.
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
    /// Its code.
    pub code: Code,
    /// How severe it is.
    pub severity: Severity,
    /// One sentence: what it is and what the policy says of it.
    pub message: String,
    /// What to do, in one line.
    pub help: Option<String>,
    /// The image to use instead, when one is known.
    pub suggestion: Option<String>,
}

impl Finding {
    /// A finding without help and without a suggestion.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            code,
            severity,
            message: message.into(),
            help: None,
            suggestion: None,
        }
    }

    /// A finding of a code that always has the same severity; of any other it is a refusal.
    pub(crate) fn fixed(code: Code, message: impl Into<String>) -> Finding {
        let severity = match code.severity_rule() {
            SeverityRule::Fixed(severity) => severity,
            SeverityRule::Configurable => Severity::Deny,
        };
        Finding::new(code, severity, message)
    }

    /// The finding with this line of help.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Finding {
        Finding {
            help: Some(help.into()),
            ..self
        }
    }

    /// The finding with the image to use instead.
    #[must_use]
    pub fn with_suggestion(self, image: impl Into<String>) -> Finding {
        Finding {
            suggestion: Some(image.into()),
            ..self
        }
    }
}

/// All that the gate decided about one source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// `None`: the reference isn't valid, so it is not known.
    pub kind: Option<JudgedKind>,
    /// As written in the Dockerfile.
    pub asked: String,
    /// Normalized, before rewriting.
    pub normalized: Option<ImageRef>,
    /// What it was rewritten to, when it was.
    pub rewritten: Option<ImageRef>,
    /// What the build takes, with its digest, from where it is pulled; once it is admitted.
    pub resolved: Option<ImageRef>,
    /// The severity of the worst finding.
    pub severity: Severity,
    /// The findings, in order.
    pub findings: Vec<Finding>,
    /// The exceptions that matched something that is refused, for [`crate::Gate::exceptions`].
    pub exceptions: Vec<ExceptionId>,
}

impl Verdict {
    /// A verdict on what was requested, with these findings.
    pub(crate) fn new(requested: &str, findings: Vec<Finding>) -> Verdict {
        Verdict {
            kind: None,
            asked: requested.to_owned(),
            normalized: None,
            rewritten: None,
            resolved: None,
            severity: worst_severity(&findings),
            findings,
            exceptions: Vec::new(),
        }
    }

    /// The verdict, unless something in it refuses.
    pub(crate) fn into_result(self) -> Result<Verdict, Denial> {
        let mut findings = self.findings.iter();
        match findings.find(|finding| finding.severity == Severity::Deny) {
            None => Ok(self),
            Some(finding) => Err(Denial {
                code: finding.code,
                message: finding.message.clone(),
                help: finding.help.clone(),
                verdict: Box::new(self),
            }),
        }
    }
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
    /// The code of the first finding that refuses.
    pub code: Code,
    /// Its message.
    pub message: String,
    /// What to do, in one line.
    pub help: Option<String>,
    /// The whole verdict.
    pub verdict: Box<Verdict>,
}

impl Denial {
    /// A refusal of what was requested, for this one reason.
    pub(crate) fn new(requested: &str, finding: Finding) -> Denial {
        Denial {
            code: finding.code,
            message: finding.message.clone(),
            help: finding.help.clone(),
            verdict: Box::new(Verdict::new(requested, vec![finding])),
        }
    }
}
