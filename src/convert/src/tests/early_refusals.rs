//! A refusal that needs no registry waits for none, and an image that can't be resolved has the gate's words with it.

use super::profiles::{gate_of, outcome};
use super::*;

/// Converts with a builder that never answers about an image.
fn refused_without_a_registry(policy: &str, options: &Options, text: &str) -> Vec<i32> {
    let builder = Builder {
        hangs: true,
        ..Builder::default()
    };
    let gate = gate_of(policy);
    let conversion = crate::convert(text.as_bytes(), options, &gate, &builder);
    let error = poll_once(conversion).unwrap().result.unwrap_err();
    assert!(builder.asked.borrow().is_empty());
    let all = std::iter::once(&error).chain(&error.more);
    all.map(|error| error.line().unwrap()).collect()
}

#[test]
fn a_refused_build_waits_for_no_registry_and_has_all_its_refusals() {
    let policy = "version: 1\nsources: {http: require-checksum, git: deny}";
    let text = "FROM alpine AS base\nONBUILD COPY --from=random-user/trigger / /\nONBUILD ADD https://example.com/t /\n\
                FROM random-user/a AS a\nADD https://example.com/f /\n\
                FROM debian AS unused\nADD https://example.com/u /\n\
                FROM base\nCOPY --from=a / /\nRUN --mount=from=random-user/b,target=/b true\n\
                ADD https://example.com/r.git /r\n";
    assert_eq!(
        refused_without_a_registry(policy, &options(), text),
        [4, 5, 8, 8, 10, 11]
    );
    let contexts = [
        ("tools", "docker-image://random-user/tools"),
        ("files", "https://example.com/files.tar"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let with_contexts = Options {
        contexts: contexts.into(),
        ..options()
    };
    let text = "FROM alpine\nCOPY --from=tools / /\nCOPY --from=files / /\n";
    assert_eq!(
        refused_without_a_registry(policy, &with_contexts, text),
        [2, 3]
    );
}

#[test]
fn a_build_without_a_refusal_waits_for_the_registry() {
    let builder = Builder {
        hangs: true,
        ..Builder::default()
    };
    let gate = gate();
    let options = options();
    assert!(poll_once(crate::convert(b"FROM alpine\n", &options, &gate, &builder)).is_none());
    assert_eq!(builder.asked.borrow().len(), 1);
}

#[test]
fn the_warnings_of_an_image_come_with_the_error_that_it_is_not_there() {
    let policy = "version: 1\nmode: warn";
    let result = outcome(policy, &options(), "FROM random-user/missing\n");
    assert!(result.result.is_err());
    let findings = &result.verdicts[0].verdict.findings;
    assert_eq!(findings[0].code.as_str(), "FT101");
}

#[test]
fn an_image_that_is_not_at_the_place_of_the_policy_has_the_reason_as_help() {
    let help = |policy: &str| {
        let error = outcome(policy, &options(), "FROM bitnami/missing:1\n");
        error.result.unwrap_err().help.unwrap()
    };
    let rewrite = "version: 1\nrewrite: [{match: bitnami/*, to: \"docker.io/library/missing\", reason: moved}]\nimages: [{match: missing, action: allow}]";
    assert_eq!(
        &*help(rewrite),
        "this policy rewrites bitnami/missing:1 to missing:1: moved"
    );
    let mirror =
        "version: 1\ninternal: [bitnami/*]\nmirrors: {docker.io: registry.example.com/hub}";
    assert_eq!(
        &*help(mirror),
        "this policy pulls bitnami/missing:1 from its mirror: registry.example.com/hub/bitnami/missing"
    );
}

#[test]
fn instructions_of_a_stage_that_a_context_replaces_are_not_judged() {
    let policy = "version: 1\nsources: {http: deny}";
    let text = "FROM alpine AS base\nADD https://example.com/f /\nFROM base\n";
    let replaced = Options {
        contexts: [("base".to_owned(), "docker-image://alpine".to_owned())].into(),
        ..options()
    };
    let result = outcome(policy, &replaced, text).result;
    assert!(result.is_ok(), "{:?}", result.err());
    assert!(outcome(policy, &options(), text).result.is_err());
}
