//! Two policies never allow what the organization's alone refuses, and what isn't known never makes a policy laxer: of
//! random policies over all keys.

use std::collections::BTreeMap;

use fromtier_image::{ImageConfig, ImageRef};
use proptest::prelude::*;

use super::random::{Whence, answers, locks, others, policies, references, via, whence};
use crate::fixtures::{digest, today};
use crate::gate::{ImageRequest, Resolved};
use crate::pattern::identity;
use crate::{Finding, Gate, Lock, Policy, Severity, Verdict};

/// What a registry answers.
type Answer = (ImageConfig, Option<char>);

/// What the gate says of the image, once the registry has answered, if it lets it so far. Without a letter the answer
/// is the digest that was asked for.
fn said(gate: &Gate, request: &ImageRequest<'_>, (config, letter): &Answer) -> Verdict {
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

/// The first that is said there and not here, at least as strictly.
fn unsaid<'v>(there: &'v Verdict, here: &Verdict) -> Option<&'v Finding> {
    let mut aloud = (there.findings.iter()).filter(|finding| finding.severity > Severity::Allow);
    aloud.find(|finding| {
        let as_strictly = |f: &Finding| f.code == finding.code && f.severity >= finding.severity;
        !here.findings.iter().any(as_strictly)
    })
}

/// Is this said of an image by what hangs on its digest or its own name, which a place has from the image?
fn is_the_images_own(finding: &Finding) -> bool {
    let own = ["FT120", "FT121", "FT122", "FT133", "FT161"];
    own.contains(&finding.code.as_str())
        || finding.code == "FT109" && finding.message.contains("though its")
}

/// The organization's policy alone; the repository says no more than what it is called, which the organization's own
/// exceptions may go by, and refuses nothing.
fn alone(organization: &Policy, labels: &str, lock: &Lock) -> Gate {
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
    /// What both policies let in, the organization's lets in by itself, and nothing that it says goes unsaid: of the
    /// image as the repository's rewriting made it, and of the place that the repository pulls it from.
    #[test]
    fn a_repository_never_loosens(
        (organization, _) in policies(), (repository, labels) in policies(), lock in locks(),
        asked in references(), whence in whence(), via in via(), answer in answers(),
    ) {
        let alone = alone(&organization, &labels, &lock);
        let both = Gate::new(Some(organization), Some(repository), Some(lock), today());
        let scope = whence.scope();
        let request = ImageRequest { reference: &asked, via, scope };
        let together = said(&both, &request, &answer);
        if together.severity < Severity::Deny {
            let image = ImageRef::parse(&asked).unwrap().tag_name_only();
            let rule = both.policies.layers[1].index.rewrite(&identity(&image), image.tag());
            let written = rule.and_then(|rule| rule.apply(&image).ok()).unwrap_or(image).to_string();
            let by_itself = ImageRequest { reference: &written, via, scope };
            let first = said(&alone, &by_itself, &answer);
            prop_assert!(first.severity < Severity::Deny, "{written}: {first:#?}");
            prop_assert_eq!(unsaid(&first, &together), None, "{}", written);
            let (mine, pulled) = (alone.request(&by_itself).unwrap(), both.request(&request).unwrap());
            if identity(mine.pull()) != identity(pulled.pull()) {
                let place = pulled.pull().clone().without_digest().tag_name_only().to_string();
                let there = match alone.request(&ImageRequest { reference: &place, via, scope }) {
                    Ok(pass) => pass.verdict().clone(),
                    Err(denial) => *denial.verdict,
                };
                let refused = (there.findings.iter())
                    .find(|f| f.severity == Severity::Deny && !is_the_images_own(f));
                prop_assert!(there.rewritten.is_some() || refused.is_none(), "{place}: {refused:?}");
            }
        }
    }

    /// The same of sources that are no images, and of a client's own definition.
    #[test]
    fn a_repository_never_loosens_other_sources(
        (organization, _) in policies(), (repository, labels) in policies(), lock in locks(),
        request in others(), reference in references(), whence in whence(),
    ) {
        let alone = alone(&organization, &labels, &lock);
        let both = Gate::new(Some(organization), Some(repository), Some(lock), today());
        let scope = whence.scope();
        prop_assert!(both.source(&request, &scope).is_err() || alone.source(&request, &scope).is_ok());
        let Ok(image) = ImageRef::parse(&reference) else {
            return Ok(());
        };
        let identifier = format!("docker-image://{}", image.tag_name_only());
        let input = |gate: &Gate| gate.input_source(&identifier, &BTreeMap::new(), &scope).is_ok();
        prop_assert!(!input(&both) || input(&alone), "{identifier}");
    }

    /// What passes while little is known passes when more is.
    #[test]
    fn what_is_not_known_makes_nothing_laxer(
        (organization, _) in policies(), repository in prop::option::of(policies()), lock in locks(),
        asked in references(), whence in whence(), known in any::<[bool; 4]>(), via in via(), answer in answers(),
        other in others(),
    ) {
        let gate = Gate::new(Some(organization), repository.map(|(policy, _)| policy), Some(lock), today());
        let less = whence.less(known);
        let of = |whence: &Whence| {
            let request = ImageRequest { reference: &asked, via, scope: whence.scope() };
            said(&gate, &request, &answer).severity
        };
        prop_assert!(of(&less) >= of(&whence), "{less:?} and not {whence:?}");
        let of = |whence: &Whence| gate.source(&other, &whence.scope()).is_ok();
        prop_assert!(!of(&less) || of(&whence), "{other:?}: {less:?} and not {whence:?}");
    }
}
