//! Steps 6 and 7 of the gate: checking the registry's answer, and approving the image.

use fromtier_image::{Digest, ImageRef};

use super::{ApprovedImage, Gate, Pass, Resolved, missing_digest};
use crate::code::Code;
use crate::findings::Findings;
use crate::judge::{FixedImage, Judge};
use crate::owner::Owner;
use crate::pattern::identity;
use crate::recorder::NoRecorder;
use crate::rules::{self, RuleContext};
use crate::settings::DigestRule;
use crate::verdict::{Denial, Finding, Verdict};

impl Gate {
    /// Checks the registry's answer, and approves the image.
    pub fn admit(&self, pass: &Pass, resolved: &Resolved<'_>) -> Result<ApprovedImage, Denial> {
        let mut recorder = NoRecorder;
        let mut judge = Judge::new(&self.policies, &pass.context, &mut recorder);
        judge.findings = Findings {
            findings: pass.verdict.findings.clone(),
            exceptions: pass.verdict.exceptions.clone(),
        };
        let answer = resolved.reference;
        let is_replaced =
            identity(answer) != identity(&pass.pull) || answer.tag() != pass.pull.tag();
        let replacement =
            is_replaced.then(|| self.judge_replacement(pass, answer, &mut judge.findings));
        let digest = resolved.digest.or(answer.digest());
        let findings = &mut judge.findings.findings;
        self.check_digest(pass, answer, replacement.as_ref(), digest, findings);
        let image = replacement.as_ref().unwrap_or(&pass.image);
        judge.judge_answer(image, digest, resolved.config);
        let shown = answer.clone().without_digest();
        let reference = match digest {
            Some(digest) => shown.with_digest(digest.clone()),
            None => shown,
        };
        let mut verdict = Verdict {
            kind: pass.verdict.kind,
            normalized: pass.verdict.normalized.clone(),
            rewritten: pass.verdict.rewritten.clone(),
            alias_of: pass.verdict.alias_of.clone(),
            ..judge.findings.into_verdict(&pass.verdict.requested)
        }
        .into_result()?;
        verdict.resolved = Some(reference.clone());
        Ok(ApprovedImage { reference, verdict })
    }

    /// Judges the image that the builder's source policy put in place of the requested one, and returns it, not as in its
    /// mirror.
    fn judge_replacement(
        &self,
        pass: &Pass,
        replacement: &ImageRef,
        findings: &mut Findings,
    ) -> ImageRef {
        let mut recorder = NoRecorder;
        let mut judge = Judge::new(&self.policies, &pass.context, &mut recorder);
        let FixedImage { image, wanted } = judge.judge_fixed(replacement);
        let judged = judge.findings;
        let refusal = |why: &str, help: Option<String>, owner: Option<Owner>| {
            let pull = &pass.pull;
            let message = format!("the builder replaced {pull} with {replacement}: {why}");
            Finding {
                help,
                owner,
                ..Finding::fixed(Code::ReplacedByBuilder, message)
            }
        };
        match (judged.first_refusal(), wanted) {
            (Some(refused), _) => {
                (findings.findings).push(refusal(
                    &refused.message,
                    refused.help.clone(),
                    refused.owner,
                ));
            }
            (None, wanted) => {
                findings.findings.extend(judged.findings);
                findings.findings.extend(wanted.map(|place| {
                    let why = format!("the policy takes this image from {place}");
                    self.unless_warn_only(&pass.context, refusal(&why, None, None))
                }));
            }
        }
        for id in judged.exceptions {
            findings.add_exception(id);
        }
        image
    }

    /// Compares the digest of the answer with the expected ones: the pinned digest and, for a replacement, the digest in
    /// its reference or in the lock file.
    fn check_digest(
        &self,
        pass: &Pass,
        answer: &ImageRef,
        replacement: Option<&ImageRef>,
        digest: Option<&Digest>,
        findings: &mut Vec<Finding>,
    ) {
        let locked = |image| (self.policies.lock.get(image)).map(|entry| &entry.digest);
        let replacement_digest =
            replacement.and_then(|image| answer.digest().or_else(|| locked(image)));
        match digest {
            Some(digest) => {
                let mut expected = [pass.pinned.as_ref(), replacement_digest]
                    .into_iter()
                    .flatten();
                let unmet = expected.find(|expected| *expected != digest);
                findings.extend(unmet.map(|expected| unexpected_digest(answer, expected, digest)));
            }
            None if replacement_digest.is_some() => {
                findings.push(missing_digest(&answer.to_string(), "the lock file"));
            }
            None => self.check_missing_digest(pass, replacement, findings),
        }
    }

    /// Reports that no digest came back, if a policy, the lock file, or the reference requires one. BuildKit returns no
    /// digest for an image in a local store.
    fn check_missing_digest(
        &self,
        pass: &Pass,
        replacement: Option<&ImageRef>,
        findings: &mut Vec<Finding>,
    ) {
        let shown = pass.pull.to_string();
        if pass.pinned.is_some() {
            findings.push(missing_digest(&shown, "the lock file or the Dockerfile"));
            return;
        }
        let image = replacement.unwrap_or(&pass.image);
        let name = identity(image);
        for RuleContext { policy, .. } in
            rules::contexts(&self.policies, &pass.context, image, &name, None)
        {
            if policy.digest() == DigestRule::Resolve {
                continue;
            }
            findings.push(policy.own(missing_digest(&shown, policy.owner.name())));
        }
    }
}

fn unexpected_digest(reference: &ImageRef, expected: &Digest, digest: &Digest) -> Finding {
    let message = format!(
        "{}: expected {}, but the registry returned {}",
        reference.clone().without_digest(),
        expected.as_str(),
        digest.as_str()
    );
    Finding::fixed(Code::UnexpectedDigest, message)
        .with_help("find out why the registry, a mirror, or the builder returned another digest")
}
