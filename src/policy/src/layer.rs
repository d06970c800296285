//! A policy of a gate.

use std::sync::Arc;

use crate::owner::Owner;
use crate::policy::Policy;
use crate::policy_index::PolicyIndex;
use crate::settings::Gaps;

/// A policy of a gate, with its owner there. All gates with the same policy share its index.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub owner: Owner,
    pub index: Arc<PolicyIndex>,
}

impl Layer {
    /// Creates a layer. `gaps` are the settings that apply if the policy sets none.
    pub fn new(policy: Policy, owner: Owner, gaps: Gaps) -> Layer {
        Layer {
            owner,
            index: Arc::new(PolicyIndex::new(policy, gaps)),
        }
    }

    /// Returns the same policy with another owner.
    pub fn owned_by(&self, owner: Owner) -> Layer {
        Layer {
            owner,
            index: Arc::clone(&self.index),
        }
    }
}
