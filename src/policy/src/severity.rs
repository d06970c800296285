//! How bad a finding is.

/// The severity of a finding, and of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Severity {
    /// Nothing to object to; a finding is a note.
    #[default]
    Allow,
    /// A warning.
    Warn,
    /// A refusal.
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
