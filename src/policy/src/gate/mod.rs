//! The gate: the only maker of approved sources.
//!
//! An image goes the way request → [`Pass`] → admit; `Approved…` have private fields, and no other maker than this
//! module and its own parts. What a graph is built from is made of them only, so a source that nobody asked about
//! can't be in it.

mod locking;
mod organisation;
mod other;

pub use locking::Lockable;
pub use organisation::Organisation;

use crate::code::Code;
use crate::layer::Layer;
use crate::lock::Lock;
use crate::pattern::identity;
use crate::policy::Policy;
use crate::rules;
use crate::said::{Said, Standpoint};
use crate::scope::Scope;
use crate::settings::DigestRule;
use crate::verdict::{Denial, Finding, JudgedKind, Severity, Verdict};
use fromtier_catalog::Day;
use fromtier_image::{Digest, ImageConfig, ImageRef};
use std::sync::Arc;

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
    CacheImport,
}

impl Via {
    /// The word for it in data.
    pub const fn key(self) -> &'static str {
        match self {
            Via::From => "from",
            Via::CopyFrom => "copy-from",
            Via::MountFrom => "mount-from",
            Via::Onbuild => "onbuild",
            Via::NamedContext => "named-context",
            Via::MainContext => "main-context",
            Via::Add => "add",
            Via::SbomGenerator => "sbom-generator",
            Via::Input => "input",
            Via::CacheImport => "cache-import",
        }
    }
}

/// A question to the gate about an image.
#[derive(Debug, Clone)]
pub struct ImageRequest<'a> {
    /// As written, after expansion of arguments.
    pub reference: &'a str,
    pub via: Via,
    /// Where in the build it is wanted.
    pub scope: Scope<'a>,
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
    /// What `ADD` may unpack at the root of a stage on scratch: a base that no rule about images sees.
    RootFileSystem {
        /// The path or URL that is added.
        path: &'a str,
    },
    /// Cache that is imported: who wrote it chose what is in the layers that stand for a step.
    CacheImport {
        /// Where it is.
        from: &'a str,
    },
}

impl OtherRequest<'_> {
    fn kind(&self) -> JudgedKind {
        match self {
            OtherRequest::Git { .. } => JudgedKind::Git,
            OtherRequest::Http { .. } => JudgedKind::Http,
            OtherRequest::Local { .. } => JudgedKind::Local,
            OtherRequest::OciLayout { .. } => JudgedKind::OciLayout,
            OtherRequest::Scratch => JudgedKind::Scratch,
            OtherRequest::RootFileSystem { .. } => JudgedKind::RootFileSystem,
            OtherRequest::CacheImport { .. } => JudgedKind::Cache,
        }
    }
}

/// Leave to resolve an image, before the registry was asked: what to ask for, and what must come back.
#[derive(Debug, Clone)]
pub struct Pass {
    from: Standpoint,
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
    pub fn pinned(&self) -> Option<&Digest> {
        self.pinned.as_ref()
    }
    /// Since when the lock file says the digest, where it and not the Dockerfile does.
    pub fn locked(&self) -> Option<Day> {
        self.locked
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
    /// The organisation's first.
    pub(crate) layers: Vec<Layer>,
    pub(crate) lock: Arc<Lock>,
    pub(crate) today: Day,
    /// The path of the Dockerfile that is asked for, where it is known and always the same.
    pub(crate) file: Option<Box<str>>,
}

impl Gate {
    /// The organisation's policy and the repository's, either or neither: beside an organisation's the repository's
    /// can only tighten; with neither, [`Policy::builtin`] holds. `today` is the builder's day (UTC). Several gates of
    /// one organisation's policy are made by [`Organisation`].
    pub fn new(
        organisation: Option<Policy>,
        repository: Option<Policy>,
        lock: Option<Lock>,
        today: Day,
    ) -> Gate {
        Organisation::new(organisation, lock).gate(repository, None, today)
    }

    /// The gate for one Dockerfile: its path, from the top of the repository, with `/` between. Requests may name
    /// another.
    #[must_use]
    pub fn of_file(self, path: Option<&str>) -> Gate {
        Gate {
            file: path.map(Into::into),
            ..self
        }
    }

    /// The day that the gate judges by.
    pub fn today(&self) -> Day {
        self.today
    }

    /// Steps 1 to 5 of the gate: normalise, rewrite, decide, pin, mirror.
    pub fn request(&self, request: &ImageRequest<'_>) -> Result<Pass, Denial> {
        let from = Standpoint::new(self, request.via, &request.scope);
        let (image, pull, verdict) = self.judge(request, &from)?;
        let verdict = passing(verdict)?;
        // The user's own digest has been held against the lock's.
        let entry = self.lock.get(&image).filter(|_| image.digest().is_none());
        let pinned = image.digest().or(entry.map(|entry| &entry.digest)).cloned();
        let locked = entry.map(|entry| entry.resolved);
        let pull = match &pinned {
            Some(digest) => pull.with_digest(digest.clone()),
            None => pull,
        };
        Ok(Pass {
            from,
            image,
            pull,
            pinned,
            locked,
            verdict,
        })
    }

    /// What an image becomes, where it is pulled from, and all that is said of it.
    fn judge(
        &self,
        request: &ImageRequest<'_>,
        from: &Standpoint,
    ) -> Result<(ImageRef, ImageRef, Verdict), Denial> {
        let normalised = self.normalise(request.reference)?;
        let mut said = Said::default();
        let image = self.rewrite(&normalised, from, &mut said.findings);
        self.decide(&image, from, &mut said);
        let pull = self.mirrored(&image, from, &mut said);
        let verdict = Verdict {
            kind: Some(JudgedKind::Image),
            rewritten: (image != normalised).then(|| image.clone()),
            normalised: Some(normalised),
            ..verdict_of(request.reference, said)
        };
        Ok((image, pull, verdict))
    }

    /// Steps 6 and 7: what was resolved is checked, and approved.
    pub fn admit(&self, pass: &Pass, resolved: &Resolved<'_>) -> Result<ApprovedImage, Denial> {
        let mut verdict = pass.verdict.clone();
        let mut said = Said {
            findings: std::mem::take(&mut verdict.findings),
            exceptions: std::mem::take(&mut verdict.exceptions),
        };
        let reference = resolved.reference.clone();
        let same =
            identity(&reference) == identity(&pass.pull) && reference.tag() == pass.pull.tag();
        let image = if same {
            pass.image.clone()
        } else {
            reference.clone()
        };
        if !same {
            // The builder's own policy put another image in its place: that one has to pass as well.
            let mut other = Said::default();
            self.decide(&reference, &pass.from, &mut other);
            if let Some(refused) = other.refused() {
                said.findings.push(Finding {
                    code: Code::ReplacedByBuilder,
                    severity: Severity::Deny,
                    message: format!(
                        "the builder replaced {} by {reference}: {}",
                        pass.pull, refused.message
                    ),
                    help: refused.help.clone(),
                    suggestion: None,
                });
            } else {
                said.findings.extend(other.findings);
            }
            other
                .exceptions
                .into_iter()
                .for_each(|id| said.add_exception(id));
        }
        let digest = resolved.digest.or(reference.digest());
        let own = match same {
            true => None,
            false => reference
                .digest()
                .or_else(|| self.lock.get(&reference).map(|entry| &entry.digest)),
        };
        match digest {
            // What came in another's place has a digest of its own to answer for.
            Some(digest) => {
                let broken = [pass.pinned.as_ref(), own]
                    .into_iter()
                    .flatten()
                    .find(|pinned| *pinned != digest);
                said.findings
                    .extend(broken.map(|pinned| another_digest(&reference, pinned, digest)));
            }
            None if own.is_some() => {
                let finding = without_digest(&reference.to_string(), "the lock file");
                said.findings.push(finding);
            }
            None => self.without_digest(pass, &mut said.findings),
        }
        let shown = reference.clone().without_digest();
        let name = identity(&image);
        self.each_layer(&image, &name, &pass.from, &mut said, |case, out| {
            rules::of_config(case, Some(resolved.config), out)
        });
        let reference = match digest {
            Some(digest) => shown.with_digest(digest.clone()),
            None => shown,
        };
        let mut verdict = passing(Verdict {
            kind: verdict.kind,
            normalised: verdict.normalised,
            rewritten: verdict.rewritten,
            ..verdict_of(&verdict.asked, said)
        })?;
        verdict.resolved = Some(reference.clone());
        Ok(ApprovedImage { reference, verdict })
    }

    fn normalise(&self, text: &str) -> Result<ImageRef, Denial> {
        ImageRef::parse(text)
            .map(ImageRef::tag_name_only)
            .map_err(|problem| {
                let message = format!("`{text}` is no image reference: {problem}");
                refusal(
                    text,
                    Code::InvalidReference,
                    message,
                    crate::spelling::explain(text),
                )
            })
    }

    /// No digest came back: BuildKit can do that for an image in a local store. Only where no policy wants one.
    fn without_digest(&self, pass: &Pass, findings: &mut Vec<Finding>) {
        if pass.pinned.is_some() {
            findings.push(without_digest(
                &pass.pull.to_string(),
                "the lock file or the Dockerfile",
            ));
            return;
        }
        let views = pass.from.views(self);
        for layer in views.filter(|layer| layer.digest() != DigestRule::Resolve) {
            let mut finding = without_digest(&pass.pull.to_string(), layer.owner.name());
            if layer.warn_only() {
                finding.severity = Severity::Warn;
            }
            findings.push(finding);
        }
    }

    /// Does one of the policies say that the repository is called so?
    pub(crate) fn has_label(&self, label: &str) -> bool {
        let mut labels = self
            .layers
            .iter()
            .flat_map(|layer| &layer.index.policy.labels);
        labels.any(|own| own == label)
    }
}

fn another_digest(reference: &ImageRef, pinned: &Digest, digest: &Digest) -> Finding {
    Finding {
        code: Code::UnexpectedDigest,
        severity: Severity::Deny,
        message: format!(
            "{} was to be {}, and the registry says {}",
            reference.clone().without_digest(),
            pinned.as_str(),
            digest.as_str()
        ),
        help: Some("the lock file or the Dockerfile says which digest is meant".into()),
        suggestion: None,
    }
}

fn without_digest(shown: &str, who: &str) -> Finding {
    Finding {
        code: Code::NoDigest,
        severity: Severity::Deny,
        message: format!("{shown} comes without a digest, and {who} wants one"),
        help: None,
        suggestion: None,
    }
}

fn worst(findings: &[Finding]) -> Severity {
    findings
        .iter()
        .map(|finding| finding.severity)
        .max()
        .unwrap_or(Severity::Allow)
}

fn verdict_of(asked: &str, said: Said) -> Verdict {
    Verdict {
        kind: None,
        asked: asked.to_owned(),
        normalised: None,
        rewritten: None,
        resolved: None,
        severity: worst(&said.findings),
        findings: said.findings,
        exceptions: said.exceptions,
    }
}

fn refusal(asked: &str, code: Code, message: String, help: Option<String>) -> Denial {
    let finding = Finding {
        code,
        severity: Severity::Deny,
        message,
        help: help.clone(),
        suggestion: None,
    };
    Denial {
        code,
        message: finding.message.clone(),
        help,
        verdict: Box::new(verdict_of(
            asked,
            Said {
                findings: vec![finding],
                ..Said::default()
            },
        )),
    }
}

/// The verdict, unless something in it refuses.
fn passing(verdict: Verdict) -> Result<Verdict, Denial> {
    match verdict
        .findings
        .iter()
        .find(|finding| finding.severity == Severity::Deny)
    {
        None => Ok(verdict),
        Some(finding) => Err(Denial {
            code: finding.code,
            message: finding.message.clone(),
            help: finding.help.clone(),
            verdict: Box::new(verdict),
        }),
    }
}
