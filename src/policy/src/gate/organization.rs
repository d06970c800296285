//! What holds in every repository: one organization's part of any number of gates.

use std::sync::Arc;

use fromtier_catalog::Day;

use super::Gate;
use crate::layer::Layer;
use crate::lock::Lock;
use crate::owner::Owner;
use crate::policies::Policies;
use crate::policy::Policy;
use crate::settings::Gaps;

/// An organization's policy and lock, either or neither. The gates that it makes share them: they are indexed once,
/// and not copied.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    policy: Option<Layer>,
    lock: Option<Arc<Lock>>,
}

impl Organization {
    /// What was read from the organization's files.
    pub fn new(policy: Option<Policy>, lock: Option<Lock>) -> Organization {
        Organization {
            policy: policy.map(alone),
            lock: lock.map(Arc::new),
        }
    }

    /// Whether there is a lock: then that of a repository counts for nothing.
    pub fn has_lock(&self) -> bool {
        self.lock.is_some()
    }

    /// The gate of a repository: beside an organization's policy its own can only tighten; with neither,
    /// [`Policy::builtin`] holds. Its lock counts only where the organization has none. `today` is the builder's day
    /// (UTC).
    pub fn gate(&self, repository: Option<Policy>, lock: Option<Lock>, today: Day) -> Gate {
        let layers = match (&self.policy, repository) {
            (Some(organization), Some(repository)) => vec![
                organization.owned_by(Owner::Organization),
                Layer::new(repository, Owner::Repository, Gaps::NoOpinion),
            ],
            (Some(organization), None) => vec![organization.clone()],
            (None, repository) => vec![alone(repository.unwrap_or_else(Policy::builtin))],
        };
        let lock = self.lock.clone().or_else(|| lock.map(Arc::new));
        Gate {
            policies: Policies {
                layers,
                lock: lock.unwrap_or_default(),
                today,
                file: None,
            },
        }
    }
}

fn alone(policy: Policy) -> Layer {
    Layer::new(policy, Owner::Only, Gaps::BuiltIn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{ask, digest, lock_of, policy, today};

    fn refused(gate: &Gate, reference: &str) -> String {
        ask(gate, reference).unwrap_err().message
    }

    fn lock(letter: char) -> Lock {
        let text = lock_of("docker.io/library/node:22", letter);
        Lock::parse("fromtier.lock", &text).unwrap()
    }

    #[test]
    fn each_gate_calls_the_policy_by_who_is_beside_it() {
        let denied = "version: 1\nimages: [{match: acme/x, action: deny}]";
        let organization = Organization::new(Some(policy(denied)), None);
        let before = organization.gate(None, None, today());
        let beside = organization.gate(Some(policy("version: 1")), None, today());
        let alone = refused(&before, "acme/x");
        assert!(alone.contains("this policy"), "{alone}");
        let both = refused(&beside, "acme/x");
        assert!(both.contains("the organization's policy"), "{both}");
        // The first is as it was.
        assert_eq!(refused(&before, "acme/x"), alone);
    }

    #[test]
    fn the_gates_of_an_organization_share_its_policy_and_its_lock() {
        let organization = Organization::new(Some(policy("version: 1")), Some(lock('a')));
        let before = organization.gate(None, None, today());
        let beside = organization.gate(Some(policy("version: 1")), None, today());
        assert!(std::ptr::eq(
            &before.policies.layers[0].index.policy,
            &beside.policies.layers[0].index.policy
        ));
        assert!(Arc::ptr_eq(&before.policies.lock, &beside.policies.lock));
    }

    #[test]
    fn a_repositorys_lock_counts_only_where_the_organization_has_none() {
        let pinned = |own: Option<Lock>| {
            let gate = Organization::new(None, own).gate(None, Some(lock('b')), today());
            ask(&gate, "node:22").unwrap().pinned().cloned()
        };
        assert_eq!(pinned(None), Some(digest('b')));
        assert_eq!(pinned(Some(lock('a'))), Some(digest('a')));
        // A lock without a line is one.
        assert_eq!(pinned(Some(Lock::default())), None);
    }
}
