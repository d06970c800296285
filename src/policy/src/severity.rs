//! How severe a finding is.

/// The severity of a finding, and of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Severity {
    /// Nothing to object to. A finding is only a note.
    #[default]
    Allow,
    /// A warning.
    Warn,
    /// A refusal.
    Deny,
}

impl Severity {
    /// Returns `allow`, `warn`, or `deny`, as in policies and JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Severity::Allow => "allow",
            Severity::Warn => "warn",
            Severity::Deny => "deny",
        }
    }
}
