//! Main and named contexts.

use super::*;
use crate::{Context as Where, MainContext};

fn with_context(name: &str, value: &str) -> Options {
    Options {
        contexts: [(name.to_owned(), value.to_owned())].into(),
        ..options()
    }
}

#[test]
fn a_context_replaces_an_image_or_a_stage() {
    let options = with_context("alpine", "docker-image://busybox");
    let converted = convert_with(&Builder::default(), &options, "FROM alpine\nRUN x\n")
        .result
        .unwrap();
    let llb = converted.llb();
    // The digest is named, too: what the gate saw is what is pulled.
    let identifier = &llb.sources()[0].identifier;
    let pinned = "docker-image://docker.io/library/busybox:latest@sha256:";
    assert!(identifier.starts_with(pinned), "{identifier}");
    assert_eq!(llb.names[0], "[context alpine] busybox");
    let options = with_context("base", "docker-image://scratch");
    let converted = convert_with(
        &Builder::default(),
        &options,
        "FROM alpine AS base\nRUN x\nFROM alpine\nCOPY --from=base / /\n",
    )
    .result
    .unwrap();
    assert_eq!(converted.llb().execs().len(), 0);
}

#[test]
fn a_context_can_be_for_one_platform() {
    let options = with_context("alpine::linux/amd64", "docker-image://busybox");
    let converted = convert_with(&Builder::default(), &options, "FROM alpine\nRUN x\n")
        .result
        .unwrap();
    assert!(converted.llb().names[0].starts_with("[context alpine::linux/amd64]"));
}

#[test]
fn only_the_copied_paths_of_a_directory_are_requested() {
    let options = with_context("src", "local:src");
    let text = "FROM scratch\nCOPY --from=src a /\nCOPY --from=src b /\n";
    let converted = convert_with(&Builder::default(), &options, text)
        .result
        .unwrap();
    let llb = converted.llb();
    // Each `--from` is independent.
    let follows: Vec<&str> = llb
        .sources()
        .iter()
        .map(|s| s.attrs["local.followpaths"].as_str())
        .collect();
    assert_eq!(follows, [r#"["a"]"#, r#"["b"]"#]);
    let source = llb.source("local://src");
    assert_eq!(source.attrs["local.excludepatterns"], r#"["ignored"]"#);
    assert_eq!(source.attrs["local.sharedkeyhint"], "context:src-");
}

#[test]
fn repositories_files_and_layouts_are_contexts() {
    let sum = format!("sha256:{}", "a".repeat(64));
    for (value, identifier) in [
        (
            "https://github.com/a/b.git#main".to_owned(),
            "git://github.com/a/b.git#main".to_owned(),
        ),
        (
            "https://example.com/x.tgz".to_owned(),
            "https://example.com/x.tgz".to_owned(),
        ),
        (
            format!("oci-layout://store@{sum}"),
            format!("oci-layout://docker.io/library/src@{sum}"),
        ),
    ] {
        let options = with_context("src", &value);
        let converted = convert_with(
            &Builder::default(),
            &options,
            "FROM scratch\nCOPY --from=src / /\n",
        )
        .result
        .unwrap();
        assert_eq!(converted.llb().sources()[0].identifier, identifier);
    }
}

#[test]
fn broken_contexts_say_what_is_wrong() {
    for (value, message) in [
        ("nothing", "invalid context specifier nothing for src"),
        ("foo:bar", "unsupported context source foo for src"),
        ("input:x", "invalid input x for src"),
        (
            "oci-layout://store",
            "oci-layout reference \"store\" has no digest",
        ),
    ] {
        let options = with_context("src", value);
        let error = convert_with(&Builder::default(), &options, "FROM src\n")
            .result
            .unwrap_err();
        assert_eq!(error.message, message);
        assert_eq!(error.locations.len(), 1);
    }
}

#[test]
fn the_main_context_can_be_a_directory_of_a_repository() {
    let options = Options {
        main_context: MainContext {
            source: Where::Git {
                url: "https://github.com/a/b.git".into(),
                keep_git_dir: Some(true),
                advice: false,
                commit_mtime: false,
            },
            subdir: Some("sub".into()),
        },
        ..options()
    };
    let converted = convert_with(&Builder::default(), &options, "FROM scratch\nCOPY x /\n")
        .result
        .unwrap();
    let llb = converted.llb();
    assert_eq!(llb.source("git://").attrs["git.keepgitdir"], "true");
    assert_eq!(
        llb.names[0],
        "[internal] load git source https://github.com/a/b.git"
    );
    assert_eq!(llb.copies()[0].src, "/sub");
}

#[test]
fn ignored_sources_are_reported() {
    let builder = Builder {
        ignore: vec!["secret".into()],
        ..Builder::default()
    };
    let outcome = convert_with(&builder, &options(), "FROM scratch\nCOPY secret/x /\n");
    assert_eq!(outcome.warnings[0].rule, "CopyIgnoredFile");
    let converted = outcome.result.unwrap();
    assert_eq!(
        converted.llb().source("local://").attrs["local.excludepatterns"],
        r#"["secret"]"#
    );
}
