//! The gate: the only maker of approved sources.
//!
//! An image goes the way request → [`Pass`] → admit; `Approved…` have private fields, and no other maker than this
//! module and its own parts. What a graph is built from is made of them only, so a source that nobody asked about
//! can't be in it.

mod admit;
mod lock_candidate;
mod organization;
mod source;

use fromtier_catalog::Day;
use fromtier_image::{Digest, ImageConfig, ImageRef};
pub use lock_candidate::LockCandidate;
pub use organization::Organization;

use crate::code::Code;
use crate::judge::Judge;
use crate::lock::Lock;
use crate::policies::{Policies, RequestContext};
use crate::policy::Policy;
use crate::recorder::{NoRecorder, Recorder};
pub use crate::request::{ImageRequest, SourceRequest, Via};
use crate::verdict::{Denial, Finding, JudgedKind, Verdict};

/// Permission to resolve an image, before the registry was asked: what to ask for, and what must come back.
#[derive(Debug, Clone)]
pub struct Pass {
    context: RequestContext,
    /// What is decided on: rewritten, not mirrored.
    image: ImageRef,
    pull: ImageRef,
    pinned: Option<Digest>,
    locked: Option<Day>,
    verdict: Verdict,
}

impl Pass {
    /// What was decided on: rewritten, not mirrored.
    pub fn image(&self) -> &ImageRef {
        &self.image
    }
    /// The reference to resolve through the gateway (rewritten, mirrored, pinned).
    pub fn pull(&self) -> &ImageRef {
        &self.pull
    }
    /// The digest that the reference or the lock file pins it to.
    pub fn pinned(&self) -> Option<&Digest> {
        self.pinned.as_ref()
    }
    /// Since when the lock file says the digest, where it and not the Dockerfile does.
    pub fn locked(&self) -> Option<Day> {
        self.locked
    }
    /// The verdict on the request.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// An image that the gate let through, with the digest that was resolved. Only [`Gate::admit`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedImage {
    reference: ImageRef,
    verdict: Verdict,
}

impl ApprovedImage {
    /// The reference with the digest that was resolved.
    pub fn reference(&self) -> &ImageRef {
        &self.reference
    }
    /// The verdict on the image and its config.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// A source other than an image that the gate let through. Only [`Gate::source`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedSource {
    identifier: String,
    verdict: Verdict,
}

impl ApprovedSource {
    /// The URL, local name or reference that was approved, as it was asked.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }
    /// The verdict on the source.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// What the registry answered.
#[derive(Debug, Clone)]
pub struct Resolved<'a> {
    /// The reference that came back; BuildKit's own source policies may have changed it.
    pub reference: &'a ImageRef,
    /// The digest that came back; none for an image in a local store.
    pub digest: Option<&'a Digest>,
    /// The config of the image.
    pub config: &'a ImageConfig,
}

/// The policies, a lock file, the catalog, and the day.
#[derive(Debug)]
pub struct Gate {
    pub(crate) policies: Policies,
}

/// What steps 1 to 5 of the gate make of an image, whether or not it passes.
pub(crate) struct Judged {
    /// Rewritten, not mirrored.
    pub image: ImageRef,
    /// Where it is pulled from: mirrored, not pinned.
    pub place: ImageRef,
    /// The digest that the reference or the lock file pins it to.
    pub pinned: Option<Digest>,
    /// Since when the lock file has the digest, where it and not the Dockerfile pins the image.
    pub locked: Option<Day>,
    pub verdict: Verdict,
}

impl Judged {
    /// The reference to ask the registry for: mirrored and pinned.
    pub fn pull(&self) -> ImageRef {
        match &self.pinned {
            Some(digest) => self.place.clone().with_digest(digest.clone()),
            None => self.place.clone(),
        }
    }
}

impl Gate {
    /// The gate of the organization's policy and the repository's, either or neither: beside an organization's, the
    /// repository's can only tighten; with neither, [`Policy::builtin`] applies. `today` is the builder's day (UTC).
    /// [`Organization`] makes several gates of one organization's policy.
    pub fn new(
        organization: Option<Policy>,
        repository: Option<Policy>,
        lock: Option<Lock>,
        today: Day,
    ) -> Gate {
        Organization::new(organization, lock).gate(repository, None, today)
    }

    /// The gate for one Dockerfile: its path, from the top of the repository, with `/` between. Requests may name
    /// another.
    #[must_use]
    pub fn for_file(self, path: Option<&str>) -> Gate {
        Gate {
            policies: Policies {
                file: path.map(Into::into),
                ..self.policies
            },
        }
    }

    /// The day that the gate judges by.
    pub fn today(&self) -> Day {
        self.policies.today
    }

    /// Steps 1 to 5 of the gate: normalize, rewrite, judge, mirror, pin.
    pub fn request(&self, request: &ImageRequest<'_>) -> Result<Pass, Denial> {
        let context = RequestContext::new(&self.policies, request.via, &request.scope);
        let judged = self.judge(request, &context, &mut NoRecorder)?;
        let pull = judged.pull();
        Ok(Pass {
            context,
            pull,
            image: judged.image,
            pinned: judged.pinned,
            locked: judged.locked,
            verdict: judged.verdict.into_result()?,
        })
    }

    /// Takes steps 1 to 5, and records them. Only a text that is no reference ends them early.
    pub(crate) fn judge(
        &self,
        request: &ImageRequest<'_>,
        context: &RequestContext,
        recorder: &mut dyn Recorder,
    ) -> Result<Judged, Denial> {
        let normalized = normalize(request.reference)?;
        let mut judge = Judge::new(&self.policies, context, recorder);
        let image = judge.rewrite(&normalized);
        judge.judge_image(&image);
        let place = judge.mirror(&image);
        let verdict = Verdict {
            kind: Some(JudgedKind::Image),
            rewritten: (image != normalized).then(|| image.clone()),
            normalized: Some(normalized),
            ..judge.findings.into_verdict(request.reference)
        };
        // A digest of the user's own was compared with that of the lock file.
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

/// The refusal of an image that has no digest, though somebody wants one.
fn missing_digest(shown: &str, who: &str) -> Finding {
    let message = format!("{shown} came without a digest; {who} requires one");
    Finding::fixed(Code::NoDigest, message)
}
