//! A repository's policy never allows what the organization's refuses, and an unknown scope never makes a policy laxer.
//! The policies are random, over all keys.

use std::collections::BTreeMap;

use fromtier_image::{ImageConfig, ImageRef};
use proptest::prelude::*;

use super::random::{KnownScope, answers, locks, policies, references, scopes, sources, via};
use crate::fixtures::{digest, today};
use crate::gate::{ImageRequest, Resolved};
use crate::pattern::identity;
use crate::{Finding, Gate, Lock, Policy, Severity, Verdict};

/// A registry's answer: the config, and the letter of the digest.
type Answer = (ImageConfig, Option<char>);

/// Returns the verdict on an image. If the request passes, the verdict includes the checks of the registry's answer. An
/// answer without a letter has the requested digest.
fn judge(gate: &Gate, request: &ImageRequest<'_>, (config, letter): &Answer) -> Verdict {
    let admitted = gate.request(request).and_then(|pass| {
        let answered = letter.map(digest).or(pass.pinned().cloned());
        let resolved = Resolved {
            reference: pass.pull(),
            digest: answered.as_ref(),
            config,
        };
        gate.admit(&pass, &resolved)
    });
    match admitted {
        Ok(approved) => approved.verdict().clone(),
        Err(denial) => *denial.verdict,
    }
}

/// Returns the first warning or refusal of a verdict that another verdict lacks or has with a lower severity.
fn first_missing<'v>(verdict: &'v Verdict, other: &Verdict) -> Option<&'v Finding> {
    let mut reported =
        (verdict.findings.iter()).filter(|finding| finding.severity > Severity::Allow);
    reported.find(|finding| {
        let as_severe = |f: &Finding| f.code == finding.code && f.severity >= finding.severity;
        !other.findings.iter().any(as_severe)
    })
}

/// Whether a finding depends on the digest or the name of the image, which the image's place in a mirror has as well.
fn is_about_the_image(finding: &Finding) -> bool {
    let codes = ["FT120", "FT121", "FT122", "FT133", "FT161"];
    codes.contains(&finding.code.as_str())
        || finding.code == "FT109" && finding.message.contains("is not an official image, but")
}

/// Returns the gate of the organization's policy alone. The repository's policy only has the labels, which the
/// organization's exceptions can refer to, and refuses nothing.
fn organization_alone(organization: &Policy, labels: &str, lock: &Lock) -> Gate {
    let named = match labels {
        "" => None,
        labels => Some(
            Policy::parse("r", &format!("version: 1\nmode: warn\nlabels: [{labels}]")).unwrap(),
        ),
    };
    Gate::new(
        Some(organization.clone()),
        named,
        Some(lock.clone()),
        today(),
    )
}

proptest! {
    /// If both policies together allow an image, the organization's alone allows it, and all its findings are reported.
    /// This applies to the image that the repository's policy rewrites to, and to the mirror that it is pulled through.
    #[test]
    fn a_repository_never_loosens(
        (organization, _) in policies(), (repository, labels) in policies(), lock in locks(),
        reference in references(), scope in scopes(), via in via(), answer in answers(),
    ) {
        let alone = organization_alone(&organization, &labels, &lock);
        let both = Gate::new(Some(organization), Some(repository), Some(lock), today());
        let scope = scope.as_scope();
        let request = ImageRequest { reference: &reference, via, scope };
        let together = judge(&both, &request, &answer);
        if together.severity < Severity::Deny {
            let image = ImageRef::parse(&reference).unwrap().tag_name_only();
            let image = both.policies.named_as_in_mirror(&image).unwrap_or(image);
            let rule = both.policies.layers[1].index.rewrite(&identity(&image), image.tag());
            let written = rule.and_then(|rule| rule.apply(&image).ok()).unwrap_or(image).to_string();
            let by_itself = ImageRequest { reference: &written, via, scope };
            let first = judge(&alone, &by_itself, &answer);
            prop_assert!(first.severity < Severity::Deny, "{written}: {first:#?}");
            prop_assert_eq!(first_missing(&first, &together), None, "{}", written);
            let (own_pass, pass) = (alone.request(&by_itself).unwrap(), both.request(&request).unwrap());
            if identity(own_pass.pull()) != identity(pass.pull()) {
                let place = pass.pull().clone().without_digest().tag_name_only().to_string();
                let mirrored = match alone.request(&ImageRequest { reference: &place, via, scope }) {
                    Ok(pass) => pass.verdict().clone(),
                    Err(denial) => *denial.verdict,
                };
                let refused = (mirrored.findings.iter())
                    .find(|f| f.severity == Severity::Deny && !is_about_the_image(f));
                prop_assert!(mirrored.rewritten.is_some() || refused.is_none(), "{place}: {refused:?}");
            }
        }
    }

    /// As `a_repository_never_loosens`, for sources that aren't images and for a client's own definition.
    #[test]
    fn a_repository_never_loosens_other_sources(
        (organization, _) in policies(), (repository, labels) in policies(), lock in locks(),
        request in sources(), reference in references(), scope in scopes(),
    ) {
        let alone = organization_alone(&organization, &labels, &lock);
        let both = Gate::new(Some(organization), Some(repository), Some(lock), today());
        let scope = scope.as_scope();
        prop_assert!(both.source(&request, &scope).is_err() || alone.source(&request, &scope).is_ok());
        let Ok(image) = ImageRef::parse(&reference) else {
            return Ok(());
        };
        let identifier = format!("docker-image://{}", image.tag_name_only());
        let input = |gate: &Gate| gate.input_source(&identifier, &BTreeMap::new(), &scope).is_ok();
        prop_assert!(!input(&both) || input(&alone), "{identifier}");
    }

    /// A source that passes while little is known also passes when more is known.
    #[test]
    fn an_unknown_scope_makes_nothing_laxer(
        (organization, _) in policies(), repository in prop::option::of(policies()), lock in locks(),
        reference in references(), scope in scopes(), known in any::<[bool; 4]>(), via in via(), answer in answers(),
        other in sources(),
    ) {
        let gate = Gate::new(Some(organization), repository.map(|(policy, _)| policy), Some(lock), today());
        let less = scope.with_less_known(known);
        let of = |scope: &KnownScope| {
            let request = ImageRequest { reference: &reference, via, scope: scope.as_scope() };
            judge(&gate, &request, &answer).severity
        };
        prop_assert!(of(&less) >= of(&scope), "{less:?} and not {scope:?}");
        let of = |scope: &KnownScope| gate.source(&other, &scope.as_scope()).is_ok();
        prop_assert!(!of(&less) || of(&scope), "{other:?}: {less:?} and not {scope:?}");
    }
}
