//! Exceptions for some Dockerfiles or repositories, as messages and JSON show them.
#![cfg(test)]

mod folder;

use folder::Folder;
use serde_json::{Value, json};

fn policy(exceptions: &[&str]) -> String {
    let entry = |entry: &&str| format!("- {{{entry}, until: 2027-06-30, owner: me, reason: x}}\n");
    let entries: String = exceptions.iter().map(entry).collect();
    format!("version: 1\nexceptions:\n{entries}")
}

#[test]
fn an_exception_without_images_is_named_by_its_files_and_labels() {
    let text = policy(&["files: [\"old/**\"]", "labels: [payments]"]);
    let folder = Folder::new(&[("Dockerfile", "FROM node:24\n"), (".fromtier.yaml", &text)]);
    let out = folder.runs(&["check", "--today", "2026-11-20"]);
    let first =
        "note: no file here needs the exception for the files `old/**`\n --> .fromtier.yaml:3:11\n";
    assert!(out.contains(first), "{out}");
    let second =
        "note: no file here needs the exception for repositories with the label `payments`\n";
    assert!(out.contains(second), "{out}");
    assert!(!out.contains("`**`"), "{out}");
    let out = folder.runs(&["check", "--today", "2026-11-20", "--format", "json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    let exceptions = &json["files"][0]["exceptions"];
    assert_eq!(exceptions[0].get("match"), None);
    assert_eq!(exceptions[0]["files"], json!(["old/**"]));
    assert_eq!(exceptions[0]["labels"], json!([]));
    assert_eq!(exceptions[1]["labels"], json!(["payments"]));
}

#[test]
fn an_explanation_says_that_the_dockerfile_must_be_named() {
    let text = policy(&["files: [\"old/**\"]"]);
    let folder = Folder::new(&[(".fromtier.yaml", &text)]);
    let args = ["policy", "explain", "acme/x", "--today", "2026-11-20"];
    let out = folder.fails(&args, 1);
    let hint = "the files `old/**` until 2027-06-30: applies only to some Dockerfiles; name one with `--file PATH` (me: x)";
    assert!(out.contains(hint), "{out}");
    let out = folder.runs(&[&args[..], &["--file", "old/Dockerfile"]].concat());
    assert!(out.contains("lets it pass"), "{out}");
    let out = folder.fails(&[&args[..], &["--file", "new/Dockerfile"]].concat(), 1);
    assert!(out.contains("doesn't cover the refusal"), "{out}");
}

#[test]
fn an_exception_that_another_one_with_files_or_labels_covers_is_reported() {
    let warnings = |exceptions: &[&str]| {
        let folder = Folder::new(&[("policy.yaml", &policy(exceptions))]);
        folder.runs(&["policy", "check", "--today", "2026-11-20"])
    };
    for (wider, narrow) in [
        (
            "files: [\"old/**\"]",
            "match: acme/x, files: [old/a, old/b]",
        ),
        ("labels: [a, b]", "labels: [b]"),
        (
            "match: acme/*",
            "match: acme/x, files: [old/a], labels: [b]",
        ),
    ] {
        let out = warnings(&[wider, narrow]);
        assert!(
            out.contains("has no effect: the one for "),
            "{narrow}: {out}"
        );
    }
    for (wider, narrow) in [
        ("files: [\"old/**\"]", "files: [old/a, new/b]"),
        ("files: [\"old/**\"]", "match: acme/x"),
        ("labels: [a, c]", "labels: [a, b]"),
        ("labels: [a]", "match: acme/x"),
    ] {
        let out = warnings(&[wider, narrow]);
        assert!(!out.contains("has no effect"), "{narrow}: {out}");
    }
}
