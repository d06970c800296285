//! The policies' rewriting of one image.

use fromtier_image::ImageRef;

use crate::code::Code;
use crate::pattern::identity;
use crate::policies::{Policies, RequestContext};
use crate::recorder::Recorder;
use crate::verdict::Finding;

/// Rewrites an image by the repository's policy, and then by the organization's. Each policy rewrites it once at most. An
/// image that is named as in its mirror is the same image.
pub(crate) fn rewrite(
    policies: &Policies,
    request: &RequestContext,
    normalized: &ImageRef,
    recorder: &mut dyn Recorder,
    findings: &mut Vec<Finding>,
) -> ImageRef {
    let own_name = |image: ImageRef| policies.named_as_in_mirror(&image).unwrap_or(image);
    let mut image = own_name(normalized.clone());
    for policy in request.active_policies(policies).rev() {
        let Some(rule) = policy.index.rewrite(&identity(&image), image.tag()) else {
            continue;
        };
        let result = rule.apply(&image);
        recorder.rewrite(&policy, rule, &image, &result);
        match result.map(own_name) {
            Ok(target) if target == image => {}
            Ok(target) => {
                let reason = match &rule.reason {
                    Some(reason) => format!(": {reason}"),
                    None => String::new(),
                };
                let dropped = match (image.digest(), target.digest()) {
                    (Some(old), new) if new != Some(old) => " and drops the digest",
                    _ => "",
                };
                let message = format!(
                    "{} rewrites {} to {}{dropped}{reason}",
                    policy.owner,
                    image.clone().without_digest().familiar(),
                    target.familiar()
                );
                findings.push(
                    Finding::fixed(Code::Rewritten, message)
                        .with_suggestion(target.familiar())
                        .owned_by(policy.owner),
                );
                image = target;
            }
            Err(error) => {
                let message = format!(
                    "{} can't rewrite {}: {error}",
                    policy.owner,
                    image.familiar()
                );
                let help = error.help.unwrap_or_else(|| {
                    format!(
                        "name a tag; the rule rewrites `{}` to `{}`",
                        rule.pattern.text, rule.to
                    )
                });
                let finding = Finding::fixed(Code::RewriteFailed, message).with_help(help);
                findings.push(policy.own(finding));
            }
        }
    }
    image
}
