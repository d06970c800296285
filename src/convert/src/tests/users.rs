//! The user of the finished image.

use super::profiles::gate_of;
use super::*;

const DENY: &str = "version: 1\nbase: {final-user: deny}";

/// The line of a refusal, on a base whose config sets the user `node` under that name and none otherwise.
fn refused_line(policy: &str, options: &Options, text: &str) -> Option<i32> {
    let with_user = PLAIN.replacen(r#""config":{"#, r#""config":{"User":"node","#, 1);
    assert_ne!(with_user, PLAIN);
    let builder = Builder::default().with("docker.io/library/node:24", &with_user);
    let outcome = block_on(crate::convert(
        text.as_bytes(),
        options,
        &gate_of(policy),
        &builder,
    ));
    let error = outcome.result.err()?;
    assert_eq!(error.code(), Some("FT127"), "{error:?}");
    Some(error.line().unwrap())
}

#[test]
fn an_image_that_runs_as_root_is_refused() {
    let line = |text: &str| refused_line(DENY, &options(), text);
    assert_eq!(line("FROM alpine\n"), Some(1));
    assert_eq!(line("FROM alpine\nUSER 0:0\nRUN true\n"), Some(2));
    assert_eq!(line("FROM node:24\nUSER root\n"), Some(2));
    assert_eq!(line("FROM alpine\nARG WHO=root\nUSER $WHO\n"), Some(3));
    // A stage has the user of the stage that it is built on.
    assert_eq!(
        line("FROM alpine AS a\nUSER root\nFROM a\nRUN true\n"),
        Some(2)
    );
    assert_eq!(
        line(
            "FROM alpine AS a\nUSER app\nFROM a\nUSER root\nFROM alpine AS b\nCOPY --from=1 / /\n"
        ),
        Some(5)
    );
    assert_eq!(line("FROM scratch\nCOPY app /\n"), Some(1));
    for other in [
        "FROM node:24\n",
        "FROM alpine\nUSER root\nUSER 1000\n",
        "FROM alpine\nUSER app\n",
        // Only what ships counts.
        "FROM alpine AS build\nUSER root\nFROM node:24\nCOPY --from=build /a /a\n",
    ] {
        assert_eq!(line(other), None, "{other}");
    }
}

#[test]
fn the_requested_target_ships() {
    let text = "FROM node:24 AS a\nFROM alpine AS b\n";
    let target = |target: &str| Options {
        target: target.to_owned(),
        ..options()
    };
    assert_eq!(refused_line(DENY, &target("a"), text), None);
    assert_eq!(refused_line(DENY, &target("b"), text), Some(2));
    assert_eq!(refused_line("version: 1", &target("b"), text), None);
}

#[test]
fn a_warning_is_among_the_verdicts() {
    let warn = DENY.replace("deny", "warn");
    let outcome = block_on(crate::convert(
        b"FROM alpine\nUSER root\n",
        &options(),
        &gate_of(&warn),
        &Builder::default(),
    ));
    assert!(outcome.result.is_ok());
    let last = outcome.verdicts.last().unwrap();
    let codes: Vec<&str> = (last.verdict.findings.iter())
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!((codes, last.ranges[0].start.line), (vec!["FT127"], 2));
}
