//! FT150: an exception turns a refusal into a warning for a limited time. The help of a refusal mentions an expired one.

use super::RuleContext;
use crate::code::Code;
use crate::exception_state::ExceptionState;
use crate::pattern::identity;
use crate::policies::Policies;
use crate::policy::Exception;
use crate::profile::path_matches;
use crate::verdict::{Finding, Severity};

/// Turns refusals into warnings where an exception applies on the gate's day. Returns the exceptions that matched a
/// refusal, by their position in the policy's list.
pub(crate) fn apply(
    policies: &Policies,
    context: &RuleContext<'_>,
    findings: &mut [Finding],
) -> Vec<usize> {
    let policy = &context.policy.index.policy;
    let state = |exception: &Exception| {
        ExceptionState::new(exception, policy.exceptions_max, context.today)
    };
    let mut used = Vec::new();
    let refusals = (findings.iter_mut())
        .filter(|finding| finding.severity == Severity::Deny && finding.code.is_liftable());
    for finding in refusals {
        let matching: Vec<(usize, &Exception)> = (matching_names(context).into_iter())
            .filter(|(_, exception)| is_for(policies, context, exception, finding.code))
            .collect();
        // The one that applies longest; if none applies, the help mentions the one that ends last.
        let Some((index, exception)) = matching
            .iter()
            .max_by_key(|(_, exception)| (state(exception).is_active(), exception.until))
        else {
            continue;
        };
        used.push(*index);
        let state = state(exception);
        if state.is_active() {
            *finding = exception_warning(context, exception, state, finding);
            continue;
        }
        let note = match state {
            ExceptionState::TooLong(max) => format!(
                "an exception for it lasts until {} ({}), but {} only allows exceptions of up to {max} {}",
                exception.until,
                exception.owner,
                context.policy.owner,
                if max == 1 { "day" } else { "days" }
            ),
            _ => format!(
                "an exception for it ended on {} ({})",
                exception.until, exception.owner
            ),
        };
        finding.help = Some(match finding.help.take() {
            Some(help) => format!("{help}; {note}"),
            None => note,
        });
    }
    used
}

/// Returns the exceptions that match the image, or the alias by which it was named.
pub(crate) fn matching_names<'a>(context: &RuleContext<'a>) -> Vec<(usize, &'a Exception)> {
    let index = context.policy.index;
    let mut found: Vec<_> = index.exceptions(context.name, context.tag()).collect();
    if context.named != context.image {
        let named = identity(context.named);
        found.extend(index.exceptions(&named, context.named.tag()));
        found.sort_by_key(|(at, _)| *at);
        found.dedup_by_key(|(at, _)| *at);
    }
    found
}

/// Whether the exception is for this rule, this Dockerfile, and this repository.
fn is_for(
    policies: &Policies,
    context: &RuleContext<'_>,
    exception: &Exception,
    code: Code,
) -> bool {
    let is_for_rule = exception.rules.is_empty() || exception.rules.contains(&code);
    let is_for_file = exception.files.is_empty()
        || context.request.path.as_deref().is_some_and(|path| {
            let mut files = exception.files.iter();
            files.any(|glob| path_matches(glob, path))
        });
    let is_for_label = exception.labels.is_empty()
        || (exception.labels.iter()).any(|label| policies.has_label(label));
    is_for_rule && is_for_file && is_for_label
}

/// The warning that replaces a refusal.
fn exception_warning(
    context: &RuleContext<'_>,
    exception: &Exception,
    state: ExceptionState,
    refusal: &mut Finding,
) -> Finding {
    let until = exception.until;
    let end = match state {
        ExceptionState::EndsSoon(0) => format!("until today, {until}"),
        ExceptionState::EndsSoon(1) => format!("until tomorrow, {until}"),
        ExceptionState::EndsSoon(days) => format!("for {days} more days, until {until}"),
        _ => format!("until {until}"),
    };
    let message = format!(
        "an exception applies to {} {end} ({}: {})",
        context.name, exception.owner, exception.reason
    );
    Finding {
        suggestion: refusal.suggestion.take(),
        ..Finding::fixed(Code::ExceptionInUse, message).with_help(format!(
            "the exception lifts {}: {}",
            refusal.code, refusal.message
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied, warned};

    fn policy(until: &str, more: &str) -> String {
        format!(
            "version: 1\nexceptions:\n- match: ghcr.io/acme/legacy:*\n  until: {until}\n  owner: payments\n  reason: migration in progress\n{more}"
        )
    }

    #[test]
    fn an_exception_turns_the_refusal_into_a_warning() {
        let findings = warned(&policy("2026-09-01", ""), "ghcr.io/acme/legacy:1");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].code, "FT150");
        assert_eq!(
            findings[0].message,
            "an exception applies to ghcr.io/acme/legacy until today, 2026-09-01 (payments: migration in progress)"
        );
        assert!(
            findings[0]
                .help
                .as_ref()
                .unwrap()
                .starts_with("the exception lifts FT101: ghcr.io/acme/legacy is a community")
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
    fn an_exception_for_a_code_that_it_cannot_lift_is_an_error() {
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
    fn an_exception_applies_only_to_its_images_and_rules() {
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
