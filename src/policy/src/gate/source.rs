//! Sources other than images, and the sources in a client's own definition.

use std::collections::BTreeMap;

use fromtier_image::ImageRef;

use super::{ApprovedSource, Gate, missing_digest, normalize};
use crate::code::Code;
use crate::findings::Findings;
use crate::judge::{FixedImage, Judge};
use crate::policies::RequestContext;
use crate::recorder::NoRecorder;
use crate::request::{SourceRequest, Via};
use crate::rules;
use crate::scope::Scope;
use crate::settings::DigestRule;
use crate::verdict::{Denial, Finding, JudgedKind, Verdict, worst_severity};

impl Gate {
    /// Judges a source that is not an image.
    pub fn source(
        &self,
        request: &SourceRequest<'_>,
        scope: &Scope<'_>,
    ) -> Result<ApprovedSource, Denial> {
        let verdict = self.judge_source(request, scope)?;
        Ok(ApprovedSource {
            identifier: request.identifier().to_owned(),
            verdict,
        })
    }

    fn judge_source(
        &self,
        request: &SourceRequest<'_>,
        scope: &Scope<'_>,
    ) -> Result<Verdict, Denial> {
        let upload = request.as_clients_upload();
        let request = upload.as_ref().unwrap_or(request);
        let context = RequestContext::new(&self.policies, Via::Add, scope);
        let mut findings = Findings::default();
        for policy in context.active_policies(&self.policies) {
            let finding = rules::sources::check(&policy, request);
            (findings.findings).extend(finding.map(|finding| policy.own(finding)));
        }
        let verdict = Verdict {
            kind: Some(request.kind()),
            ..findings.into_verdict(request.identifier())
        };
        verdict.into_result()
    }

    /// Judges a source in a client's own definition (an `input:` context).
    ///
    /// `identifier` is its LLB identifier: `docker-image://…`, `docker-image+blob://…`, `oci-layout://…`, `git://…`,
    /// `http(s)://…`, or `local://…`. Some of its `attrs` count too: `git.fullurl` is the URL that is fetched,
    /// `git.checksum` and `http.checksum` fix the content, and `git.bundle` names one more source. Nothing in a definition can
    /// be changed: an image that a policy rewrites or mirrors is refused, unless it is named as in the mirror already, as it
    /// is in a definition that this frontend made. An unknown scheme is refused.
    pub fn input_source(
        &self,
        identifier: &str,
        attrs: &BTreeMap<String, String>,
        scope: &Scope<'_>,
    ) -> Result<Verdict, Denial> {
        let (scheme, rest) = identifier.split_once("://").unwrap_or((identifier, ""));
        let attr = |key: &str| {
            attrs
                .get(key)
                .map(String::as_str)
                .filter(|value| !value.is_empty())
        };
        let mut verdict = match scheme {
            "docker-image" | "docker-image+blob" => self.fixed_image(identifier, rest, scope)?,
            "oci-layout" | "oci-layout+blob" => self.judge_source(
                &SourceRequest::OciLayout {
                    reference: rest,
                    context: None,
                },
                scope,
            )?,
            "git" => {
                let url = attr("git.fullurl").unwrap_or(identifier);
                let checksum = attr("git.checksum");
                self.judge_source(&SourceRequest::Git { url, checksum }, scope)?
            }
            "http" | "https" => {
                let (url, checksum) = (identifier, attr("http.checksum"));
                self.judge_source(&SourceRequest::Http { url, checksum }, scope)?
            }
            "local" => self.judge_source(&SourceRequest::Local { name: rest }, scope)?,
            _ => {
                let message =
                    format!("{identifier} is an unknown kind of source; unknown kinds are refused");
                let finding = Finding::fixed(Code::UnknownSource, message);
                return Err(Denial::new(identifier, finding));
            }
        };
        if let Some(bundle) = attr("git.bundle") {
            // A bundle names no other bundle.
            let inner = self.input_source(bundle, &BTreeMap::new(), scope)?;
            verdict.findings.extend(inner.findings);
            verdict.severity = worst_severity(&verdict.findings);
        }
        Ok(verdict)
    }

    /// Judges an image that can be neither rewritten, mirrored, nor pinned. If a digest is required, the reference must have
    /// it. The image's config is unknown.
    fn fixed_image(
        &self,
        identifier: &str,
        reference: &str,
        scope: &Scope<'_>,
    ) -> Result<Verdict, Denial> {
        let written = normalize(reference)?;
        if !is_written_in_full(&written, reference) {
            return Err(not_in_full(identifier, &written));
        }
        let context = RequestContext::new(&self.policies, Via::Input, scope);
        let mut recorder = NoRecorder;
        let mut judge = Judge::new(&self.policies, &context, &mut recorder);
        let FixedImage { image, wanted } = judge.judge_fixed(&written);
        if let Some(place) = wanted {
            let message = format!(
                "{identifier} is in a client's own definition, which can't be changed; the policy takes this image from {place}"
            );
            let help =
                format!("write docker-image://{place} there, or name the image in a Dockerfile");
            let finding = Finding::fixed(Code::RewriteFailed, message).with_help(help);
            judge
                .findings
                .add(vec![self.unless_warn_only(&context, finding)]);
        }
        if image.digest().is_none() && self.policies.lock.get(&image).is_some() {
            let finding = missing_digest(&image.to_string(), "the lock file");
            judge.findings.add(vec![finding]);
        }
        judge.judge_each(&image, None, |context| {
            let mut findings = Vec::new();
            if context.policy.digest() != DigestRule::Resolve && context.image.digest().is_none() {
                let owner = context.policy.owner.name();
                findings.push(missing_digest(&context.display_name(), owner));
            }
            findings.extend(rules::judge_answer(context, context.image.digest(), None));
            findings
        });
        let verdict = judge.findings.into_verdict(identifier);
        Verdict {
            kind: Some(JudgedKind::Image),
            normalized: Some(image),
            ..verdict
        }
        .into_result()
    }
}

/// Whether a reference is written in full. BuildKit adds nothing to the references in a graph: there, `library/node` is an
/// image on a registry called `library`.
fn is_written_in_full(image: &ImageRef, written: &str) -> bool {
    let after_name = written.strip_prefix(&image.name());
    after_name.is_some_and(|after| after.is_empty() || after.starts_with([':', '@']))
}

fn not_in_full(identifier: &str, image: &ImageRef) -> Denial {
    let message = format!(
        "{identifier} is not written in full; in a client's own definition BuildKit doesn't read it as {image}"
    );
    let help = format!("write docker-image://{image}");
    let finding = Finding::fixed(Code::InvalidReference, message).with_help(help);
    Denial::new(identifier, finding)
}
