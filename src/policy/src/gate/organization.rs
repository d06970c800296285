//! An organization's policy and lock file, which the gates of many repositories share.

use std::sync::Arc;

use fromtier_catalog::Day;

use super::Gate;
use crate::layer::Layer;
use crate::lock::Lock;
use crate::owner::Owner;
use crate::policies::Policies;
use crate::policy::Policy;
use crate::settings::Gaps;

/// An organization's policy and lock file, if it has them. Its gates share them: they are indexed once, and not copied.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    policy: Option<Layer>,
    lock: Option<Arc<Lock>>,
}

impl Organization {
    /// Creates the organization from what its files say.
    pub fn new(policy: Option<Policy>, lock: Option<Lock>) -> Organization {
        Organization {
            policy: policy.map(only_layer),
            lock: lock.map(Arc::new),
        }
    }

    /// Whether there is a policy.
    pub fn has_policy(&self) -> bool {
        self.policy.is_some()
    }

    /// Whether there is a lock file. If so, those of repositories are ignored.
    pub fn has_lock(&self) -> bool {
        self.lock.is_some()
    }

    /// Creates the gate of a repository. Next to an organization's policy, the repository's can only tighten. Without
    /// either, [`Policy::builtin`] applies. The repository's lock file is ignored if the organization has one. `today` is
    /// the builder's day (UTC).
    pub fn gate(&self, repository: Option<Policy>, lock: Option<Lock>, today: Day) -> Gate {
        let layers = match (&self.policy, repository) {
            (Some(organization), Some(repository)) => vec![
                organization.owned_by(Owner::Organization),
                Layer::new(repository, Owner::Repository, Gaps::NoOpinion),
            ],
            (Some(organization), None) => vec![organization.clone()],
            (None, repository) => vec![only_layer(repository.unwrap_or_else(Policy::builtin))],
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

/// The layer of a policy that no other policy is next to.
fn only_layer(policy: Policy) -> Layer {
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
    fn a_gate_names_the_organizations_policy_only_next_to_a_repositorys() {
        let denied = "version: 1\nimages: [{match: acme/x, action: deny}]";
        let organization = Organization::new(Some(policy(denied)), None);
        let without_repository = organization.gate(None, None, today());
        let with_repository = organization.gate(Some(policy("version: 1")), None, today());
        let alone = refused(&without_repository, "acme/x");
        assert!(alone.contains("this policy"), "{alone}");
        let both = refused(&with_repository, "acme/x");
        assert!(both.contains("the organization's policy"), "{both}");
        // The first gate is unchanged.
        assert_eq!(refused(&without_repository, "acme/x"), alone);
    }

    #[test]
    fn the_gates_of_an_organization_share_its_policy_and_its_lock() {
        let organization = Organization::new(Some(policy("version: 1")), Some(lock('a')));
        let without_repository = organization.gate(None, None, today());
        let with_repository = organization.gate(Some(policy("version: 1")), None, today());
        assert!(std::ptr::eq(
            &without_repository.policies.layers[0].index.policy,
            &with_repository.policies.layers[0].index.policy
        ));
        assert!(Arc::ptr_eq(
            &without_repository.policies.lock,
            &with_repository.policies.lock
        ));
    }

    #[test]
    fn a_repositorys_lock_counts_only_where_the_organization_has_none() {
        let pinned = |organization_lock: Option<Lock>| {
            let gate =
                Organization::new(None, organization_lock).gate(None, Some(lock('b')), today());
            ask(&gate, "node:22").unwrap().pinned().cloned()
        };
        assert_eq!(pinned(None), Some(digest('b')));
        assert_eq!(pinned(Some(lock('a'))), Some(digest('a')));
        // An empty lock file counts too.
        assert_eq!(pinned(Some(Lock::default())), None);
    }

    #[test]
    fn the_contact_is_that_of_the_policy_that_decided() {
        let organization = "version: 1\ncontact: platform";
        let repository = "version: 1\ncontact: web\nimages: [{match: node, action: deny}]";
        let gate = Organization::new(Some(policy(organization)), None).gate(
            Some(policy(repository)),
            None,
            today(),
        );
        let contacts = |reference: &str| {
            let denial = ask(&gate, reference).unwrap_err();
            gate.contacts(&[denial.owner()])
        };
        assert_eq!(contacts("acme/tool"), ["platform"]);
        assert_eq!(contacts("node:24"), ["web"]);
        // No setting of a policy decides about this one.
        assert_eq!(contacts("Node"), ["platform", "web"]);
        assert!(gate.contacts(&[]).is_empty());
    }
}
