//! Sources that are no images, and those within a client's own definition.

use super::{
    ApprovedSource, Gate, OtherRequest, Via, passing, refusal, verdict_of, without_digest, worst,
};
use crate::code::Code;
use crate::pattern::identity;
use crate::rules;
use crate::said::{Said, Standpoint};
use crate::scope::Scope;
use crate::settings::DigestRule;
use crate::verdict::{Denial, JudgedKind, Severity, Verdict};
use fromtier_image::ImageRef;
use std::collections::BTreeMap;

impl Gate {
    /// A source that is not an image.
    pub fn other(
        &self,
        request: &OtherRequest<'_>,
        scope: &Scope<'_>,
    ) -> Result<ApprovedSource, Denial> {
        let identifier = match request {
            OtherRequest::Git { url, .. } | OtherRequest::Http { url, .. } => url,
            OtherRequest::Local { name } => name,
            OtherRequest::OciLayout { reference } => reference,
            OtherRequest::Scratch => "scratch",
            OtherRequest::RootFileSystem { path } => path,
            OtherRequest::CacheImport { from } => from,
        };
        let from = Standpoint::new(self, Via::Add, scope);
        let mut said = Said::default();
        for view in from.views(self) {
            let mut finding = rules::sources::check(&view, request);
            if let Some(finding) = finding.as_mut().filter(|_| view.warn_only()) {
                finding.severity = finding.severity.min(Severity::Warn);
            }
            said.findings.extend(finding);
        }
        let verdict = passing(Verdict {
            kind: Some(request.kind()),
            ..verdict_of(identifier, said)
        })?;
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
            "docker-image" | "docker-image+blob" => self.as_it_is(identifier, rest, scope)?,
            "oci-layout" | "oci-layout+blob" => {
                self.judged(&OtherRequest::OciLayout { reference: rest }, scope)?
            }
            "git" => {
                let url = attr("git.fullurl").unwrap_or(identifier);
                let checksum = attr("git.checksum");
                self.judged(&OtherRequest::Git { url, checksum }, scope)?
            }
            "http" | "https" => {
                let (url, checksum) = (identifier, attr("http.checksum"));
                self.judged(&OtherRequest::Http { url, checksum }, scope)?
            }
            "local" => self.judged(&OtherRequest::Local { name: rest }, scope)?,
            _ => {
                let message =
                    format!("{identifier} is a kind of source that is not known; it is refused");
                return Err(refusal(identifier, Code::UnknownSource, message, None));
            }
        };
        if let Some(bundle) = attr("git.bundle") {
            // A bundle is a source that names no bundle of its own.
            let inner = self.input_source(bundle, &BTreeMap::new(), scope)?;
            verdict.findings.extend(inner.findings);
            verdict.severity = worst(&verdict.findings);
        }
        Ok(verdict)
    }

    fn judged(&self, request: &OtherRequest<'_>, scope: &Scope<'_>) -> Result<Verdict, Denial> {
        self.other(request, scope).map(|approved| approved.verdict)
    }

    /// An image that can be neither rewritten nor pinned: what has to be pinned must be so already. Its config is not
    /// known here.
    fn as_it_is(
        &self,
        identifier: &str,
        reference: &str,
        scope: &Scope<'_>,
    ) -> Result<Verdict, Denial> {
        let image = self.normalise(reference)?;
        if !is_whole(&image, reference) {
            return Err(not_whole(identifier, &image));
        }
        let from = Standpoint::new(self, Via::Input, scope);
        let mut said = Said::default();
        self.decide(&image, &from, &mut said);
        if image.digest().is_none() && self.lock.get(&image).is_some() {
            let finding = without_digest(&image.to_string(), "the lock file");
            said.add(vec![finding]);
        }
        let name = identity(&image);
        self.each_layer(&image, &name, &from, &mut said, |case, out| {
            if case.layer.digest() != DigestRule::Resolve && case.image.digest().is_none() {
                out.push(without_digest(&case.shown(), case.layer.owner.name()));
            }
            rules::of_config(case, None, out);
        });
        passing(Verdict {
            kind: Some(JudgedKind::Image),
            normalised: Some(image),
            ..verdict_of(identifier, said)
        })
    }
}

/// Is a reference written as it is meant? BuildKit adds nothing to what stands in a graph: `library/node` is an image of
/// a registry that is called `library`.
fn is_whole(image: &ImageRef, written: &str) -> bool {
    let rest = written.strip_prefix(&image.name());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '@']))
}

fn not_whole(identifier: &str, image: &ImageRef) -> Denial {
    let message = format!(
        "{identifier} stands in a client's own definition, where BuildKit does not read it as {image}"
    );
    let help = format!("write docker-image://{image}");
    refusal(identifier, Code::InvalidReference, message, Some(help))
}
