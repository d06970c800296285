//! FT106, FT110, FT111: the policy's rules under `images` refuse the image, its tag, or its variant.

#[cfg(test)]
mod tests;

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::image_rule::ImageRule;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let rules: Vec<&ImageRule> = (context.policy)
        .image_rules(context.name, context.tag())
        .collect();
    let actions = rules.iter().filter_map(|rule| Some((rule, rule.action?)));
    let strictest = actions.max_by_key(|(_, action)| *action);
    if let Some((rule, severity)) = strictest.filter(|(_, action)| *action > Severity::Allow) {
        let reason = match &rule.reason {
            Some(reason) => format!(": {reason}"),
            None => String::new(),
        };
        let message = format!(
            "{} `{}`{reason}",
            context.policy_verb(severity),
            rule.pattern.text
        );
        let finding = Finding::new(Code::ImageNamedByPolicy, severity, message);
        drafts.push(finding.suggesting(SuggestionKind::Another));
    }
    let refused = rules.into_iter().find_map(|rule| check_tag(context, rule));
    drafts.extend(refused.map(|finding| finding.suggesting(SuggestionKind::Another)));
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
