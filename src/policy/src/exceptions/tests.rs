use super::*;
use crate::fixtures::{ask_in, gate, policy, today};
use crate::{Scope, Severity};

fn exception(matched: &str, until: &str, more: &str) -> String {
    format!("- {{{matched}until: {until}, owner: payments, reason: migration{more}}}\n")
}

fn at(path: &str) -> Scope<'_> {
    Scope {
        path: Some(path),
        ..Scope::UNKNOWN
    }
}

fn passes(gate: &Gate, reference: &str, scope: Scope<'_>) -> bool {
    match ask_in(gate, reference, scope) {
        Ok(pass) => {
            assert_eq!(pass.verdict().severity, Severity::Warn);
            assert_eq!(pass.verdict().findings[0].code, "FT150");
            true
        }
        Err(denial) => {
            assert_eq!(denial.code, "FT101");
            false
        }
    }
}

#[test]
fn an_exception_can_be_for_some_dockerfiles() {
    let text = format!(
        "version: 1\nexceptions:\n{}",
        exception(
            "files: [\"services/legacy/**\", \"**/old.Dockerfile\"], ",
            "2027-01-01",
            ""
        )
    );
    let gate = gate(&text, "");
    assert!(passes(&gate, "acme/a", at("services/legacy/Dockerfile")));
    assert!(passes(&gate, "other/b", at("old.Dockerfile")));
    assert!(!passes(&gate, "acme/a", at("services/new/Dockerfile")));
    // An unknown path matches no exception.
    assert!(!passes(&gate, "acme/a", Scope::UNKNOWN));
    let file_gate = gate.for_file(Some("services/legacy/x/Dockerfile"));
    assert!(passes(&file_gate, "acme/a", Scope::UNKNOWN));
}

#[test]
fn an_exception_can_be_for_some_repositories() {
    let organization = format!(
        "version: 1\nexceptions:\n{}",
        exception(
            "match: acme/*, labels: [payments, core], ",
            "2027-01-01",
            ""
        )
    );
    let gate_with = |labels: &str| {
        let repository = policy(&format!("version: 1\n{labels}"));
        Gate::new(Some(policy(&organization)), Some(repository), None, today())
    };
    assert!(passes(
        &gate_with("labels: [web, core]"),
        "acme/a",
        Scope::UNKNOWN
    ));
    assert!(!passes(
        &gate_with("labels: [web]"),
        "acme/a",
        Scope::UNKNOWN
    ));
    assert!(!passes(&gate_with(""), "acme/a", Scope::UNKNOWN));
    assert!(!passes(
        &gate_with("labels: [core]"),
        "other/a",
        Scope::UNKNOWN
    ));
}

#[test]
fn an_exception_that_lasts_too_long_has_no_effect_and_the_refusal_says_so() {
    let text = |max: &str| {
        format!(
            "version: 1\nexceptions-max: {max}\nexceptions:\n{}",
            exception("match: acme/*, ", "2026-12-01", "")
        )
    };
    let denial = ask_in(&gate(&text("90d"), ""), "acme/a", Scope::UNKNOWN).unwrap_err();
    assert!(
        denial.help.as_ref().unwrap().ends_with(
            "an exception for it lasts until 2026-12-01 (payments), but this policy only allows exceptions of up to 90 days"
        ),
        "{denial:?}"
    );
    assert!(passes(&gate(&text("91d"), ""), "acme/a", Scope::UNKNOWN));
}

#[test]
fn the_warning_says_how_many_days_are_left() {
    let message = |until: &str| {
        let text = format!(
            "version: 1\nexceptions:\n{}",
            exception("match: acme/*, ", until, "")
        );
        let pass = ask_in(&gate(&text, ""), "acme/a", Scope::UNKNOWN).unwrap();
        pass.verdict().findings[0].message.clone()
    };
    assert!(message("2026-09-15").contains("for 14 more days, until 2026-09-15 (payments"));
    assert!(message("2026-09-16").contains("until 2026-09-16 (payments"));
    assert!(message("2026-09-02").contains("until tomorrow, 2026-09-02 ("));
}

#[test]
fn each_exception_is_reported_with_its_state() {
    let text = format!(
        "version: 1\nexceptions-max: 365d\nexceptions:\n{}{}{}{}{}",
        exception("match: acme/used, ", "2026-12-31", ""),
        exception("match: acme/unused, ", "2026-12-31", ""),
        exception("match: acme/soon, ", "2026-09-03", ""),
        exception("match: acme/over, ", "2026-08-31", ""),
        exception("match: acme/long, ", "2029-01-01", ""),
    );
    let gate = gate(&text, "");
    let verdicts: Vec<Verdict> = ["acme/used", "acme/soon", "acme/over", "node:24"]
        .iter()
        .map(|reference| match ask_in(&gate, reference, Scope::UNKNOWN) {
            Ok(pass) => pass.verdict().clone(),
            Err(denial) => *denial.verdict,
        })
        .collect();
    let found: Vec<_> = (gate.exceptions(&verdicts).iter())
        .map(|report| {
            (
                report.subject.pattern.clone().unwrap_or_default(),
                report.state,
                report.used,
                report.at.unwrap().line,
            )
        })
        .collect::<Vec<_>>();
    assert_eq!(
        found,
        [
            ("acme/used".to_owned(), ExceptionState::Active, true, 4),
            ("acme/unused".to_owned(), ExceptionState::Active, false, 5),
            ("acme/soon".to_owned(), ExceptionState::EndsSoon(2), true, 6),
            ("acme/over".to_owned(), ExceptionState::Ended, true, 7),
            (
                "acme/long".to_owned(),
                ExceptionState::TooLong(365),
                false,
                8
            ),
        ]
    );
}

#[test]
fn messages_name_what_an_exception_is_for() {
    let subject = |pattern: Option<&str>, files: &[&str], labels: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let subject = ExceptionSubject {
            pattern: pattern.map(str::to_owned),
            files: owned(files),
            labels: owned(labels),
        };
        subject.to_string()
    };
    assert_eq!(subject(Some("acme/*"), &[], &[]), "`acme/*`");
    assert_eq!(subject(None, &["a/**", "b"], &[]), "the files `a/**`, `b`");
    assert_eq!(
        subject(None, &[], &["x"]),
        "repositories with the label `x`"
    );
    assert_eq!(
        subject(Some("acme/*"), &["a/**"], &["x", "y"]),
        "`acme/*` in the files `a/**` in repositories with one of the labels `x`, `y`"
    );
}
