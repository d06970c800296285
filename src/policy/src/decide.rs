//! What the policies make of an image and say of it: rewriting, mirrors, rules.

use crate::code::Code;
use crate::gate::Gate;
use crate::layer::View;
use crate::pattern::identity;
use crate::rules::{self, Case};
use crate::said::{Said, Standpoint};
use crate::verdict::{ExceptionId, Finding, Severity};
use fromtier_image::ImageRef;

impl Gate {
    /// The repository's rewriting, which is as if the Dockerfile had been written so, then the organisation's; each
    /// once.
    pub(crate) fn rewrite(
        &self,
        normalised: &ImageRef,
        from: &Standpoint,
        findings: &mut Vec<Finding>,
    ) -> ImageRef {
        let mut image = normalised.clone();
        let views: Vec<View<'_>> = from.views(self).collect();
        for layer in views.iter().rev() {
            let Some(rule) = layer.index.rewrite(&identity(&image), image.tag()) else {
                continue;
            };
            let severity = if layer.warn_only() {
                Severity::Warn
            } else {
                Severity::Deny
            };
            match rule.apply(&image) {
                Ok(target) if target == image => {}
                Ok(target) => {
                    let because = rule
                        .reason
                        .as_ref()
                        .map(|reason| format!(": {reason}"))
                        .unwrap_or_default();
                    findings.push(Finding {
                        code: Code::Rewritten,
                        severity: Severity::Allow,
                        message: format!(
                            "{} makes {} of {}{because}",
                            layer.owner,
                            target.familiar(),
                            without_digest(&image)
                        ),
                        help: None,
                        suggestion: Some(target.familiar()),
                    });
                    image = target;
                }
                Err(stuck) => findings.push(Finding {
                    code: Code::RewriteFailed,
                    severity,
                    message: format!(
                        "{} rewrites {}, and can't: {stuck}",
                        layer.owner,
                        image.familiar()
                    ),
                    help: stuck.help.or_else(|| {
                        let (from, to) = (&rule.pattern.text, &rule.to);
                        Some(format!("name a tag: {from} becomes {to}"))
                    }),
                    suggestion: None,
                }),
            }
        }
        image
    }

    /// Where the image is pulled from. A mirror of the repository's is a place like any other to the organisation.
    pub(crate) fn mirrored(
        &self,
        image: &ImageRef,
        from: &Standpoint,
        said: &mut Said,
    ) -> ImageRef {
        let Some((at, mirror)) = self.mirror_of(image) else {
            return image.clone();
        };
        let name = identity(&mirror);
        let whose = self.layers.get(at).map_or("", |layer| layer.owner.name());
        self.layers_on(at, &mirror, &name, from, said, |case, out| {
            for rule in rules::PLACE_RULES {
                rule(case, out);
            }
            // Nothing stands in for a place: the Dockerfile doesn't name it.
            for finding in out {
                let shown = image.clone().without_digest();
                finding.help = Some(format!("{whose} pulls {shown} from there"));
                finding.suggestion = None;
            }
        });
        mirror
    }

    /// The place that an image is pulled from, and which policy says so.
    pub(crate) fn mirror_of(&self, image: &ImageRef) -> Option<(usize, ImageRef)> {
        let name = identity(image);
        let registry = name.split('/').next().unwrap_or_default();
        let (at, prefix) = self
            .layers
            .iter()
            .enumerate()
            .find_map(|(at, layer)| Some((at, layer.index.mirror(registry)?)))?;
        let mut text = format!("{prefix}/{}", image.path());
        if let Some(tag) = image.tag() {
            text = format!("{text}:{tag}");
        }
        if let Some(digest) = image.digest() {
            text = format!("{text}@{}", digest.as_str());
        }
        // The prefix was checked when the policy was read; a path that grows too long is pulled from its own place.
        Some((at, ImageRef::parse(&text).ok()?))
    }

    /// Step 3: what every policy's rules say of the image.
    pub(crate) fn decide(&self, image: &ImageRef, from: &Standpoint, said: &mut Said) {
        let name = identity(image);
        self.each_layer(image, &name, from, said, |case, out| {
            for rule in rules::RULES {
                rule(case, out);
            }
        });
    }

    pub(crate) fn each_layer(
        &self,
        image: &ImageRef,
        name: &str,
        from: &Standpoint,
        said: &mut Said,
        check: impl Fn(&Case<'_>, &mut Vec<Finding>),
    ) {
        self.layers_on(self.layers.len(), image, name, from, said, check);
    }

    /// Asks the first so many policies, and lets each policy's exceptions and mode have their word on what its rules
    /// said.
    fn layers_on(
        &self,
        count: usize,
        image: &ImageRef,
        name: &str,
        from: &Standpoint,
        said: &mut Said,
        check: impl Fn(&Case<'_>, &mut Vec<Finding>),
    ) {
        for (at, layer) in from.views(self).take(count).enumerate() {
            let case = Case::new(self, from, (at, layer), image, name);
            let mut findings = Vec::new();
            check(&case, &mut findings);
            for index in rules::exception::apply(&case, &mut findings) {
                said.add_exception(ExceptionId {
                    owner: layer.owner,
                    index,
                });
            }
            if layer.warn_only() {
                for finding in &mut findings {
                    finding.severity = finding.severity.min(Severity::Warn);
                }
            }
            said.add(findings);
        }
    }
}

/// The image as a Dockerfile names it; a digest is only mentioned.
fn without_digest(image: &ImageRef) -> String {
    let shown = image.clone().without_digest().familiar();
    match image.digest() {
        Some(_) => format!("{shown}, without its digest"),
        None => shown,
    }
}
