//! Tests of the warnings about a policy.

use crate::fixtures::{policy, today};

/// Each warning as `file:line:column: message (help)`.
fn advice(text: &str) -> Vec<String> {
    policy(text)
        .advice(today())
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[track_caller]
fn assert_warning(text: &str, expected: &str) {
    let warnings = advice(text);
    assert!(
        warnings.len() == 1 && warnings[0].contains(expected),
        "{warnings:#?}"
    );
}

fn exception(matched: &str, until: &str, more: &str) -> String {
    format!("\n- {{match: {matched}, until: {until}, owner: payments, reason: migration{more}}}")
}

#[test]
fn a_policy_without_oddities_has_no_warnings() {
    let text = format!(
        "version: 1\ninternal: [r.example.com/**]\nrewrite: [{{match: bitnami/node, to: \"node:24-alpine\"}}]\n\
         images: [{{match: node, tags: \">=22, <25\", variants: [alpine, slim], prefer: \"node:22-alpine\"}}]\nexceptions:{}",
        exception("acme/*", "2027-01-31", "")
    );
    assert_eq!(advice(&text), Vec::<String>::new());
}

#[test]
fn an_exception_that_has_ended_or_ends_soon_is_reported() {
    let policy_until = |until| format!("version: 1\nexceptions:{}", exception("acme/*", until, ""));
    assert_warning(
        &policy_until("2026-08-31"),
        "policy.yaml:3:11: the exception for `acme/*` has no effect: it ended on 2026-08-31",
    );
    assert_warning(
        &policy_until("2026-09-01"),
        "ends today (ask payments whether it is still needed (reason: migration))",
    );
    assert_warning(&policy_until("2026-09-02"), "ends tomorrow");
    assert_warning(
        &policy_until("2026-10-01"),
        "ends in 30 days, on 2026-10-01",
    );
    assert_eq!(advice(&policy_until("2026-10-02")), Vec::<String>::new());
}

#[test]
fn an_exception_that_another_covers_is_reported() {
    let policy_with = |first: &str, second: &str| format!("version: 1\nexceptions:{first}{second}");
    let wide = exception("acme/*", "2027-06-30", "");
    assert_warning(
        &policy_with(&wide, &exception("acme/a", "2027-01-31", "")),
        "for `acme/a` has no effect: the one for `acme/*` (policy.yaml:3) covers it until 2027-06-30",
    );
    assert!(advice(&policy_with(&wide, &exception("acme/a", "2027-07-01", ""))).is_empty());
    let narrow = exception("acme/*", "2027-06-30", ", rules: [FT131]");
    assert!(
        advice(&policy_with(
            &narrow,
            &exception("acme/a", "2027-01-31", "")
        ))
        .is_empty()
    );
}

#[test]
fn an_exception_that_lasts_too_long_is_reported() {
    let text = format!(
        "version: 1\nexceptions-max: 90d\nexceptions:{}",
        exception("acme/*", "2026-12-31", "")
    );
    assert_warning(
        &text,
        "has no effect: it lasts until 2026-12-31, which is more than the 90 days of `exceptions-max` \
         (set `until` to 2026-11-30 or earlier)",
    );
}

#[test]
fn the_rules_of_profiles_are_checked_too() {
    assert_warning(
        "version: 1\nstages: {final: {images: [{match: node, tags: \">=40\"}]}}",
        "no supported tag of `node` is within `>=40`",
    );
}

#[test]
fn an_entry_that_an_earlier_list_covers_is_reported() {
    assert_warning(
        "version: 1\ninternal: [acme/**]\nverified-publisher: [acme/tools]",
        "`acme/tools` under `verified-publisher` has no effect: `acme/**` under `internal` (policy.yaml:2) covers it",
    );
    assert_warning(
        "version: 1\ninternal: [node]",
        "has no effect: it is an official image",
    );
}

#[test]
fn an_action_that_a_stricter_one_overrules_is_reported() {
    assert_warning(
        "version: 1\nimages: [{match: acme/*, action: deny}, {match: acme/a, action: allow}]",
        "`action: allow` for `acme/a` has no effect: the action for `acme/*` (policy.yaml:2) is stricter",
    );
    assert!(
        advice(
            "version: 1\nimages: [{match: acme/*, action: allow}, {match: acme/a, action: deny}]"
        )
        .is_empty()
    );
}

#[test]
fn a_rule_that_no_supported_tag_satisfies_is_reported() {
    assert_warning(
        "version: 1\nimages: [{match: node, tags: \">=40\"}]",
        "no supported tag of `node` is within `>=40` (as of 2026-08-21)",
    );
    assert_warning(
        "version: 1\nimages: [{match: node, variants: [nanoserver]}]",
        "no supported tag of `node` has the variant `nanoserver`",
    );
    let warnings = advice("version: 1\nimages: [{match: node, tags: \"=18\"}]");
    assert!(
        warnings[0].contains("use a supported release: 26 (until "),
        "{warnings:#?}"
    );
    assert!(advice("version: 1\nimages: [{match: node, tags: \">=40\", action: deny}]").is_empty());
}

#[test]
fn a_name_that_no_official_image_has_is_reported() {
    assert_warning(
        "version: 1\nimages: [{match: pyhton, tags: \">=3\"}]",
        "`pyhton` is not an official image (as of 2026-08-21) (did you mean `python`?)",
    );
    assert_warning(
        "version: 1\nimages: [{match: openjdk, tags: \">=17\"}]",
        "`openjdk` is deprecated",
    );
}

#[test]
fn a_target_that_is_unsupported_is_reported() {
    let to = |to: &str| format!("version: 1\nrewrite: [{{match: acme/a, to: \"{to}\"}}]");
    assert_warning(
        &to("node:18-alpine"),
        "the rewrite target `node:18-alpine` reached its end of life on 2025-04-30 (use a supported tag such as node:24-alpine)",
    );
    assert_warning(&to("node:22-apline"), "is not listed as a supported tag");
    assert_warning(
        &to("openjdk:17"),
        "is deprecated (use its successor: eclipse-temurin)",
    );
    assert!(advice(&to("node:{tag}")).is_empty());
    assert_warning(
        "version: 1\nimages: [{match: node, prefer: \"node:16\"}]",
        "the preferred image `node:16` reached its end of life on",
    );
}

#[test]
fn a_star_in_place_of_the_registry_is_reported() {
    for (pattern, any) in [("*/**:latest", "**/**:latest"), ("*/node", "**/node")] {
        let text = format!("version: 1\nimages: [{{match: \"{pattern}\", action: deny}}]");
        let warnings = advice(&text);
        assert!(
            warnings[0].contains("only matches images of Docker Hub"),
            "{warnings:#?}"
        );
        let wide = format!("version: 1\nimages: [{{match: \"{any}\", action: deny}}]");
        assert_eq!(advice(&wide).len(), 0, "{:#?}", advice(&wide));
        for image in [
            "ghcr.io/acme/node:latest",
            "acme/node:latest",
            "node:latest",
        ] {
            crate::fixtures::denied(&wide, image);
        }
    }
}
