//! How every image gets into a build: the gate approves the request, BuildKit resolves it, the gate admits the result.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use fromtier_dockerfile::error::{Error, Origin, RefusedBy, Result};
use fromtier_dockerfile::span::Range;
use fromtier_image::{Digest, ImageConfig, ImageRef, Platform};
use fromtier_llb::ResolveMode;
use fromtier_policy::gate::{ImageRequest, Resolved, SourceRequest, Via};
use fromtier_policy::{ApprovedImage, ApprovedSource, Code, Denial, Gate, Owner, Scope, Verdict};
use futures_util::lock::Mutex;

use crate::denial::denial_error;
use crate::resolver::{ResolveError, ResolveImage, ResolvedImage, Resolver};
use crate::result::SourceVerdict;

/// How often BuildKit's source policies and the gate may replace each other's references.
const MAX_TURNS: usize = 10;

/// Why a build requests a source, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub via: Via,
    pub scope: Scope<'a>,
    pub location: &'a [Range],
}

/// An image that a build requests.
pub(crate) struct WantedImage<'a> {
    pub reference: &'a str,
    pub platform: Option<&'a Platform>,
    /// The text that BuildKit shows before the reference while it resolves it; if empty, BuildKit names the step itself.
    pub log_prefix: &'a str,
    /// The reference that BuildKit shows, if it isn't the one that it resolves.
    pub log_reference: Option<&'a str>,
    /// The mode that its operation in the graph has as an attribute.
    pub operation_mode: ResolveMode,
    pub place: Place<'a>,
}

/// An image that the build can use.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    pub approved: ApprovedImage,
    pub config: ImageConfig,
}

/// Why an image can't be used.
pub(crate) enum ImageError {
    Gate(Error),
    Resolve(ResolveError),
    /// BuildKit's answer is not valid.
    Answer(Error),
}

impl From<ImageError> for Error {
    fn from(refusal: ImageError) -> Error {
        match refusal {
            ImageError::Gate(e) | ImageError::Answer(e) => e,
            ImageError::Resolve(e) => e.into(),
        }
    }
}

/// A question to BuildKit. Two that differ in anything are two questions.
#[derive(PartialEq, Eq, Hash)]
struct Question {
    reference: String,
    platform: Option<Platform>,
    operation_mode: ResolveMode,
    log_name: String,
}

/// BuildKit's answer, once it is there.
type Answer = Rc<Mutex<Option<Result<ResolvedImage, ResolveError>>>>;

/// The gate, and its verdicts so far.
pub(crate) struct Ledger<'a> {
    pub gate: &'a Gate,
    verdicts: RefCell<Vec<SourceVerdict>>,
}

/// The gate and BuildKit, and the answers of both so far.
pub(crate) struct Sources<'a, R> {
    pub ledger: Ledger<'a>,
    pub resolver: &'a R,
    mode: ResolveMode,
    /// Each question is asked once; a second asker waits for the answer.
    answers: RefCell<HashMap<Question, Answer>>,
}

impl<'a, R: Resolver> Sources<'a, R> {
    pub fn new(gate: &'a Gate, resolver: &'a R, mode: ResolveMode) -> Self {
        Sources {
            ledger: Ledger::new(gate),
            resolver,
            mode,
            answers: RefCell::default(),
        }
    }

    /// Requests an image from the gate, resolves it, and has the gate admit the result.
    pub async fn resolve_image(&self, wanted: &WantedImage<'_>) -> Result<Admitted, ImageError> {
        let place = &wanted.place;
        let mut pass = self
            .ledger
            .request(wanted.reference, wanted.platform, place)?;
        let mut asked = pass.pull().clone();
        for _ in 0..MAX_TURNS {
            let resolved = match self.ask_once(&asked, wanted, pass.verdict()).await {
                Ok(resolved) => resolved,
                Err(error) => {
                    if let Some(own) = own_registry(&pass, &error) {
                        asked = own.pull().clone();
                        pass = own;
                        continue;
                    }
                    // The gate's warnings can name the cause, such as a misspelled name.
                    self.ledger.record_verdict(pass.verdict(), place);
                    let error = with_origin(error, &pass);
                    let error = with_near_tag(error, self.ledger.gate, &pass);
                    return Err(not_as_locked(error, &pass));
                }
            };
            let returned = ImageRef::parse(&resolved.reference).map_err(|e| {
                ImageError::Answer(
                    Error::new(e.to_string())
                        .wrap(format!("failed to parse ref {:?}", resolved.reference)),
                )
            })?;
            if returned != asked {
                // BuildKit's source policy replaced it: the gate judges the new one, too.
                pass = self
                    .ledger
                    .request(&resolved.reference, wanted.platform, place)?;
                if *pass.pull() != returned {
                    asked = pass.pull().clone();
                    continue;
                }
            }
            return self.ledger.admit(&pass, &returned, &resolved, place);
        }
        let mut error = Error::new(format!(
            "BuildKit's source policy and this policy keep replacing {}",
            wanted.reference
        ));
        error.origin = Origin::Gate(Code::ReplacedByBuilder.as_str(), RefusedBy::Any);
        let help = format!("remove the rule for {asked} from the source policy of the build");
        error.help = Some(help.into());
        Err(ImageError::Gate(error))
    }

    async fn ask_once(
        &self,
        reference: &ImageRef,
        wanted: &WantedImage<'_>,
        verdict: &Verdict,
    ) -> Result<ResolvedImage, ResolveError> {
        let reference = reference.to_string();
        let log_name = match wanted.log_prefix {
            "" => String::new(),
            prefix => format!(
                "{prefix} load metadata for {}",
                shown_reference(&reference, wanted, verdict)
            ),
        };
        let question = Question {
            reference: reference.clone(),
            platform: wanted.platform.cloned(),
            operation_mode: wanted.operation_mode,
            log_name: log_name.clone(),
        };
        let answer = Rc::clone(self.answers.borrow_mut().entry(question).or_default());
        let mut answer = answer.lock().await;
        if let Some(known) = &*answer {
            return known.clone();
        }
        let request = ResolveImage {
            reference: &reference,
            platform: wanted.platform,
            resolve_mode: self.mode,
            operation_mode: wanted.operation_mode,
            log_name: &log_name,
            store: None,
        };
        answer.insert(self.resolver.image(request).await).clone()
    }
}

/// The reference that BuildKit shows while it resolves an image. Only the name of the step has it, so no cache key does.
fn shown_reference(reference: &str, wanted: &WantedImage<'_>, verdict: &Verdict) -> String {
    let (Some(_), Some(named)) = (&verdict.rewritten, &verdict.normalized) else {
        return wanted.log_reference.unwrap_or(reference).to_owned();
    };
    let rewriting = verdict.findings.iter();
    let rewriting = rewriting.filter(|finding| finding.code == Code::Rewritten);
    let policies: Vec<&str> = rewriting
        .filter_map(|finding| finding.owner)
        .map(Owner::name)
        .collect();
    let policies = policies.join(" and ");
    let named = named.familiar();
    format!("{reference} (rewritten from {named} by {policies})")
}

/// The way to an image whose mirror failed, if the policy lets it come from its own registry.
fn own_registry(
    pass: &fromtier_policy::Pass,
    error: &ResolveError,
) -> Option<fromtier_policy::Pass> {
    match error {
        ResolveError::Failed(failed) => pass.fall_back(&failed.message),
        _ => None,
    }
}

/// Adds a supported tag to the error of an image whose tag the registry doesn't have.
fn with_near_tag(error: ResolveError, gate: &Gate, pass: &fromtier_policy::Pass) -> ResolveError {
    let ResolveError::Failed(mut failed) = error else {
        return error;
    };
    // The code of the error differs by version and by registry; the words are containerd's.
    let is_absent = failed.message.ends_with(": not found");
    if is_absent && failed.help.is_none() {
        let tag = gate.nearest_tag(pass);
        failed.help = tag.map(|tag| format!("use a supported tag: {tag}").into());
    }
    ResolveError::Failed(failed)
}

/// Adds the reason to the error of an image that the policy takes from another place than the Dockerfile names.
fn with_origin(error: ResolveError, pass: &fromtier_policy::Pass) -> ResolveError {
    let ResolveError::Failed(mut failed) = error else {
        return error;
    };
    let findings = &pass.verdict().findings;
    let explains = |code: Code| matches!(code, Code::Rewritten | Code::MirrorFailed);
    let mut reasons: Vec<String> = (findings.iter())
        .filter(|finding| explains(finding.code))
        .map(|finding| finding.message.clone())
        .collect();
    if pass.pull().name() != pass.image().name() {
        reasons.push(format!(
            "this policy pulls {} from its mirror: {}",
            pass.image().familiar(),
            pass.pull().name()
        ));
    }
    if failed.help.is_none() && !reasons.is_empty() {
        failed.help = Some(reasons.join("; ").into());
    }
    ResolveError::Failed(failed)
}

/// The error of an image that can't be resolved. If its digest comes from the lock file, that might be the cause, which
/// BuildKit's text alone doesn't show.
fn not_as_locked(error: ResolveError, pass: &fromtier_policy::Pass) -> ImageError {
    let (Some(since), ResolveError::Failed(failed)) = (pass.locked(), &error) else {
        return ImageError::Resolve(error);
    };
    let mut error = (**failed).clone();
    let image = pass.image().familiar();
    error.message = format!(
        "{image} is unavailable at the digest that the lock file has had since {since}: {}",
        error.message
    );
    error.origin = Origin::Gate(Code::LockedDigestUnavailable.as_str(), RefusedBy::Any);
    let help = format!(
        "if the registry no longer has it, lock the current digest: fromtier lock --update={image}"
    );
    error.help = Some(help.into());
    ImageError::Gate(error)
}

impl<'a> Ledger<'a> {
    pub fn new(gate: &'a Gate) -> Self {
        Ledger {
            gate,
            verdicts: RefCell::default(),
        }
    }

    pub(super) fn request(
        &self,
        reference: &str,
        platform: Option<&Platform>,
        place: &Place<'_>,
    ) -> Result<fromtier_policy::Pass, ImageError> {
        self.gate
            .request(&ImageRequest {
                reference,
                via: place.via,
                scope: Scope {
                    platform: platform.or(place.scope.platform),
                    ..place.scope
                },
            })
            .map_err(|denial| ImageError::Gate(self.refusal_error(&denial, place)))
    }

    fn admit(
        &self,
        pass: &fromtier_policy::Pass,
        returned: &ImageRef,
        resolved: &ResolvedImage,
        place: &Place<'_>,
    ) -> Result<Admitted, ImageError> {
        let config = ImageConfig::from_json(&resolved.config).map_err(|e| {
            ImageError::Answer(Error::new(e.to_string()).wrap("failed to parse image config"))
        })?;
        let digest = match resolved.digest.as_str() {
            "" => None,
            text => Some(
                Digest::parse(text).map_err(|e| ImageError::Answer(Error::new(e.to_string())))?,
            ),
        };
        let resolved = Resolved {
            reference: returned,
            digest: digest.as_ref(),
            config: &config,
        };
        let approved = (self.gate.admit(pass, &resolved))
            .map_err(|denial| ImageError::Gate(self.refusal_error(&denial, place)))?;
        self.record_verdict(approved.verdict(), place);
        Ok(Admitted { approved, config })
    }

    /// Checks the image with which BuildKit's source policy replaced one that was requested as another kind of source.
    pub fn approve_replacement(
        &self,
        asked: &ImageRef,
        resolved: &ResolvedImage,
        place: &Place<'_>,
    ) -> Result<(), ImageError> {
        let reference = &resolved.reference;
        let returned = ImageRef::parse(reference)
            .map_err(|e| ImageError::Answer(Error::new(e.to_string())))?;
        if returned == *asked {
            return Ok(());
        }
        let pass = self.request(reference, None, place)?;
        if pass.pull().name() != returned.name() {
            let text = format!(
                "BuildKit's source policy replaced {asked} with {reference}, and this policy replaces that again"
            );
            return Err(ImageError::Answer(Error::new(text)));
        }
        self.admit(&pass, &returned, resolved, place).map(|_| ())
    }

    /// The gate's approval of a source that isn't an image.
    pub fn approve_source(
        &self,
        request: &SourceRequest<'_>,
        place: &Place<'_>,
    ) -> Result<ApprovedSource> {
        match self.gate.source(request, &place.scope) {
            Ok(approved) => {
                self.record_verdict(approved.verdict(), place);
                Ok(approved)
            }
            Err(denial) => Err(self.refusal_error(&denial, place)),
        }
    }

    pub fn record_verdict(&self, verdict: &Verdict, place: &Place<'_>) {
        self.verdicts.borrow_mut().push(SourceVerdict {
            via: place.via,
            stage: place.scope.stage.unwrap_or_default().to_owned(),
            ranges: place.location.to_vec(),
            verdict: verdict.clone(),
        });
    }

    /// A refusal as an error with its code and help; the caller adds the location.
    pub fn refusal_error(&self, denial: &Denial, place: &Place<'_>) -> Error {
        self.record_verdict(&denial.verdict, place);
        denial_error(denial)
    }

    /// Takes over the verdicts of another ledger, refusals last.
    pub fn append(&self, other: &Ledger<'_>) {
        let is_refused =
            |verdict: &SourceVerdict| verdict.verdict.severity == fromtier_policy::Severity::Deny;
        let (refused, passed): (Vec<_>, Vec<_>) =
            other.take_verdicts().into_iter().partition(is_refused);
        let mut verdicts = self.verdicts.borrow_mut();
        verdicts.extend(passed);
        verdicts.extend(refused);
    }

    /// All verdicts, in the order in which they were given.
    pub fn take_verdicts(&self) -> Vec<SourceVerdict> {
        self.verdicts.take()
    }
}
