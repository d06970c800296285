//! FT002: the frontend that a Dockerfile requests.

use fromtier_image::ImageRef;

use super::Gate;
use crate::code::Code;
use crate::pattern::identity;
use crate::verdict::Finding;

/// Docker's own frontends, which have the same language as this one.
const EQUIVALENT: [&str; 2] = [
    "docker.io/docker/dockerfile",
    "docker.io/docker/dockerfile-upstream",
];

impl Gate {
    /// Judges the frontend that a `# syntax=` line or `BUILDKIT_SYNTAX` requests: Docker's own, `this` one, and those that a
    /// policy lists under `frontends` are fine. A build is never forwarded to another one.
    pub fn other_frontend(&self, requested: &str, this: Option<&str>) -> Option<Finding> {
        let requested = requested.split_whitespace().next().unwrap_or_default();
        let image = ImageRef::parse(requested).ok();
        let is_known = image.is_some_and(|image| {
            let name = image.name();
            let this = this.and_then(|this| ImageRef::parse(this).ok());
            EQUIVALENT.contains(&name.as_str())
                || this.is_some_and(|this| this.name() == name)
                || self.lists_frontend(&image)
        });
        if is_known {
            return None;
        }
        let message = format!(
            "the build requests the frontend {requested}; this frontend doesn't forward builds to another one"
        );
        let help = "remove the line, use `docker/dockerfile:1`, or list your own frontend under `frontends` in the policy";
        Some(Finding::fixed(Code::OtherFrontend, message).with_help(help))
    }

    /// Whether a policy says which frontends are the organization's.
    pub fn has_frontends(&self) -> bool {
        let mut layers = self.policies.layers.iter();
        layers.any(|layer| !layer.index.policy.frontends.is_empty())
    }

    fn lists_frontend(&self, image: &ImageRef) -> bool {
        let name = identity(image);
        let mut listed =
            (self.policies.layers.iter()).flat_map(|layer| &layer.index.policy.frontends);
        listed.any(|pattern| pattern.matches(&name, image.tag()))
    }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::gate;

    #[test]
    fn dockers_own_this_one_and_listed_ones_are_fine() {
        let gate = gate("version: 1\nfrontends: [registry.example.com/fromtier]", "");
        let refused = |requested: &str| {
            let finding = gate.other_frontend(requested, Some("acme/this:2"))?;
            Some(finding.code.as_str())
        };
        for known in [
            "docker/dockerfile:1",
            "docker.io/docker/dockerfile-upstream:master extra",
            "registry.example.com/fromtier:1",
            "acme/this@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(refused(known), None, "{known}");
        }
        for other in [
            "acme/other",
            "registry.example.com/other",
            "",
            "%%",
            "evil/docker/dockerfile",
        ] {
            assert_eq!(refused(other), Some("FT002"), "{other}");
        }
    }
}
