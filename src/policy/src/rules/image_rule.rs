//! FT106, FT110, FT111: the policy's rules under `images` refuse the image, its tag, or its variant.

#[cfg(test)]
mod tests;

use fromtier_image::Digest;

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::image_rule::ImageRule;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let named = check_actions(context, context.policy.image_rules());
    let refused = (context.policy.image_rules()).find_map(|rule| check_tag(context, rule));
    let findings = named.into_iter().chain(refused);
    drafts.extend(findings.map(|finding| finding.suggesting(SuggestionKind::Another)));
}

/// Checks the rules for the digest that the registry returned, which nobody knew before. `None` stands for one that stays
/// unknown: no rule that refuses a digest may miss it.
pub(crate) fn check_digest(
    context: &RuleContext<'_>,
    digest: Option<&Digest>,
    findings: &mut Vec<Finding>,
) {
    if digest.is_some() {
        let rules = context.policy.image_rules();
        findings.extend(check_actions(
            context,
            rules.filter(|rule| !rule.digests.is_empty()),
        ));
        return;
    }
    let (name, tag) = (context.name, context.tag());
    let rule = (context.policy.rules_by_digest(name, tag))
        .find(|rule| rule.action == Some(Severity::Deny));
    if let Some(rule) = rule {
        let message = format!(
            "{} has an unknown digest; {} a digest of `{}`",
            context.display_name(),
            context.policy_verb(Severity::Deny),
            rule.pattern.text
        );
        let help = "name the image by its digest";
        findings.push(Finding::fixed(Code::ImageNamedByPolicy, message).with_help(help));
    }
}

/// Returns what the strictest action of the rules says, if it doesn't allow the image.
fn check_actions<'a>(
    context: &RuleContext<'_>,
    rules: impl Iterator<Item = &'a ImageRule>,
) -> Option<Finding> {
    let actions = rules.filter_map(|rule| Some((rule, rule.action?)));
    let (rule, severity) = (actions.max_by_key(|(_, action)| *action))
        .filter(|(_, action)| *action > Severity::Allow)?;
    let reason = match &rule.reason {
        Some(reason) => format!(": {reason}"),
        None => String::new(),
    };
    let what = if rule.digests.is_empty() {
        ""
    } else {
        "this digest of "
    };
    let message = format!(
        "{} {what}`{}`{reason}",
        context.policy_verb(severity),
        rule.pattern.text
    );
    Some(Finding::new(Code::ImageNamedByPolicy, severity, message))
}

/// Returns the refusal of a tag that the rule doesn't allow.
fn check_tag(context: &RuleContext<'_>, rule: &ImageRule) -> Option<Finding> {
    if rule.tags.is_none() && rule.variants.is_empty() {
        return None;
    }
    let (name, owner) = (context.display_name(), context.policy.owner);
    let repository = rule.pattern.text.split(':').next().unwrap_or_default();
    let (code, message) = match (context.tag(), &rule.tags) {
        (None, _) => (
            Code::TagNotAllowed,
            format!("{name} has no tag; {owner} restricts the tags of `{repository}`"),
        ),
        (Some(tag), Some(tags)) if !tags.allows(tag) => (
            Code::TagNotAllowed,
            format!("{name} is not a tag that {owner} allows for `{repository}`: {tags}"),
        ),
        (Some(tag), _) if !rule.allows_variant(tag) => (
            Code::VariantNotAllowed,
            format!(
                "{name} has no variant that {owner} allows for `{repository}`: {}",
                rule.variants.join(", ")
            ),
        ),
        _ => return None,
    };
    Some(Finding::fixed(code, message))
}
