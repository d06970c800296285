//! FT133: a tag without a version, such as `latest` or `alpine`, moves from one release to the next.

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::settings::Check;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let severity = context.policy.check(Check::FloatingTag);
    if severity == Severity::Allow || context.image.digest().is_some() || context.locked.is_some() {
        return;
    }
    let (Some(tag), Some(parts)) = (context.tag(), context.tag_parts()) else {
        return;
    };
    let has_codename = context
        .official
        .is_some_and(|image| image.cycle_of(tag).is_some());
    let has_date = parts
        .variants
        .iter()
        .any(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    if !parts.version.is_empty()
        || parts.names_commit()
        || has_codename
        || (has_date && context.official.is_none())
    {
        return;
    }
    let message = format!(
        "{} has no version, so it moves from one release to the next; {} floating tags",
        context.display_name(),
        context.policy_verb(severity)
    );
    let finding = Finding::new(Code::FloatingTag, severity, message).with_help("name a version");
    drafts.push(match context.official {
        Some(_) => finding.suggesting(SuggestionKind::Another),
        None => finding.into(),
    });
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied, denied_with_lock, passes, passes_with_lock};

    const POLICY: &str = "version: 1\nbase: {floating-tag: deny}";

    #[test]
    fn a_tag_without_a_version_is_refused() {
        for reference in [
            "node",
            "node:latest",
            "node:alpine",
            "node:lts",
            "debian:stable",
        ] {
            assert_eq!(denied(POLICY, reference).code, "FT133", "{reference}");
        }
        assert_eq!(
            denied(POLICY, "node:alpine").help.as_deref(),
            Some("use node:24-alpine")
        );
    }

    #[test]
    fn a_version_a_codename_and_a_digest_pass() {
        for reference in ["node:22", "debian:trixie-slim", "ubuntu:noble"] {
            passes(POLICY, reference);
        }
        passes(POLICY, &format!("node@sha256:{}", "a".repeat(64)));
    }

    #[test]
    fn a_tag_that_names_a_commit_passes() {
        let policy = format!("{POLICY}\ntiers: {{community: allow}}");
        for tag in ["sha-860c190", "sha-abcdef1", "5f3a9c1"] {
            passes(&policy, &format!("acme/app:{tag}"));
        }
    }

    #[test]
    fn a_locked_tag_passes() {
        let lock = format!(
            "docker.io/library/node:latest sha256:{} 2026-09-01\n",
            "a".repeat(64)
        );
        passes_with_lock(POLICY, &lock, "node");
        assert_eq!(denied_with_lock(POLICY, &lock, "node:alpine").code, "FT133");
    }
}
