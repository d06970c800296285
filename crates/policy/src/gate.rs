//! The gate: the only maker of approved sources.
//!
//! Sketch of the API; the policy helper builds it. What is fixed: the names, that `Approved…` have private
//! fields and no other maker, and the three steps request → pass → admit.

use crate::lock::Lock;
use crate::policy::Policy;
use crate::verdict::{Denial, Verdict};
use fromtier_catalog::Day;
use fromtier_image::{Digest, ImageConfig, ImageRef, Platform};

/// The path by which a source came into the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    From,
    CopyFrom,
    MountFrom,
    Onbuild,
    NamedContext,
    MainContext,
    Add,
    SbomGenerator,
    Input,
}

/// A question to the gate about an image.
#[derive(Debug, Clone)]
pub struct ImageRequest<'a> {
    /// As written, after expansion of arguments.
    pub reference: &'a str,
    pub via: Via,
    pub platform: Option<&'a Platform>,
    pub stage: Option<&'a str>,
}

/// A question about a source that is not an image.
#[derive(Debug, Clone)]
pub enum OtherRequest<'a> {
    Git {
        url: &'a str,
        checksum: Option<&'a str>,
    },
    Http {
        url: &'a str,
        checksum: Option<&'a str>,
    },
    Local {
        name: &'a str,
    },
    /// An OCI layout on the client: store and digest reference.
    OciLayout {
        reference: &'a str,
    },
    Scratch,
}

/// Leave to resolve an image, before the registry was asked: what to ask for, and what must come back.
#[derive(Debug, Clone)]
pub struct Pass {
    pull: ImageRef,
    pinned: Option<Digest>,
    verdict: Verdict,
}

impl Pass {
    /// The reference to resolve through the gateway (rewritten, mirrored, pinned).
    pub fn pull(&self) -> &ImageRef {
        &self.pull
    }
    pub fn pinned(&self) -> Option<&Digest> {
        self.pinned.as_ref()
    }
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
    pub fn reference(&self) -> &ImageRef {
        &self.reference
    }
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// A source other than an image that the gate let through. Only [`Gate::other`] makes one.
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
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// What the registry answered.
#[derive(Debug, Clone)]
pub struct Resolved<'a> {
    /// The reference that came back; BuildKit's own source policies may have changed it.
    pub reference: &'a ImageRef,
    pub digest: Option<&'a Digest>,
    pub config: &'a ImageConfig,
}

/// A policy, a lock, the catalogue and today.
#[derive(Debug)]
pub struct Gate {
    _private: (),
}

impl Gate {
    /// The organisation's policy and the repository's, either or neither: beside an organisation's the repository's
    /// can only tighten; with neither, [`Policy::builtin`] holds. `today` is the builder's day (UTC).
    pub fn new(
        _organisation: Option<Policy>,
        _repository: Option<Policy>,
        _lock: Option<Lock>,
        _today: Day,
    ) -> Gate {
        todo!("owned by the policy helper")
    }
    /// Steps 1 to 5 of the gate: normalise, rewrite, decide, pin, mirror.
    pub fn request(&self, _request: &ImageRequest<'_>) -> Result<Pass, Denial> {
        todo!("owned by the policy helper")
    }
    /// Steps 6 and 7: what was resolved is checked, and approved.
    pub fn admit(&self, _pass: &Pass, _resolved: &Resolved<'_>) -> Result<ApprovedImage, Denial> {
        todo!("owned by the policy helper")
    }
    /// A source that is not an image.
    pub fn other(&self, _request: &OtherRequest<'_>) -> Result<ApprovedSource, Denial> {
        todo!("owned by the policy helper")
    }
    /// A source within a client's own definition (`input:` contexts), by its LLB identifier (`docker-image://…`,
    /// `docker-image+blob://…`, `oci-layout://…`, `git://…`, `http(s)://…`, `local://…`) and its attributes
    /// (`git.fullurl` is what is fetched, `http.checksum`, `git.bundle` names one more source, …). It is taken or
    /// refused as it is: nothing is rewritten, and an unknown scheme is refused.
    pub fn input_source(
        &self,
        _identifier: &str,
        _attrs: &std::collections::BTreeMap<String, String>,
    ) -> Result<Verdict, Denial> {
        todo!("owned by the policy helper")
    }
}
