//! Sources that the client itself brings, in the real binary with a double of BuildKit: what it uploads, and its own
//! definitions.
#![cfg(test)]

use std::path::Path;

use fromtier_buildkit_double::record::{Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};

fn run(case: &str) -> Recording {
    let case = format!("{case}-- image alpine --\n{{\"config\":{{}}}}\n");
    let case = Case::parse("case", &case).unwrap();
    run_blocking(Path::new(env!("CARGO_BIN_EXE_fromtier-frontend")), &case).unwrap()
}

#[track_caller]
fn message(recording: &Recording) -> String {
    match &recording.outcome {
        Outcome::Error(status) => status.message.clone(),
        other => panic!("no error: {other:?} {}", recording.stderr),
    }
}

#[track_caller]
fn passes(recording: &Recording) {
    let outcome = &recording.outcome;
    assert!(matches!(outcome, Outcome::Result(_)), "{outcome:?}");
}

#[test]
fn a_context_on_standard_input_is_local() {
    let context = |url: &str, local: &str| {
        let policy = format!("version: 1\nsources: {{http: deny, local: {local}}}\n");
        run(&format!(
            "option context={url}\n-- {url} > Dockerfile --\nFROM alpine\nCOPY . /\n-- {url} > .fromtier.yaml --\n{policy}"
        ))
    };
    let upload = "http://buildkit-session/u2xnjgj3wlc1";
    passes(&context(upload, "allow"));
    let local = message(&context(upload, "deny"));
    assert!(local.contains("FT144"), "{local}");
    let download = message(&context("http://example.com/ctx.tar", "allow"));
    assert!(download.contains("FT141"), "{download}");
}

#[test]
fn a_clients_definition_can_be_a_root_file_system() {
    let build = |source: &str, from: &str| {
        run(&format!(
            "option context:base=input:base\ninput-source base {source}\n-- Dockerfile --\n{from}\n-- .fromtier.yaml --\nversion: 1\nsources: {{root-file-system: deny}}\n"
        ))
    };
    let text = message(&build("local://rootfs", "FROM base"));
    assert!(text.contains("FT146"), "{text}");
    passes(&build(
        "local://rootfs",
        "FROM alpine\nCOPY --from=base /a /a",
    ));
    passes(&build(
        &format!(
            "docker-image://docker.io/library/alpine:latest@sha256:{}",
            "a".repeat(64)
        ),
        "FROM base",
    ));
}
