//! FT150: an exception lets a refused image through, for a time, and says so. An expired one is mentioned.

use crate::layer::Layer;
use crate::verdict::{Finding, Severity};
use fromtier_catalog::Day;

/// What no exception lifts: two digests that disagree, an answer that is not what was asked for.
const NEVER: [&str; 5] = ["FT100", "FT122", "FT123", "FT124", "FT125"];

/// May an exception lift this rule?
pub(crate) fn lifts(code: &str) -> bool {
    !NEVER.contains(&code)
}

/// Turns refusals into warnings where an exception holds today.
pub(crate) fn apply(
    layer: &Layer,
    name: &str,
    tag: Option<&str>,
    today: Day,
    findings: &mut [Finding],
) {
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.severity == Severity::Deny && lifts(finding.code))
    {
        let matching = || {
            layer.exceptions(name, tag).filter(|exception| {
                exception.rules.is_empty()
                    || exception.rules.iter().any(|rule| rule == finding.code)
            })
        };
        let Some(last) = matching().max_by_key(|exception| exception.until) else {
            continue;
        };
        if last.until >= today {
            *finding = Finding {
                code: "FT150",
                severity: Severity::Warn,
                message: format!(
                    "{name} passes by an exception until {} ({}: {})",
                    last.until, last.owner, last.reason
                ),
                help: Some(format!("without it: {}: {}", finding.code, finding.message)),
                suggestion: finding.suggestion.take(),
            };
        } else {
            let ended = format!(
                "an exception for it ended on {} ({})",
                last.until, last.owner
            );
            finding.help = Some(match finding.help.take() {
                Some(help) => format!("{help}; {ended}"),
                None => ended,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use crate::testing::{denied, warned};

    fn policy(until: &str, more: &str) -> String {
        format!(
            "version: 1\nexceptions:\n- match: ghcr.io/acme/legacy:*\n  until: {until}\n  owner: payments\n  reason: migration in progress\n{more}"
        )
    }

    #[test]
    fn an_exception_lets_pass_and_names_itself() {
        let findings = warned(&policy("2026-09-01", ""), "ghcr.io/acme/legacy:1");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].code, "FT150");
        assert_eq!(
            findings[0].message,
            "ghcr.io/acme/legacy passes by an exception until 2026-09-01 (payments: migration in progress)"
        );
        assert!(
            findings[0]
                .help
                .as_ref()
                .unwrap()
                .starts_with("without it: FT101: ghcr.io/acme/legacy is a community")
        );
    }

    #[test]
    fn an_expired_exception_is_mentioned_in_the_refusal() {
        let denial = denied(&policy("2026-08-31", ""), "ghcr.io/acme/legacy:1");
        assert_eq!(denial.code, "FT101");
        assert!(
            denial
                .help
                .unwrap()
                .ends_with("an exception for it ended on 2026-08-31 (payments)")
        );
    }

    #[test]
    fn it_holds_for_what_it_matches_only() {
        assert_eq!(
            denied(&policy("2027-01-01", ""), "ghcr.io/acme/other:1").code,
            "FT101"
        );
        assert_eq!(
            denied(
                &policy("2027-01-01", "  rules: [FT131]\n"),
                "ghcr.io/acme/legacy:1"
            )
            .code,
            "FT101"
        );
        assert_eq!(
            warned(
                &policy("2027-01-01", "  rules: [FT101]\n"),
                "ghcr.io/acme/legacy:1"
            )
            .len(),
            1
        );
    }
}
