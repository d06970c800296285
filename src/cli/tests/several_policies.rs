//! Findings where several policies apply: to one Dockerfile, or each to its own.
#![cfg(test)]

mod folder;

use folder::Folder;

const REFUSES: &str = "version: 1\ncontact: \"#web\"\ntiers: {community: deny}\n";
const WARNS: &str = "version: 1\ncontact: \"#platform\"\ntiers: {community: warn}\n";

#[test]
fn what_both_policies_find_is_reported_once_by_the_stricter_one() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM acme/tool\n"),
        ("org.yaml", WARNS),
        (".fromtier.yaml", REFUSES),
    ]);
    let args = ["check", "--policy", "org.yaml"];
    let out = folder.fails(&args, 1);
    assert_eq!(out.matches("[FT101]").count(), 1, "{out}");
    let message =
        "error[FT101]: docker.io/acme/tool is a community image; the repository's policy refuses";
    assert!(out.contains(message), "{out}");
    let out = folder.fails(&[&args[..], &["--format", "json"]].concat(), 1);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let file = &json["files"][0];
    let findings = file["sources"][0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{out}");
    assert_eq!(file["contacts"], serde_json::json!(["#web"]));
}

#[test]
fn findings_of_different_policies_are_not_equal() {
    let folder = Folder::new(&[
        ("a/Dockerfile", "FROM acme/tool\n"),
        ("a/b.Dockerfile", "FROM acme/tool\n"),
        ("a/.fromtier.yaml", REFUSES),
        ("b/Dockerfile", "FROM acme/tool\n"),
        ("b/.fromtier.yaml", REFUSES),
    ]);
    let out = folder.fails(&["check"], 1);
    assert_eq!(out.matches("error[FT101]").count(), 2, "{out}");
    assert!(out.contains("also at a/b.Dockerfile:1:6"), "{out}");
    assert!(!out.contains("also at b/"), "{out}");
}
