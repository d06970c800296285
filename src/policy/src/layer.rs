//! A policy of a gate.

use std::sync::Arc;

use crate::owner::Owner;
use crate::policy::Policy;
use crate::policy_index::PolicyIndex;
use crate::settings::Gaps;

/// A policy of a gate: whose it is there, and what all gates with this policy share.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub owner: Owner,
    pub index: Arc<PolicyIndex>,
}

impl Layer {
    /// A policy of this owner's, its gaps filled so.
    pub fn new(policy: Policy, owner: Owner, gaps: Gaps) -> Layer {
        Layer {
            owner,
            index: Arc::new(PolicyIndex::new(policy, gaps)),
        }
    }

    /// The same policy beside another, or alone.
    pub fn owned_by(&self, owner: Owner) -> Layer {
        Layer {
            owner,
            index: Arc::clone(&self.index),
        }
    }
}
