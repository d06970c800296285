//! The gate: the only place that creates approved sources.
//!
//! An image goes through [`Gate::request`], which returns a [`Pass`], and [`Gate::admit`], which returns an
//! [`ApprovedImage`]. Approvals have private fields, so only this module and its parts create them. A graph is built from
//! approvals only, so it has no source that the gate hasn't judged.

mod admit;
mod build_only;
mod frontend;
mod lock_candidate;
mod organization;
mod source;
mod trap;
mod user;

use std::sync::Arc;

use fromtier_catalog::Day;
use fromtier_image::{Digest, ImageConfig, ImageRef};
pub use frontend::{FrontendRequest, RequestedBy};
pub use lock_candidate::LockCandidate;
pub use organization::Organization;
pub use trap::TrapRequest;

use crate::code::Code;
use crate::judge::{Judge, PullPlace};
use crate::lock::Lock;
use crate::owner::Owner;
use crate::pattern::identity;
use crate::policies::{Policies, RequestContext};
use crate::policy::Policy;
use crate::recorder::{NoRecorder, Recorder};
pub use crate::request::{ImageRequest, SourceRequest, Via};
use crate::rules;
use crate::suggest;
use crate::verdict::{Denial, Finding, JudgedKind, Severity, Verdict, worst_severity};

/// Permission to resolve an image: the reference to ask the registry for, and the digest that must come back.
#[derive(Debug, Clone)]
pub struct Pass {
    context: RequestContext,
    /// The judged image: rewritten, not mirrored; for an alias, the image that it is.
    image: ImageRef,
    pull: ImageRef,
    /// The reference to resolve if the mirror fails.
    fallback: Option<ImageRef>,
    pinned: Option<Digest>,
    locked: Option<Day>,
    verdict: Verdict,
}

impl Pass {
    /// The judged image: rewritten, not mirrored; for an alias, the image that it is.
    pub fn image(&self) -> &ImageRef {
        &self.image
    }
    /// The reference to resolve through the gateway: rewritten, mirrored, pinned.
    pub fn pull(&self) -> &ImageRef {
        &self.pull
    }
    /// Takes the image from its own registry, because its mirror failed for this reason. `None` if the policy allows only the
    /// mirror.
    #[must_use]
    pub fn fall_back(&self, reason: &str) -> Option<Pass> {
        let own = self.fallback.clone()?;
        let message = format!(
            "{} is pulled from its own registry, because its mirror failed: {reason}",
            self.image.familiar()
        );
        let help = format!("make sure that {} can be pulled", self.pull);
        let finding = Finding::fixed(Code::MirrorFailed, message).with_help(help);
        let mut verdict = self.verdict.clone();
        verdict.findings.push(finding);
        verdict.severity = worst_severity(&verdict.findings);
        Some(Pass {
            pull: own,
            fallback: None,
            verdict,
            ..self.clone()
        })
    }
    /// The digest that the reference or the lock file pins it to.
    pub fn pinned(&self) -> Option<&Digest> {
        self.pinned.as_ref()
    }
    /// The day that the lock file has for the digest, if the digest comes from the lock file.
    pub fn locked(&self) -> Option<Day> {
        self.locked
    }
    /// The verdict on the request.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// An image that the gate approved, with its resolved digest. Only [`Gate::admit`] creates one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedImage {
    reference: ImageRef,
    verdict: Verdict,
}

impl ApprovedImage {
    /// The reference with its resolved digest.
    pub fn reference(&self) -> &ImageRef {
        &self.reference
    }
    /// The verdict on the image and its config.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// A source other than an image that the gate approved. Only [`Gate::source`] creates one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedSource {
    identifier: String,
    verdict: Verdict,
}

impl ApprovedSource {
    /// The approved URL, local name, or reference, as requested.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }
    /// The verdict on the source.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// The registry's answer.
#[derive(Debug, Clone)]
pub struct Resolved<'a> {
    /// The reference that came back; BuildKit's source policies can have changed it.
    pub reference: &'a ImageRef,
    /// The digest that came back; `None` for an image in a local store.
    pub digest: Option<&'a Digest>,
    /// The config of the image.
    pub config: &'a ImageConfig,
}

/// The policies, a lock file, the catalog, and the day.
#[derive(Debug)]
pub struct Gate {
    pub(crate) policies: Policies,
}

/// The result of steps 1 to 5 of the gate, whether or not the image passes.
pub(crate) struct Judged {
    /// Rewritten, not mirrored.
    pub image: ImageRef,
    pub place: PullPlace,
    /// The digest that the reference or the lock file pins it to.
    pub pinned: Option<Digest>,
    /// The day that the lock file has for the digest, if the digest comes from the lock file.
    pub locked: Option<Day>,
    pub verdict: Verdict,
}

impl Judged {
    /// The reference to ask the registry for: mirrored and pinned.
    pub fn pull(&self) -> ImageRef {
        self.pinned(&self.place.image)
    }

    /// The reference to ask for if the mirror fails.
    pub fn fallback(&self) -> Option<ImageRef> {
        (self.place.has_fallback).then(|| self.pinned(&self.image))
    }

    fn pinned(&self, place: &ImageRef) -> ImageRef {
        match &self.pinned {
            Some(digest) => place.clone().with_digest(digest.clone()),
            None => place.clone(),
        }
    }
}

impl Gate {
    /// Creates the gate of the organization's policy, the repository's policy, or both. Next to an organization's policy,
    /// the repository's can only tighten. Without either, [`Policy::builtin`] applies. `today` is the builder's day (UTC).
    /// [`Organization`] creates several gates that share one organization's policy.
    pub fn new(
        organization: Option<Policy>,
        repository: Option<Policy>,
        lock: Option<Lock>,
        today: Day,
    ) -> Gate {
        Organization::new(organization, lock).gate(repository, None, today)
    }

    /// The gate for one Dockerfile. `path` is relative to the top of the repository, with `/` as the separator. A request
    /// can name another path.
    #[must_use]
    pub fn for_file(self, path: Option<&str>) -> Gate {
        Gate {
            policies: Policies {
                file: path.map(Into::into),
                ..self.policies
            },
        }
    }

    /// The same gate with another lock file. The policies are shared.
    #[must_use]
    pub fn with_lock(&self, lock: Option<Arc<Lock>>) -> Gate {
        let policies = &self.policies;
        Gate {
            policies: Policies {
                layers: policies.layers.clone(),
                lock: lock.unwrap_or_default(),
                today: policies.today,
                file: policies.file.clone(),
            },
        }
    }

    /// The day that the gate judges by.
    pub fn today(&self) -> Day {
        self.policies.today
    }

    /// Whom to ask about what these policies decided, in the order of the policies. `None` is for what no single policy
    /// decided: then each policy's contact counts.
    pub fn contacts(&self, deciders: &[Option<Owner>]) -> Vec<&str> {
        let decided = |owner: Owner| {
            let mut deciders = deciders.iter();
            deciders.any(|decider| decider.is_none_or(|decider| decider == owner))
        };
        let layers = self.policies.layers.iter();
        let layers = layers.filter(|layer| decided(layer.owner));
        layers
            .filter_map(|layer| layer.index.policy.contact.as_deref())
            .collect()
    }

    /// Steps 1 to 5 of the gate: normalize, rewrite, judge, mirror, pin.
    pub fn request(&self, request: &ImageRequest<'_>) -> Result<Pass, Denial> {
        let context = RequestContext::new(&self.policies, request.via, &request.scope);
        let judged = self.judge(request, &context, &mut NoRecorder)?;
        Ok(Pass {
            context,
            pull: judged.pull(),
            fallback: judged.fallback(),
            image: judged.image,
            pinned: judged.pinned,
            locked: judged.locked,
            verdict: judged.verdict.into_result()?,
        })
    }

    /// Takes steps 1 to 5, and records them. Only an invalid reference ends them early.
    pub(crate) fn judge(
        &self,
        request: &ImageRequest<'_>,
        context: &RequestContext,
        recorder: &mut dyn Recorder,
    ) -> Result<Judged, Denial> {
        let written = normalize(request.reference)?;
        // An image that is named as in its mirror is the same image.
        let normalized = self
            .policies
            .named_as_in_mirror(&written)
            .unwrap_or(written);
        let mut judge = Judge::new(&self.policies, context, recorder);
        let named = judge.rewrite(&normalized);
        let alias = judge.alias(&named);
        let image = alias.clone().unwrap_or_else(|| named.clone());
        judge.judge_image(&image, &named);
        let place = match &alias {
            Some(_) => PullPlace::own(&named),
            None => judge.mirror(&named),
        };
        let verdict = Verdict {
            kind: Some(JudgedKind::Image),
            rewritten: (named != normalized).then_some(named),
            alias_of: alias,
            normalized: Some(normalized),
            ..judge.findings.into_verdict(request.reference)
        };
        // A rule compares the digest in the reference with the lock file's.
        let entry = (self.policies.lock.get(&image)).filter(|_| image.digest().is_none());
        let pinned = image.digest().or(entry.map(|entry| &entry.digest)).cloned();
        let locked = entry.map(|entry| entry.resolved);
        Ok(Judged {
            image,
            place,
            pinned,
            locked,
            verdict,
        })
    }
}

impl Gate {
    /// Returns a supported tag for an official image whose tag the catalog doesn't know, for a tag that the registry doesn't
    /// have either.
    pub fn nearest_tag(&self, pass: &Pass) -> Option<String> {
        let (image, name) = (&pass.image, identity(&pass.image));
        let mut contexts = rules::contexts(&self.policies, &pass.context, image, &name, None);
        suggest::nearest_tag(&self.policies, &contexts.next()?)
    }

    /// A finding that is about no single policy: a warning if all policies only warn there.
    fn unless_warn_only(&self, context: &RequestContext, mut finding: Finding) -> Finding {
        if (context.active_policies(&self.policies)).all(|policy| policy.warn_only()) {
            finding.severity = finding.severity.min(Severity::Warn);
        }
        finding
    }
}

/// Step 1: the reference in full.
fn normalize(text: &str) -> Result<ImageRef, Denial> {
    let parsed = ImageRef::parse(text).map(ImageRef::tag_name_only);
    parsed.map_err(|problem| {
        let message = format!("`{text}` is not a valid image reference: {problem}");
        let finding = Finding {
            help: crate::spelling::explain(text),
            ..Finding::fixed(Code::InvalidReference, message)
        };
        Denial::new(text, finding)
    })
}

/// Returns the refusal of an image without a digest; `owner` is the policy or file that requires one.
fn missing_digest(image: &str, owner: &str) -> Finding {
    let message = format!("{image} came without a digest; {owner} requires one");
    Finding::fixed(Code::NoDigest, message)
}
