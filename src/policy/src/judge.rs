//! The judgment of one image: rewriting, every policy's rules, exceptions, and mirrors.

use fromtier_image::{Digest, ImageConfig, ImageRef};

use crate::code::Code;
use crate::findings::Findings;
use crate::pattern::identity;
use crate::policies::{Policies, RequestContext};
use crate::recorder::{NoRecorder, Recorder};
use crate::rewriting;
use crate::rules::{self, RuleContext};
use crate::suggest;
use crate::verdict::{ExceptionId, Finding};

/// An image that can't be changed.
pub(crate) struct FixedImage {
    /// The judged image: not as in its mirror.
    pub image: ImageRef,
    /// Where the policies take it from, if that is another place.
    pub wanted: Option<ImageRef>,
}

/// Where an image is pulled from.
pub(crate) struct PullPlace {
    /// The image there: mirrored, not pinned.
    pub image: ImageRef,
    /// Whether it is a mirror that may lack the image.
    pub has_fallback: bool,
}

impl PullPlace {
    pub fn own(image: &ImageRef) -> PullPlace {
        PullPlace {
            image: image.clone(),
            has_fallback: false,
        }
    }
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

    /// Returns the image that a name is an alias of. Only the first policy's aliases count: with an alias of its own, a
    /// repository could make an image pass for another one.
    pub fn alias(&mut self, named: &ImageRef) -> Option<ImageRef> {
        let policy = self.request.active_policies(self.policies).next()?;
        let rule = policy.index.alias(&identity(named), named.tag())?;
        let result = rule.apply(named);
        self.recorder.alias(&policy, rule, &result);
        match result {
            // It can be named as in its mirror.
            Ok(image) => Some(self.policies.named_as_in_mirror(&image).unwrap_or(image)),
            Err(error) => {
                let message = format!(
                    "{} can't tell what {} is an alias of: {error}",
                    policy.owner,
                    named.familiar()
                );
                let help = format!("name a tag, or correct the alias `{}`", rule.pattern.text);
                let finding = Finding::fixed(Code::RewriteFailed, message).with_help(help);
                self.findings.add(vec![policy.own(finding)]);
                None
            }
        }
    }

    /// Step 3: every policy's rules judge the image, which was named like this.
    pub fn judge_image(&mut self, image: &ImageRef, named: &ImageRef) {
        let (policies, request, name) = (self.policies, self.request, identity(image));
        for context in rules::contexts(policies, request, image, &name, None) {
            let context = RuleContext { named, ..context };
            self.recorder.judge(&context);
            let drafts = rules::judge_image(&context);
            let findings = suggest::fill(policies, &context, drafts);
            self.conclude(&context, findings);
        }
    }

    /// Step 4: the place that the image is pulled from. If the repository's policy names the mirror, the organization's
    /// policy judges it like any other place.
    pub fn mirror(&mut self, image: &ImageRef) -> PullPlace {
        let policies = self.policies;
        let Some(mirror) = policies.mirror_of(image) else {
            return PullPlace::own(image);
        };
        let layer = &policies.layers[mirror.layer];
        self.recorder.mirror(layer, &mirror);
        let place = match mirror.image {
            Ok(place) => place,
            Err(problem) => {
                self.refuse_mirror(
                    mirror.layer,
                    image,
                    &mirror.mirror.prefix,
                    &problem.to_string(),
                );
                return PullPlace::own(image);
            }
        };
        // The organization's own mirrors and aliases say what the place is.
        let own = policies.named_as_in_mirror(&place);
        let own = own.or_else(|| policies.alias_of(&place));
        let judged = own.as_ref().unwrap_or(&place);
        let name = identity(judged);
        let contexts = rules::contexts(policies, self.request, judged, &name, None);
        for context in contexts.take(mirror.layer) {
            let context = RuleContext {
                named: &place,
                ..context
            };
            let mirrored = image.clone().without_digest();
            let help = format!("{} pulls {mirrored} from this mirror", layer.owner);
            // The Dockerfile doesn't name the mirror, so no suggestion could help.
            let findings = (rules::judge_place(&context).into_iter())
                .map(|draft| draft.finding.with_help(help.clone()))
                .collect();
            self.conclude(&context, findings);
        }
        PullPlace {
            image: place,
            has_fallback: mirror.mirror.fallback,
        }
    }

    /// Steps 2 to 4 for an image that can't be rewritten or mirrored any more: judges the image that is named there, which can
    /// be named as in its mirror.
    pub fn judge_fixed(&mut self, written: &ImageRef) -> FixedImage {
        let named = self
            .policies
            .origin_of(written)
            .unwrap_or_else(|| written.clone());
        let alias = self.alias(&named);
        let image = alias.clone().unwrap_or_else(|| named.clone());
        self.judge_image(&image, &named);
        let mut no_recorder = NoRecorder;
        let mut rewriting = Judge::new(self.policies, self.request, &mut no_recorder);
        let rewritten = rewriting.rewrite(&named);
        let mut failures = rewriting.findings.findings;
        failures.retain(|finding| finding.code == Code::RewriteFailed);
        self.findings.add(failures);
        let place = match alias {
            Some(_) => PullPlace::own(&rewritten),
            None => self.mirror(&rewritten),
        };
        // An image that a mirror may lack can be named by its own name as well.
        let is_allowed = place.image == *written || place.has_fallback && rewritten == *written;
        FixedImage {
            image,
            wanted: (!is_allowed).then_some(place.image),
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
        let finding = Finding::fixed(Code::RewriteFailed, message).with_help(help);
        self.findings.add(vec![policy.own(finding)]);
    }

    /// Step 6: every policy's rules judge the digest and the config that the registry returned.
    pub fn judge_answer(
        &mut self,
        image: &ImageRef,
        digest: Option<&Digest>,
        config: &ImageConfig,
    ) {
        self.judge_each(image, digest, |context| {
            rules::judge_answer(context, digest, Some(config))
        });
    }

    /// Every policy judges the image by these rules, which make no suggestions.
    pub fn judge_each(
        &mut self,
        image: &ImageRef,
        resolved: Option<&Digest>,
        rules: impl Fn(&RuleContext<'_>) -> Vec<Finding>,
    ) {
        let name = identity(image);
        for context in rules::contexts(self.policies, self.request, image, &name, resolved) {
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
        let own = |finding| context.policy.own(finding);
        self.findings.add(findings.into_iter().map(own).collect());
    }
}
