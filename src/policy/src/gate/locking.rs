//! What a lock file may hold, for whoever makes one: the gate before there is a lock.

use super::{Gate, ImageRequest, passing, worst};
use crate::said::Standpoint;
use crate::verdict::Denial;
use fromtier_image::ImageRef;

/// An image that may be locked.
#[derive(Debug, Clone)]
pub struct Lockable {
    image: ImageRef,
    pull: ImageRef,
}

impl Lockable {
    /// What a line of the lock is about: rewritten, not mirrored; with the Dockerfile's own digest, where it has one.
    pub fn image(&self) -> &ImageRef {
        &self.image
    }

    /// Where it is pulled from: mirrored.
    pub fn pull(&self) -> &ImageRef {
        &self.pull
    }
}

impl Gate {
    /// Leave to lock an image: what [`Gate::request`] says, but for what the lock itself is to settle. It gives no
    /// leave to use it.
    pub fn lockable(&self, request: &ImageRequest<'_>) -> Result<Lockable, Denial> {
        let from = Standpoint::new(self, request.via, &request.scope);
        let (image, pull, mut verdict) = self.judge(request, &from)?;
        verdict
            .findings
            .retain(|finding| !finding.code.settled_by_lock());
        verdict.severity = worst(&verdict.findings);
        passing(verdict)?;
        Ok(Lockable { image, pull })
    }
}

#[cfg(test)]
mod tests {
    use crate::gate::{ImageRequest, Via};
    use crate::testing::{gate, lock_of};
    use crate::{Denial, Lockable, Scope};

    fn ask(policy: &str, lock: &str, reference: &str) -> Result<Lockable, Denial> {
        gate(policy, lock).lockable(&ImageRequest {
            reference,
            via: Via::From,
            scope: Scope::default(),
        })
    }

    #[test]
    fn what_is_not_locked_yet_may_be() {
        let policy = "version: 1\nbase: {digest: pin}\nrewrite: [{match: acme/node, to: \"node:{tag}\"}]\nmirrors: {docker.io: registry.example.com/hub}";
        let found = ask(policy, "", "acme/node:22").unwrap();
        assert_eq!(found.image().to_string(), "docker.io/library/node:22");
        assert_eq!(
            found.pull().to_string(),
            "registry.example.com/hub/library/node:22"
        );
        // Nor does the old lock's digest stand in the way of the Dockerfile's.
        let own = format!("node:22@sha256:{}", "b".repeat(64));
        let lock = lock_of("docker.io/library/node:22", 'a');
        assert!(ask(policy, &lock, &own).is_ok());
    }

    #[test]
    fn what_is_refused_otherwise_is_not_locked() {
        let denial = ask("version: 1\nbase: {digest: pin}", "", "acme/thing:1").unwrap_err();
        assert_eq!(denial.code, "FT101");
    }
}
