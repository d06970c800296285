//! FT150: an exception lets a refused image through, for a time, and says so. An expired one is mentioned.

use super::Case;
use crate::code::Code;
use crate::exceptions::ExceptionState;
use crate::policy::Exception;
use crate::profile::path_matches;
use crate::verdict::{Finding, Severity};

/// Turns refusals into warnings where an exception holds today. Gives the exceptions that matched a refusal, by their
/// place in the list.
pub(crate) fn apply(case: &Case<'_>, findings: &mut [Finding]) -> Vec<usize> {
    let (policy, today) = (&case.layer.index.policy, case.today());
    let state = |exception: &Exception| ExceptionState::of(exception, policy.exceptions_max, today);
    let mut used = Vec::new();
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.severity == Severity::Deny && finding.code.is_liftable())
    {
        let matching: Vec<(usize, &Exception)> = case
            .layer
            .index
            .exceptions(case.name, case.tag())
            .filter(|(_, exception)| is_for(case, exception, finding.code))
            .collect();
        // Of several, the one that holds longest; where none holds, the last to have held is worth a word.
        let Some((index, last)) = matching
            .iter()
            .max_by_key(|(_, exception)| (state(exception).holds(), exception.until))
        else {
            continue;
        };
        used.push(*index);
        let state = state(last);
        if state.holds() {
            *finding = lifted(case, last, state, finding);
            continue;
        }
        let why = match state {
            ExceptionState::TooLong(max) => format!(
                "an exception for it lasts until {} ({}), and {} takes none of more than {max} days",
                last.until, last.owner, case.layer.owner
            ),
            _ => format!(
                "an exception for it ended on {} ({})",
                last.until, last.owner
            ),
        };
        finding.help = Some(match finding.help.take() {
            Some(help) => format!("{help}; {why}"),
            None => why,
        });
    }
    used
}

/// Is the exception for this rule, this Dockerfile and this repository?
fn is_for(case: &Case<'_>, exception: &Exception, code: Code) -> bool {
    let rule = exception.rules.is_empty() || exception.rules.contains(&code);
    let file = exception.files.is_empty()
        || case.from.path.as_deref().is_some_and(|path| {
            let mut files = exception.files.iter();
            files.any(|glob| path_matches(glob, path))
        });
    let label = exception.labels.is_empty()
        || (exception.labels.iter()).any(|label| case.gate.has_label(label));
    rule && file && label
}

fn lifted(
    case: &Case<'_>,
    exception: &Exception,
    state: ExceptionState,
    finding: &mut Finding,
) -> Finding {
    let soon = match state {
        ExceptionState::EndsSoon(0) => ", which is today".to_owned(),
        ExceptionState::EndsSoon(1) => ", which is tomorrow".to_owned(),
        ExceptionState::EndsSoon(days) => format!(", which is in {days} days"),
        _ => String::new(),
    };
    Finding {
        code: Code::ExceptionInUse,
        severity: Severity::Warn,
        message: format!(
            "{} passes by an exception until {}{soon} ({}: {})",
            case.name, exception.until, exception.owner, exception.reason
        ),
        help: Some(format!("without it: {}: {}", finding.code, finding.message)),
        suggestion: finding.suggestion.take(),
    }
}

#[cfg(test)]
mod tests {
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
            "ghcr.io/acme/legacy passes by an exception until 2026-09-01, which is today (payments: migration in progress)"
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
    fn one_for_what_it_can_not_lift_is_an_error() {
        for code in [
            "FT122", "FT140", "FT142", "FT146", "FT147", "FT135", "FT160", "FT161",
        ] {
            let text = policy("2027-01-01", &format!("  rules: [{code}]\n"));
            let errors = crate::Policy::parse("p", &text).unwrap_err();
            let expected = format!("`{code}` can't be lifted by an exception");
            assert!(errors[0].to_string().contains(&expected), "{errors:?}");
        }
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
