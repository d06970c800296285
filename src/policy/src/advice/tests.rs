//! Tests of advice.
use crate::fixtures::{policy, today};

/// Each warning as `line: message (help)`.
fn advice(text: &str) -> Vec<String> {
    policy(text)
        .advice(today())
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[track_caller]
fn says(text: &str, expected: &str) {
    let said = advice(text);
    assert!(said.len() == 1 && said[0].contains(expected), "{said:#?}");
}

fn exception(matched: &str, until: &str, more: &str) -> String {
    format!("\n- {{match: {matched}, until: {until}, owner: payments, reason: migration{more}}}")
}

#[test]
fn a_policy_without_oddities_is_silent() {
    let text = format!(
        "version: 1\ninternal: [r.example.com/**]\nrewrite: [{{match: bitnami/node, to: \"node:24-alpine\"}}]\n\
         images: [{{match: node, tags: \">=22, <25\", variants: [alpine, slim], prefer: \"node:22-alpine\"}}]\nexceptions:{}",
        exception("acme/*", "2027-01-31", "")
    );
    assert_eq!(advice(&text), Vec::<String>::new());
}

#[test]
fn exceptions_that_ended_or_soon_will() {
    let of = |until| format!("version: 1\nexceptions:{}", exception("acme/*", until, ""));
    says(
        &of("2026-08-31"),
        "policy.yaml:3:11: the exception for `acme/*` ended on 2026-08-31",
    );
    says(
        &of("2026-09-01"),
        "ends today (payments asked for it: migration)",
    );
    says(&of("2026-09-02"), "ends tomorrow");
    says(&of("2026-10-01"), "ends in 30 days, on 2026-10-01");
    assert_eq!(advice(&of("2026-10-02")), Vec::<String>::new());
}

#[test]
fn an_exception_within_another() {
    let of = |first: &str, second: &str| format!("version: 1\nexceptions:{first}{second}");
    let wide = exception("acme/*", "2027-06-30", "");
    says(
        &of(&wide, &exception("acme/a", "2027-01-31", "")),
        "for `acme/a` adds nothing: `acme/*` (policy.yaml:3) lets all of it through until 2027-06-30",
    );
    assert!(advice(&of(&wide, &exception("acme/a", "2027-07-01", ""))).is_empty());
    let narrow = exception("acme/*", "2027-06-30", ", rules: [FT131]");
    assert!(advice(&of(&narrow, &exception("acme/a", "2027-01-31", ""))).is_empty());
}

#[test]
fn an_exception_that_lasts_too_long() {
    let text = format!(
        "version: 1\nexceptions-max: 90d\nexceptions:{}",
        exception("acme/*", "2026-12-31", "")
    );
    says(
        &text,
        "lasts until 2026-12-31: that is more than the 90 days of `exceptions-max`, so it lets nothing through \
         (the last day that it may have is 2026-11-30)",
    );
}

#[test]
fn the_rules_of_profiles_count_too() {
    says(
        "version: 1\nstages: {final: {images: [{match: node, tags: \">=40\"}]}}",
        "no tag of `node` that is still rebuilt is within `>=40`",
    );
}

#[test]
fn what_an_earlier_list_has() {
    says(
        "version: 1\ninternal: [acme/**]\nverified-publisher: [acme/tools]",
        "`acme/tools` under `verified-publisher` adds nothing: `acme/**` under `internal` (policy.yaml:2) has it",
    );
    says("version: 1\ninternal: [node]", "is an official image");
}

#[test]
fn an_action_that_a_stricter_one_beats() {
    says(
        "version: 1\nimages: [{match: acme/*, action: deny}, {match: acme/a, action: allow}]",
        "`action: allow` for `acme/a` has no effect: `acme/*` (policy.yaml:2) is stricter",
    );
    assert!(
        advice(
            "version: 1\nimages: [{match: acme/*, action: allow}, {match: acme/a, action: deny}]"
        )
        .is_empty()
    );
}

#[test]
fn ranges_that_no_living_tag_is_in() {
    says(
        "version: 1\nimages: [{match: node, tags: \">=40\"}]",
        "no tag of `node` that is still rebuilt is within `>=40` (as of 2026-08-21)",
    );
    says(
        "version: 1\nimages: [{match: node, variants: [nanoserver]}]",
        "no tag of `node` that is still rebuilt is of the variant `nanoserver`",
    );
    let said = advice("version: 1\nimages: [{match: node, tags: \"=18\"}]");
    assert!(said[0].contains("what lives: 26 (until "), "{said:#?}");
    assert!(advice("version: 1\nimages: [{match: node, tags: \">=40\", action: deny}]").is_empty());
}

#[test]
fn names_that_are_no_official_images() {
    says(
        "version: 1\nimages: [{match: pyhton, tags: \">=3\"}]",
        "`pyhton` is not among the official images (as of 2026-08-21) (did you mean `python`?)",
    );
    says(
        "version: 1\nimages: [{match: openjdk, tags: \">=17\"}]",
        "`openjdk` is deprecated",
    );
}

#[test]
fn targets_that_are_not_to_be_built_on() {
    let to = |to: &str| format!("version: 1\nrewrite: [{{match: acme/a, to: \"{to}\"}}]");
    says(
        &to("node:18-alpine"),
        "`node:18-alpine`, what it is rewritten to, is past its end of life since 2025-04-30 (node:24-alpine is alive)",
    );
    says(
        &to("node:22-apline"),
        "is not among the tags that are rebuilt",
    );
    says(
        &to("openjdk:17"),
        "is deprecated (its successor is eclipse-temurin)",
    );
    assert!(advice(&to("node:{tag}")).is_empty());
    says(
        "version: 1\nimages: [{match: node, prefer: \"node:16\"}]",
        "`node:16`, preferred, is past its end of life",
    );
}
