//! The gate: the only maker of approved sources.
//!
//! An image goes the way request → [`Pass`] → admit; `Approved…` have private fields, and no other maker than this
//! module. What a graph is built from is made of them only, so a source that nobody asked about can't be in it.

mod locking;

pub use locking::Lockable;

use crate::layer::Layer;
use crate::lock::Lock;
use crate::pattern::identity;
use crate::policy::DigestRule;
use crate::policy::Policy;
use crate::rules;
use crate::verdict::{Denial, Finding, Severity, Verdict};
use fromtier_catalog::Day;
use std::collections::BTreeMap;

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
    /// What is decided on: rewritten, not mirrored.
    image: ImageRef,
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
    /// The organisation's first.
    pub(crate) layers: Vec<Layer>,
    pub(crate) lock: Lock,
    pub(crate) today: Day,
}

impl Gate {
    /// The organisation's policy and the repository's, either or neither: beside an organisation's the repository's
    /// can only tighten; with neither, [`Policy::builtin`] holds. `today` is the builder's day (UTC).
    pub fn new(
        organisation: Option<Policy>,
        repository: Option<Policy>,
        lock: Option<Lock>,
        today: Day,
    ) -> Gate {
        let layers = match (organisation, repository) {
            (Some(organisation), Some(repository)) => vec![
                Layer::new(organisation, "the organisation's policy", true),
                Layer::new(repository, "the repository's policy", false),
            ],
            (Some(policy), None) | (None, Some(policy)) => {
                vec![Layer::new(policy, "this policy", true)]
            }
            (None, None) => vec![Layer::new(Policy::builtin(), "this policy", true)],
        };
        Gate {
            layers,
            lock: lock.unwrap_or_default(),
            today,
        }
    }

    /// The day that the gate judges by.
    pub fn today(&self) -> Day {
        self.today
    }

    /// Steps 1 to 5 of the gate: normalise, rewrite, decide, pin, mirror.
    pub fn request(&self, request: &ImageRequest<'_>) -> Result<Pass, Denial> {
        let (image, pull, verdict) = self.judge(request)?;
        let verdict = passing(verdict)?;
        // The user's own digest has been held against the lock's.
        let pinned = image
            .digest()
            .cloned()
            .or_else(|| self.lock.get(&image).map(|entry| entry.digest.clone()));
        let pull = match &pinned {
            Some(digest) => pull.with_digest(digest.clone()),
            None => pull,
        };
        Ok(Pass {
            image,
            pull,
            pinned,
            verdict,
        })
    }

    /// What an image becomes, where it is pulled from, and all that is said of it.
    fn judge(&self, request: &ImageRequest<'_>) -> Result<(ImageRef, ImageRef, Verdict), Denial> {
        let normalised = self.normalise(request.reference)?;
        let mut findings = Vec::new();
        let image = self.rewrite(&normalised, &mut findings);
        self.decide(&image, &mut findings);
        let pull = self.mirrored(&image, &mut findings);
        let verdict = Verdict {
            asked: request.reference.to_owned(),
            rewritten: (image != normalised).then(|| image.clone()),
            normalised: Some(normalised),
            severity: worst(&findings),
            findings,
        };
        Ok((image, pull, verdict))
    }

    /// Steps 6 and 7: what was resolved is checked, and approved.
    pub fn admit(&self, pass: &Pass, resolved: &Resolved<'_>) -> Result<ApprovedImage, Denial> {
        let mut verdict = pass.verdict.clone();
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
            let mut findings = Vec::new();
            self.decide(&reference, &mut findings);
            if let Some(refused) = findings
                .iter()
                .find(|finding| finding.severity == Severity::Deny)
            {
                verdict.findings.push(Finding {
                    code: "FT124",
                    severity: Severity::Deny,
                    message: format!(
                        "the builder replaced {} by {reference}: {}",
                        pass.pull, refused.message
                    ),
                    help: refused.help.clone(),
                    suggestion: None,
                });
            } else {
                verdict.findings.extend(findings);
            }
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
                verdict
                    .findings
                    .extend(broken.map(|pinned| another_digest(&reference, pinned, digest)));
            }
            None => self.without_digest(pass, &mut verdict),
        }
        let shown = reference.clone().without_digest();
        let name = identity(&image);
        let created = resolved.config.created.as_deref();
        self.each_layer(&image, &name, &mut verdict.findings, |case, out| {
            rules::max_age::check(case, created, out)
        });
        verdict.severity = worst(&verdict.findings);
        let verdict = passing(verdict)?;
        let reference = match digest {
            Some(digest) => shown.with_digest(digest.clone()),
            None => shown,
        };
        Ok(ApprovedImage { reference, verdict })
    }

    /// A source that is not an image.
    pub fn other(&self, request: &OtherRequest<'_>) -> Result<ApprovedSource, Denial> {
        let identifier = match request {
            OtherRequest::Git { url, .. } | OtherRequest::Http { url, .. } => url,
            OtherRequest::Local { name } => name,
            OtherRequest::OciLayout { reference } => reference,
            OtherRequest::Scratch => "scratch",
        };
        let mut findings = Vec::new();
        for layer in &self.layers {
            let mut finding = rules::sources::check(layer, request);
            if let Some(finding) = finding.as_mut().filter(|_| layer.policy.warn_only) {
                finding.severity = finding.severity.min(Severity::Warn);
            }
            findings.extend(finding);
        }
        let verdict = passing(verdict_of(identifier, findings))?;
        Ok(ApprovedSource {
            identifier: identifier.to_owned(),
            verdict,
        })
    }

    /// A source within a client's own definition (`input:` contexts), by its LLB identifier (`docker-image://…`,
    /// `docker-image+blob://…`, `oci-layout://…`, `git://…`, `http(s)://…`, `local://…`) and its attributes
    /// (`git.fullurl` is what is fetched, `http.checksum`, `git.bundle` names one more source, …). It is taken or
    /// refused as it is: nothing is rewritten, and an unknown scheme is refused.
    pub fn input_source(
        &self,
        identifier: &str,
        attrs: &BTreeMap<String, String>,
    ) -> Result<Verdict, Denial> {
        let (scheme, rest) = identifier.split_once("://").unwrap_or((identifier, ""));
        let attr = |key: &str| {
            attrs
                .get(key)
                .map(String::as_str)
                .filter(|value| !value.is_empty())
        };
        let mut verdict = match scheme {
            "docker-image" | "docker-image+blob" => self.as_it_is(identifier, rest)?,
            "oci-layout" | "oci-layout+blob" => {
                self.judged(&OtherRequest::OciLayout { reference: rest })?
            }
            "git" => {
                let url = attr("git.fullurl").unwrap_or(identifier);
                self.judged(&OtherRequest::Git {
                    url,
                    checksum: attr("git.checksum"),
                })?
            }
            "http" | "https" => self.judged(&OtherRequest::Http {
                url: identifier,
                checksum: attr("http.checksum"),
            })?,
            "local" => self.judged(&OtherRequest::Local { name: rest })?,
            _ => {
                let message =
                    format!("{identifier} is a kind of source that is not known; it is refused");
                return Err(refusal(identifier, "FT145", message));
            }
        };
        if let Some(bundle) = attr("git.bundle") {
            // A bundle is a source that names no bundle of its own.
            let inner = self.input_source(bundle, &BTreeMap::new())?;
            verdict.findings.extend(inner.findings);
            verdict.severity = worst(&verdict.findings);
        }
        Ok(verdict)
    }

    fn judged(&self, request: &OtherRequest<'_>) -> Result<Verdict, Denial> {
        self.other(request).map(|approved| approved.verdict)
    }

    /// An image that can be neither rewritten nor pinned: what has to be pinned must be so already.
    fn as_it_is(&self, identifier: &str, reference: &str) -> Result<Verdict, Denial> {
        let image = self.normalise(reference)?;
        let mut findings = Vec::new();
        self.decide(&image, &mut findings);
        let name = identity(&image);
        self.each_layer(&image, &name, &mut findings, |case, out| {
            if case.layer.digest() != DigestRule::Resolve && case.image.digest().is_none() {
                out.push(without_digest(&case.shown(), case.layer.who));
            }
        });
        let mut verdict = verdict_of(identifier, findings);
        verdict.normalised = Some(image);
        passing(verdict)
    }

    fn normalise(&self, text: &str) -> Result<ImageRef, Denial> {
        ImageRef::parse(text)
            .map(ImageRef::tag_name_only)
            .map_err(|problem| {
                let message = format!("`{text}` is no image reference: {problem}");
                let mut denial = refusal(text, "FT100", message);
                denial.help = crate::spelling::explain(text);
                for finding in &mut denial.verdict.findings {
                    finding.help.clone_from(&denial.help);
                }
                denial
            })
    }

    /// No digest came back: BuildKit can do that for an image in a local store. Only where no policy wants one.
    fn without_digest(&self, pass: &Pass, verdict: &mut Verdict) {
        if pass.pinned.is_some() {
            verdict.findings.push(without_digest(
                &pass.pull.to_string(),
                "the lock file or the Dockerfile",
            ));
            return;
        }
        for layer in self
            .layers
            .iter()
            .filter(|layer| layer.digest() != DigestRule::Resolve)
        {
            let mut finding = without_digest(&pass.pull.to_string(), layer.who);
            if layer.policy.warn_only {
                finding.severity = Severity::Warn;
            }
            verdict.findings.push(finding);
        }
    }
}

fn another_digest(reference: &ImageRef, pinned: &Digest, digest: &Digest) -> Finding {
    Finding {
        code: "FT123",
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
        code: "FT125",
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

fn verdict_of(asked: &str, findings: Vec<Finding>) -> Verdict {
    Verdict {
        asked: asked.to_owned(),
        normalised: None,
        rewritten: None,
        severity: worst(&findings),
        findings,
    }
}

fn refusal(asked: &str, code: &'static str, message: String) -> Denial {
    let finding = Finding {
        code,
        severity: Severity::Deny,
        message,
        help: None,
        suggestion: None,
    };
    Denial {
        code,
        message: finding.message.clone(),
        help: None,
        verdict: Box::new(verdict_of(asked, vec![finding])),
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
