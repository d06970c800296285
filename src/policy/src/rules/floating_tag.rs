//! FT133: a tag that moves from one release to the next: `latest`, `alpine`, no version at all.

use super::{Case, parts};
use crate::code::Code;
use crate::suggest::another;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Finding>) {
    let severity = case.layer.floating_tag();
    if severity == Severity::Allow || case.image.digest().is_some() || case.locked.is_some() {
        return;
    }
    let (Some(tag), Some(parts)) = (case.tag(), parts(case)) else {
        return;
    };
    let codename = case
        .official
        .is_some_and(|image| image.cycle_of(tag).is_some());
    let dated = parts
        .variants
        .iter()
        .any(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    if !parts.version.is_empty() || codename || (dated && case.official.is_none()) {
        return;
    }
    let (help, suggestion) = match case.official {
        Some(_) => another(case),
        None => (None, None),
    };
    out.push(Finding {
        code: Code::FloatingTag,
        severity,
        message: format!(
            "{} says no version, so it moves from one release to the next; {} floating tags",
            case.shown(),
            case.says(severity)
        ),
        help: help.or(Some("name a version".into())),
        suggestion,
    });
}

#[cfg(test)]
mod tests {
    use crate::testing::{denied, denied_with_lock, passes, passes_with_lock};

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
    fn a_version_a_codename_and_a_digest_stand_still() {
        for reference in ["node:22", "debian:trixie-slim", "ubuntu:noble"] {
            passes(POLICY, reference);
        }
        passes(POLICY, &format!("node@sha256:{}", "a".repeat(64)));
    }

    #[test]
    fn a_locked_tag_stands_still() {
        let lock = format!(
            "docker.io/library/node:latest sha256:{} 2026-09-01\n",
            "a".repeat(64)
        );
        passes_with_lock(POLICY, &lock, "node");
        assert_eq!(denied_with_lock(POLICY, &lock, "node:alpine").code, "FT133");
    }
}
