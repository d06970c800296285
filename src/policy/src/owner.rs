//! Whose policy reports a finding.

use std::fmt;

/// The owner of a policy in a gate. Displays as messages name the policy: `this policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The gate has only this policy: an organization's, a repository's, or the built-in one.
    Only,
    /// The organization's policy, next to a repository's. It comes first.
    Organization,
    /// The repository's policy, next to the organization's, which it can only tighten.
    Repository,
}

impl Owner {
    /// Returns the policy's name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Owner::Only => "this policy",
            Owner::Organization => "the organization's policy",
            Owner::Repository => "the repository's policy",
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
