//! A rewritten image gives the same build as the target itself: the same operations, so the same cache keys, and the
//! same image. Only the verdicts beside it, and the names of steps, show that it was rewritten.
#![cfg(test)]

use std::path::Path;

use base64::Engine as _;
use fromtier_buildkit_double::record::{Call, Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};
use fromtier_proto::{Message, gw, pb};

const POLICY: &str = "\
version: 1
rewrite:
- {match: bitnami/*, to: \"{1}\", tags: {\"16*\": 22-alpine}, reason: one source}
- {match: old.example.com/**, to: \"docker.io/{1}\"}
";

fn build(dockerfile: &str) -> Recording {
    let text = format!(
        "-- Dockerfile --\n{dockerfile}-- .fromtier.yaml --\n{POLICY}-- context:a --\na\n\
         -- image node:22-alpine --\n{{\"config\":{{\"Cmd\":[\"node\"],\"Env\":[\"PATH=/bin\"]}}}}\n\
         -- image alpine:3.24 --\n{{\"config\":{{}}}}\n"
    );
    let case = Case::parse("rewriting", &text).unwrap();
    run_blocking(Path::new(env!("CARGO_BIN_EXE_fromtier-frontend")), &case).unwrap()
}

fn result(recording: &Recording) -> &gw::Result {
    match &recording.outcome {
        Outcome::Result(result) => result,
        other => panic!("{other:?} {}", recording.stderr),
    }
}

/// The encoded operations of every graph that BuildKit received.
fn operations(recording: &Recording) -> Vec<Vec<Vec<u8>>> {
    let graphs = recording.calls.iter().filter_map(|call| match call {
        Call::Solve { request, .. } => request.definition.as_ref(),
        _ => None,
    });
    graphs.map(|graph| graph.def.clone()).collect()
}

fn sources(recording: &Recording) -> Vec<String> {
    let graphs = operations(recording);
    let operations = graphs.iter().flatten();
    operations
        .filter_map(|bytes| match pb::Op::decode(bytes.as_slice()).unwrap().op {
            Some(pb::op::Op::Source(source)) => Some(source.identifier),
            _ => None,
        })
        .filter(|identifier| identifier.starts_with("docker-image://"))
        .collect()
}

const REST: &str = "COPY a /a\nRUN cat /a\nCOPY --from=IMAGE /etc/passwd /b\nCMD [\"x\"]\n";

#[test]
fn a_rewritten_build_is_the_build_of_the_target() {
    let digest = format!("@sha256:{}", "a".repeat(64));
    for (base, other) in [
        (
            "bitnami/node:16.20-debian-11",
            "old.example.com/library/alpine:3.24",
        ),
        ("bitnami/node:16", "bitnami/alpine:3.24"),
        // The image that the digest belonged to is not used.
        (&*format!("bitnami/node:16{digest}"), "alpine:3.24"),
    ] {
        let rest = |image: &str| REST.replace("IMAGE", image);
        let rewritten = build(&format!("FROM {base}\n{}", rest(other)));
        let direct = build(&format!("FROM node:22-alpine\n{}", rest("alpine:3.24")));
        let sources = sources(&rewritten);
        assert!(
            sources
                .iter()
                .any(|s| s.starts_with("docker-image://docker.io/library/node:22-alpine")),
            "{sources:?}"
        );
        assert!(
            !sources
                .iter()
                .any(|s| s.contains("bitnami") || s.contains(&digest)),
            "{sources:?}"
        );
        assert_eq!(operations(&rewritten), operations(&direct), "{base}");

        let (rewritten, direct) = (result(&rewritten), result(&direct));
        let without_verdicts = |result: &gw::Result| {
            let mut metadata: Vec<_> = result.metadata.clone().into_iter().collect();
            metadata.retain(|(key, _)| key != "frontend.fromtier.verdicts");
            metadata
        };
        assert_eq!(
            without_verdicts(rewritten),
            without_verdicts(direct),
            "{base}"
        );
        let verdicts = base64::engine::general_purpose::STANDARD
            .decode(&rewritten.metadata["frontend.fromtier.verdicts"])
            .unwrap();
        let verdicts = String::from_utf8(verdicts).unwrap();
        assert!(
            verdicts.contains("\"code\":\"FT160\"") && verdicts.contains("one source"),
            "{verdicts}"
        );
        assert!(
            verdicts.contains("docker.io/library/node:22-alpine"),
            "{verdicts}"
        );
    }
}

/// The names of the steps in which BuildKit resolves images.
fn resolved(recording: &Recording) -> Vec<&str> {
    let calls = recording.calls.iter();
    calls
        .filter_map(|call| match call {
            Call::ResolveImageConfig(request) => Some(request.log_name.as_str()),
            Call::ResolveSourceMeta(request) => Some(request.log_name.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_log_of_a_build_says_what_was_rewritten() {
    let rewritten = build("FROM bitnami/node:16\nCOPY --from=alpine:3.24 /a /a\n");
    let mut names = resolved(&rewritten);
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "[internal] load metadata for docker.io/library/alpine:3.24",
            "[internal] load metadata for docker.io/library/node:22-alpine (rewritten from bitnami/node:16 by this policy)",
        ]
    );
}
