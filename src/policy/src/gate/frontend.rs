//! FT002: the frontend that a Dockerfile requests.

use fromtier_image::ImageRef;

use super::Gate;
use crate::code::Code;
use crate::pattern::{Pattern, identity};
use crate::policies::RequestContext;
use crate::request::Via;
use crate::scope::Scope;
use crate::verdict::{Finding, Severity};

/// Docker's own frontends, which have the same language as this one.
const EQUIVALENT: [&str; 2] = [
    "docker.io/docker/dockerfile",
    "docker.io/docker/dockerfile-upstream",
];

/// What requests a frontend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedBy {
    /// The build argument `BUILDKIT_SYNTAX`.
    Argument,
    /// The `# syntax=` line of the Dockerfile.
    Line,
}

/// The frontend that a build requests.
#[derive(Debug, Clone, Copy)]
pub struct FrontendRequest<'a> {
    /// The reference of the frontend. What follows it after a space doesn't count.
    pub reference: &'a str,
    /// What requests it.
    pub by: RequestedBy,
    /// The reference of the frontend that runs, if it is known.
    pub this: Option<&'a str>,
}

impl Gate {
    /// Judges the frontend that a build requests: Docker's own, this one, and those that the first policy lists under
    /// `frontends` are fine. A build is never forwarded to another one. Only the first policy decides: with its own list, a
    /// repository could lift what its organization refuses.
    pub fn other_frontend(
        &self,
        request: &FrontendRequest<'_>,
        scope: &Scope<'_>,
    ) -> Option<Finding> {
        let requested = request.reference.split_whitespace().next();
        let requested = requested.unwrap_or_default();
        let image = ImageRef::parse(requested).ok();
        let is_known = image.is_some_and(|image| {
            let name = image.name();
            let this = request.this.and_then(|this| ImageRef::parse(this).ok());
            EQUIVALENT.contains(&name.as_str())
                || this.is_some_and(|this| this.name() == name)
                || self.lists_frontend(&image)
        });
        if is_known {
            return None;
        }
        let context = RequestContext::new(&self.policies, Via::From, scope);
        let policy = context.active_policies(&self.policies).next()?;
        let (by, remove) = match request.by {
            RequestedBy::Argument => ("`BUILDKIT_SYNTAX`", "the build argument"),
            RequestedBy::Line => ("the build", "the line"),
        };
        let message = format!(
            "{by} requests the frontend {requested}; this frontend doesn't forward builds to another one"
        );
        let help = format!(
            "remove {remove}, use `docker/dockerfile:1`, or list your own frontend under `frontends` in {}",
            policy.owner
        );
        let mut finding = Finding::fixed(Code::OtherFrontend, message)
            .with_help(help)
            .owned_by(policy.owner);
        if policy.warn_only() {
            finding.severity = finding.severity.min(Severity::Warn);
        }
        Some(finding)
    }

    /// Whether the first policy says which frontends are the organization's.
    pub fn has_frontends(&self) -> bool {
        !self.frontends().is_empty()
    }

    fn lists_frontend(&self, image: &ImageRef) -> bool {
        let name = identity(image);
        let mut listed = self.frontends().iter();
        listed.any(|pattern| pattern.matches(&name, image.tag()))
    }

    fn frontends(&self) -> &[Pattern] {
        let first = self.policies.layers.first();
        first.map_or(&[], |layer| &layer.index.policy.frontends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{gate, two};

    fn judge(gate: &Gate, reference: &str) -> Option<Severity> {
        let request = FrontendRequest {
            reference,
            by: RequestedBy::Line,
            this: Some("acme/this:2"),
        };
        let finding = gate.other_frontend(&request, &Scope::UNKNOWN)?;
        assert_eq!(finding.code, Code::OtherFrontend);
        Some(finding.severity)
    }

    #[test]
    fn dockers_own_this_one_and_listed_ones_are_fine() {
        let gate = gate("version: 1\nfrontends: [registry.example.com/fromtier]", "");
        for known in [
            "docker/dockerfile:1",
            "docker.io/docker/dockerfile-upstream:master extra",
            "registry.example.com/fromtier:1",
            "acme/this@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(judge(&gate, known), None, "{known}");
        }
        for other in [
            "acme/other",
            "registry.example.com/other",
            "",
            "%%",
            "evil/docker/dockerfile",
        ] {
            assert_eq!(judge(&gate, other), Some(Severity::Deny), "{other}");
        }
    }

    #[test]
    fn a_repository_lifts_nothing_that_its_organization_refuses() {
        let organization = "version: 1\nfrontends: [registry.example.com/fromtier]";
        for repository in [
            "version: 1\nfrontends: [evil/x]",
            "version: 1\nfrontends: ['**']",
            "version: 1\nmode: warn",
        ] {
            for organization in [organization, "version: 1"] {
                let gate = two(organization, repository);
                assert_eq!(judge(&gate, "evil/x"), Some(Severity::Deny), "{repository}");
            }
            let gate = two(organization, repository);
            assert_eq!(judge(&gate, "registry.example.com/fromtier:1"), None);
        }
        assert!(!two("version: 1", "version: 1\nfrontends: [evil/x]").has_frontends());
    }

    #[test]
    fn the_first_policy_decides_whether_it_is_a_warning() {
        let warns = "version: 1\nmode: warn";
        assert_eq!(judge(&gate(warns, ""), "evil/x"), Some(Severity::Warn));
        let both = two(warns, "version: 1\nmode: enforce");
        assert_eq!(judge(&both, "evil/x"), Some(Severity::Warn));
    }
}
