//! The judgment of one image: rewriting, every policy's rules, exceptions, and mirrors.

use fromtier_image::{ImageConfig, ImageRef};

use crate::code::Code;
use crate::findings::Findings;
use crate::pattern::identity;
use crate::policies::{Policies, RequestContext};
use crate::recorder::{NoRecorder, Recorder};
use crate::rewriting;
use crate::rules::{self, RuleContext};
use crate::suggest;
use crate::verdict::{ExceptionId, Finding, Severity};

/// An image that can't be changed.
pub(crate) struct FixedImage {
    /// The judged image: not as in its mirror.
    pub image: ImageRef,
    /// Where the policies take it from, if that is another place.
    pub wanted: Option<ImageRef>,
}

/// Takes the gate's steps for one request, and collects the findings.
pub(crate) struct Judge<'a> {
    policies: &'a Policies,
    request: &'a RequestContext,
    recorder: &'a mut dyn Recorder,
    pub findings: Findings,
}

impl<'a> Judge<'a> {
    pub fn new(
        policies: &'a Policies,
        request: &'a RequestContext,
        recorder: &'a mut dyn Recorder,
    ) -> Judge<'a> {
        Judge {
            policies,
            request,
            recorder,
            findings: Findings::default(),
        }
    }

    /// Step 2: the policies rewrite the image.
    pub fn rewrite(&mut self, normalized: &ImageRef) -> ImageRef {
        let findings = &mut self.findings.findings;
        rewriting::rewrite(
            self.policies,
            self.request,
            normalized,
            self.recorder,
            findings,
        )
    }

    /// Step 3: every policy's rules judge the image.
    pub fn judge_image(&mut self, image: &ImageRef) {
        let (policies, request, name) = (self.policies, self.request, identity(image));
        for context in rules::contexts(policies, request, image, &name) {
            self.recorder.judge(&context);
            let drafts = rules::judge_image(&context);
            let findings = suggest::fill(policies, &context, drafts);
            self.conclude(&context, findings);
        }
    }

    /// Step 4: the place that the image is pulled from. If the repository's policy names the mirror, the organization's
    /// policy judges it like any other place.
    pub fn mirror(&mut self, image: &ImageRef) -> ImageRef {
        let policies = self.policies;
        let Some(mirror) = policies.mirror_of(image) else {
            return image.clone();
        };
        let layer = &policies.layers[mirror.layer];
        self.recorder.mirror(layer, &mirror);
        let place = match mirror.image {
            Ok(place) => place,
            Err(problem) => {
                self.refuse_mirror(mirror.layer, image, mirror.prefix, &problem.to_string());
                return image.clone();
            }
        };
        let name = identity(&place);
        let contexts = rules::contexts(policies, self.request, &place, &name);
        for context in contexts.take(mirror.layer) {
            let mirrored = image.clone().without_digest();
            let help = format!("{} pulls {mirrored} from this mirror", layer.owner);
            // The Dockerfile doesn't name the mirror, so no suggestion could help.
            let findings = (rules::judge_place(&context).into_iter())
                .map(|draft| draft.finding.with_help(help.clone()))
                .collect();
            self.conclude(&context, findings);
        }
        place
    }

    /// Steps 2 to 4 for an image that can't be rewritten or mirrored any more: judges the image that is named there, which can
    /// be named as in its mirror.
    pub fn judge_fixed(&mut self, written: &ImageRef) -> FixedImage {
        let image = self
            .policies
            .origin_of(written)
            .unwrap_or_else(|| written.clone());
        self.judge_image(&image);
        let rewritten = Judge::new(self.policies, self.request, &mut NoRecorder).rewrite(&image);
        let place = self.mirror(&rewritten);
        FixedImage {
            image,
            wanted: Some(place).filter(|place| place != written),
        }
    }

    /// Refuses an image that has no valid name in its mirror: its own registry must not take the mirror's place.
    fn refuse_mirror(&mut self, layer: usize, image: &ImageRef, prefix: &str, problem: &str) {
        let mut policies = self.request.active_policies(self.policies);
        let Some(policy) = policies.nth(layer) else {
            return;
        };
        let message = format!(
            "{} can't pull {} from its mirror {prefix}: {problem}",
            policy.owner,
            image.familiar()
        );
        let help = "use an image with a shorter name, or a mirror with a shorter path";
        let mut finding = Finding::fixed(Code::RewriteFailed, message)
            .with_help(help)
            .owned_by(policy.owner);
        if policy.warn_only() {
            finding.severity = Severity::Warn;
        }
        self.findings.add(vec![finding]);
    }

    /// Step 6: every policy's rules judge the config that the registry returned; `None` if it is unknown.
    pub fn judge_config(&mut self, image: &ImageRef, config: Option<&ImageConfig>) {
        self.judge_each(image, |context| rules::judge_config(context, config));
    }

    /// Every policy judges the image by these rules, which make no suggestions.
    pub fn judge_each(
        &mut self,
        image: &ImageRef,
        rules: impl Fn(&RuleContext<'_>) -> Vec<Finding>,
    ) {
        let name = identity(image);
        for context in rules::contexts(self.policies, self.request, image, &name) {
            let findings = rules(&context);
            self.conclude(&context, findings);
        }
    }

    /// Applies a policy's exceptions and its mode to the findings of its rules, and keeps them.
    fn conclude(&mut self, context: &RuleContext<'_>, mut findings: Vec<Finding>) {
        for index in rules::exception::apply(self.policies, context, &mut findings) {
            self.findings.add_exception(ExceptionId {
                owner: context.policy.owner,
                index,
            });
        }
        if context.policy.warn_only() {
            for finding in &mut findings {
                finding.severity = finding.severity.min(Severity::Warn);
            }
        }
        for finding in &mut findings {
            finding.owner = Some(context.policy.owner);
        }
        self.findings.add(findings);
    }
}
