//! The images that a lock file can have: the gate before there is a line for them.

use fromtier_image::ImageRef;

use super::{Gate, ImageRequest};
use crate::policies::RequestContext;
use crate::recorder::NoRecorder;
use crate::verdict::{Denial, worst_severity};

/// An image that can be locked.
#[derive(Debug, Clone)]
pub struct LockCandidate {
    image: ImageRef,
    pull: ImageRef,
    fallback: Option<ImageRef>,
}

impl LockCandidate {
    /// The image in the line of the lock file: rewritten, not mirrored, with the digest in the Dockerfile if there is one.
    pub fn image(&self) -> &ImageRef {
        &self.image
    }

    /// The reference to pull: mirrored.
    pub fn pull(&self) -> &ImageRef {
        &self.pull
    }

    /// The reference to pull if the mirror fails.
    pub fn fallback(&self) -> Option<&ImageRef> {
        self.fallback.as_ref()
    }
}

impl Gate {
    /// Judges an image as [`Gate::request`], but ignores the findings that a line in the lock file settles. A candidate is
    /// permission to lock the image, not to use it.
    pub fn check_lockable(&self, request: &ImageRequest<'_>) -> Result<LockCandidate, Denial> {
        let context = RequestContext::new(&self.policies, request.via, &request.scope);
        let mut judged = self.judge(request, &context, &mut NoRecorder)?;
        let verdict = &mut judged.verdict;
        (verdict.findings).retain(|finding| !finding.code.settled_by_lock());
        verdict.severity = worst_severity(&verdict.findings);
        judged.verdict.into_result()?;
        let fallback = judged.place.has_fallback.then(|| judged.image.clone());
        Ok(LockCandidate {
            image: judged.image,
            pull: judged.place.image,
            fallback,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{gate, lock_of};
    use crate::gate::{ImageRequest, Via};
    use crate::{Denial, LockCandidate, Scope};

    fn ask(policy: &str, lock: &str, reference: &str) -> Result<LockCandidate, Denial> {
        gate(policy, lock).check_lockable(&ImageRequest {
            reference,
            via: Via::From,
            scope: Scope::default(),
        })
    }

    #[test]
    fn an_image_that_is_not_locked_yet_can_be_locked() {
        let policy = "version: 1\nbase: {digest: pin}\nrewrite: [{match: acme/node, to: \"node:{tag}\"}]\nmirrors: {docker.io: registry.example.com/hub}";
        let found = ask(policy, "", "acme/node:22").unwrap();
        assert_eq!(found.image().to_string(), "docker.io/library/node:22");
        assert_eq!(
            found.pull().to_string(),
            "registry.example.com/hub/library/node:22"
        );
        // The digest in the Dockerfile can replace the locked one.
        let requested = format!("node:22@sha256:{}", "b".repeat(64));
        let lock = lock_of("docker.io/library/node:22", 'a');
        assert!(ask(policy, &lock, &requested).is_ok());
    }

    #[test]
    fn an_image_that_another_rule_refuses_can_not_be_locked() {
        let denial = ask("version: 1\nbase: {digest: pin}", "", "acme/thing:1").unwrap_err();
        assert_eq!(denial.code, "FT101");
    }
}
