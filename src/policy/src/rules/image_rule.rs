//! FT106, FT110, FT111: the policy's rules under `images` refuse the image, its tag, or its variant.

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

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied, passes, warned};

    const NODE: &str =
        "version: 1\nimages:\n- match: node\n  tags: \">=22, <25\"\n  variants: [alpine, slim]\n";

    #[test]
    fn tags_within_the_range_pass() {
        for tag in [
            "22-alpine",
            "24.19.0-alpine3.24",
            "24-bookworm-slim",
            "22-slim",
        ] {
            passes(NODE, &format!("node:{tag}"));
        }
    }

    #[test]
    fn tags_outside_the_range_are_refused_with_one_inside_it() {
        let denial = denied(NODE, "node:18-alpine");
        assert_eq!(denial.code, "FT110");
        assert_eq!(
            denial.message,
            "docker.io/library/node:18-alpine is not a tag that this policy allows for `node`: >=22, <25"
        );
        assert_eq!(denial.help.as_deref(), Some("use node:24-alpine"));
        for tag in ["26-alpine", "latest", "alpine", "lts-slim"] {
            assert_eq!(denied(NODE, &format!("node:{tag}")).code, "FT110", "{tag}");
        }
    }

    #[test]
    fn a_digest_without_a_tag_is_refused() {
        let digest = format!("node@sha256:{}", "a".repeat(64));
        assert_eq!(denied(NODE, &digest).code, "FT110");
        passes(NODE, &format!("node:22-slim@sha256:{}", "a".repeat(64)));
    }

    #[test]
    fn other_variants_are_refused() {
        let denial = denied(NODE, "node:22-bookworm");
        assert_eq!(denial.code, "FT111");
        assert!(
            denial.message.ends_with("allows for `node`: alpine, slim"),
            "{}",
            denial.message
        );
        assert_eq!(denied(NODE, "node:22").code, "FT111");
        let with_default = "version: 1\nimages: [{match: node, variants: [default]}]";
        passes(with_default, "node:22");
        passes(with_default, "node:latest");
        assert_eq!(denied(with_default, "node:22-alpine").code, "FT111");
    }

    #[test]
    fn the_preferred_image_is_named() {
        let policy = format!("{NODE}  prefer: node:22-alpine\n");
        assert_eq!(
            denied(&policy, "node:18").help.as_deref(),
            Some("use node:22-alpine")
        );
    }

    #[test]
    fn tags_can_be_a_list_of_globs() {
        let policy = "version: 1\nimages: [{match: alpine, tags: [\"3.2*\", edge]}]";
        passes(policy, "alpine:3.24");
        passes(policy, "alpine:edge");
        assert_eq!(denied(policy, "alpine").code, "FT110");
    }

    #[test]
    fn every_rule_that_matches_applies() {
        let policy =
            "version: 1\nimages: [{match: node, tags: \">=22\"}, {match: \"*\", tags: \"<26\"}]";
        passes(policy, "node:24");
        assert_eq!(denied(policy, "node:26").code, "FT110");
        assert_eq!(denied(policy, "node:20").code, "FT110");
    }

    #[test]
    fn an_action_replaces_that_of_the_tier() {
        let policy = "version: 1\nimages: [{match: gcr.io/distroless/*, action: allow}, {match: mysql, action: deny, reason: we run mariadb}, {match: redis, action: warn}]";
        passes(policy, "gcr.io/distroless/static:nonroot");
        let denial = denied(policy, "mysql:8");
        assert_eq!(
            (denial.code.as_str(), denial.message.as_str()),
            ("FT106", "this policy refuses `mysql`: we run mariadb")
        );
        assert_eq!(warned(policy, "redis")[0].code, "FT106");
    }
}
