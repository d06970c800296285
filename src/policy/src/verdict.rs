//! The gate's decision about a source, as data.

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
    /// What might be a root file system, and isn't an image.
    RootFileSystem,
    /// Cache that a build imports.
    Cache,
    /// No source: what the build makes.
    FinishedImage,
}

impl JudgedKind {
    /// The word for it in JSON.
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
            JudgedKind::FinishedImage => "finished-image",
        }
    }
}

/// One statement about a source by one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its code.
    pub code: Code,
    /// How severe it is.
    pub severity: Severity,
    /// One sentence: what the source is, and what the policy says about it.
    pub message: String,
    /// A line of help: what to do.
    pub help: Option<String>,
    /// The image to use instead, if one is known.
    pub suggestion: Option<String>,
    /// Whose policy decided; `None` if no single policy did.
    pub owner: Option<Owner>,
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
            owner: None,
        }
    }

    /// A finding with the fixed severity of its code; a refusal if the severity is configurable.
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

    /// The finding of this policy.
    #[must_use]
    pub(crate) fn owned_by(self, owner: Owner) -> Finding {
        Finding {
            owner: Some(owner),
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

/// The gate's decision about one source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// The kind of the source; `None` if the reference is invalid, so the kind is unknown.
    pub kind: Option<JudgedKind>,
    /// The source as requested: as the Dockerfile writes it, or an LLB identifier.
    pub requested: String,
    /// The normalized image, before rewriting.
    pub normalized: Option<ImageRef>,
    /// The rewritten image, if a policy rewrote it.
    pub rewritten: Option<ImageRef>,
    /// The image that rules take it for, if a policy's alias says so.
    pub alias_of: Option<ImageRef>,
    /// The image that the build uses, with the place that it is pulled from and its digest, if it is admitted.
    pub resolved: Option<ImageRef>,
    /// The severity of the worst finding.
    pub severity: Severity,
    /// The findings, in order.
    pub findings: Vec<Finding>,
    /// The exceptions that matched a refusal, for [`crate::Gate::exceptions`].
    pub exceptions: Vec<ExceptionId>,
}

impl Verdict {
    /// The verdict on a requested source, with these findings.
    pub(crate) fn new(requested: &str, findings: Vec<Finding>) -> Verdict {
        Verdict {
            kind: None,
            requested: requested.to_owned(),
            normalized: None,
            rewritten: None,
            alias_of: None,
            resolved: None,
            severity: worst_severity(&findings),
            findings,
            exceptions: Vec::new(),
        }
    }

    /// The verdict, or the denial if a finding refuses the source.
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

/// A refusal. Displays as the message of the first finding that refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Denial {
    /// The code of the first finding that refuses.
    pub code: Code,
    /// Its message.
    pub message: String,
    /// A line of help: what to do.
    pub help: Option<String>,
    /// The whole verdict.
    pub verdict: Box<Verdict>,
}

impl Denial {
    /// Returns whose policy refuses; `None` if no single policy does.
    pub fn owner(&self) -> Option<Owner> {
        let mut findings = self.verdict.findings.iter();
        let refusal = findings.find(|finding| finding.severity == Severity::Deny);
        refusal.and_then(|finding| finding.owner)
    }

    /// The refusal of a requested source, with one finding.
    pub(crate) fn new(requested: &str, finding: Finding) -> Denial {
        Denial {
            code: finding.code,
            message: finding.message.clone(),
            help: finding.help.clone(),
            verdict: Box::new(Verdict::new(requested, vec![finding])),
        }
    }
}
