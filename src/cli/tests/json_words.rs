//! All JSON uses the keys of `docs/json.md`, each with the type that is written there.
#![cfg(test)]

mod folder;

use std::collections::{BTreeMap, BTreeSet};

use folder::Folder;
use serde_json::Value;

/// Keys with their types, as `docs/json.md` lists them.
fn documented() -> BTreeMap<String, String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/json.md");
    let page = std::fs::read_to_string(page).unwrap();
    let page = page.split("## What changed").next().unwrap();
    let mut keys = BTreeMap::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        for key in cells[0].trim_start_matches("| ").split(", ") {
            let key = key.trim_matches('`').to_owned();
            let other = keys.insert(key.clone(), cells[1].to_owned());
            assert!(
                other.is_none_or(|other| other == cells[1]),
                "{key} has two types"
            );
        }
    }
    keys
}

/// The keys of a document, each with its type.
fn collect(value: &Value, inside: &str, found: &mut BTreeSet<(String, &'static str)>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if inside == "summary" {
                    assert!(value.is_number(), "{key} in summary");
                } else {
                    found.insert((key.clone(), type_of(value)));
                }
                collect(value, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, inside, found)),
        _ => {}
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

const POLICY: &str = "version: 1
tiers: {community: deny}
registries: {allow: [docker.io, ghcr.io]}
base: {max-age: 90d}
internal: [registry.example.com/**]
rewrite:
- {match: bitnami/node, to: \"node:{tag}\", reason: one source}
images:
- {match: node, tags: \">=22\", variants: [alpine], prefer: \"node:22-alpine\", action: warn, reason: ours}
mirrors: {docker.io: r.example.com/hub}
exceptions:
- {match: acme/tool, until: 2026-11-30, owner: a, reason: b, rules: [FT101]}
stages:
  final: {tiers: {community: deny}}
";

const ORGANIZATION: &str = "version: 1
aliases: [{match: \"mirror.example.com/*\", is: \"docker.io/library/{1}\"}]
";

fn documents() -> Vec<Value> {
    let digest = format!("sha256:{}", "a".repeat(64));
    let lock = format!(
        "docker.io/library/alpine:3.23 {digest} 2026-11-20\ndocker.io/library/node:22-alpine {digest} 2026-11-20\n"
    );
    let dockerfile = "ARG B\nFROM bitnami/node:22-alpine AS a\nFROM acme/tool\nFROM $B\nFROM node:20\nFROM scratch\nADD https://example.com/f /\n";
    let table = "tests:\n- {image: bitnami/node:22-alpine, expect: allow, code: FT101, rewritten: \"node:24\", pull: \"node:24\", suggestion: \"node:24\", why: a test, stage: build}\n- {image: scratch, expect: allow}\n";
    let folder = Folder::new(&[
        (".fromtier.yaml", POLICY),
        (".fromtier.test.yaml", table),
        ("org.yaml", ORGANIZATION),
        ("broken.yaml", "version: 1\nteirs: {}\n"),
        ("fromtier.lock", &lock),
        ("Dockerfile", dockerfile),
        ("b.Dockerfile", "FROM node:24\nRUNN x\n"),
    ]);
    let explain = |image: &'static str| {
        let policy = ["--policy", "org.yaml", "--stage", "final"];
        [&["policy", "explain", image][..], &policy].concat()
    };
    let commands = [
        vec!["check", ".", "nowhere"],
        vec!["check", "--policy", "broken.yaml"],
        vec!["lock", "--check", "--offline", "--image", "acme/other"],
        vec!["policy", "check", "broken.yaml", ".", "nowhere.yaml"],
        vec!["policy", "test"],
        explain("bitnami/node:22-alpine"),
        explain("acme/tool"),
        explain("openjdk:17"),
        explain("mirror.example.com/node:24"),
        explain("not a reference"),
        vec!["policy", "explain", "x", "--policy", "broken.yaml"],
    ];
    let run = |args: &Vec<&str>| {
        let more: &[&str] = match args[0] {
            "lock" => &["--format", "json"],
            _ => &["--format", "json", "--today", "2026-11-24"],
        };
        let answer = folder.run(&[&args[..], more].concat());
        assert_eq!(answer.err, "", "{args:?}");
        serde_json::from_str(&answer.out).unwrap()
    };
    commands.iter().map(run).collect()
}

#[test]
fn every_key_is_documented_with_its_type() {
    let documented = documented();
    let mut found = BTreeSet::new();
    for document in documents() {
        assert_eq!(document["version"], 2);
        assert!(document["failures"].is_array(), "{document:#}");
        collect(&document, "", &mut found);
    }
    for (key, kind) in &found {
        let documented = documented.get(key).map(String::as_str);
        assert_eq!(documented, Some(*kind), "{key}");
    }
    // And the other way: a documented key is one that is printed. Three are in the metadata of a build only, where the
    // frontend's tests find them; a registry must answer for the fourth, and the codes' pages must have an address for the last.
    let known: BTreeSet<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    let missing: Vec<&str> = (documented.keys().map(String::as_str))
        .filter(|key| !known.contains(key))
        .collect();
    assert_eq!(
        missing,
        ["catalog_day", "day", "fromtier", "registry_digest", "url"],
        "documented, but not printed"
    );
}
