//! Whose policy it is that reports something.

use std::fmt;

/// Whose a policy of a gate is. Displays as messages name it: `this policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The gate has no other policy: it is an organization's, a repository's, or the built-in one.
    Only,
    /// The organization's, beside the repository's. It comes first.
    Organization,
    /// The repository's, beside the organization's, which it can only tighten.
    Repository,
}

impl Owner {
    /// The policy as messages name it.
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
