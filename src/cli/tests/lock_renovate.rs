//! Renovate keeps a lock file up to date with the settings from the documentation.
#![cfg(test)]

mod support;

use support::registry::Registry;
use support::{Folder, lines};

/// The settings for Renovate in `docs/lock.md`, applied to a lock file that this program wrote.
#[test]
fn the_documented_rule_of_renovate_finds_every_line_and_nothing_else() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lock.md"))
        .unwrap();
    let section = page.split("\n## Renovate\n").nth(1).unwrap();
    let json = section
        .split("```json\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let rule: serde_json::Value = serde_json::from_str(json).unwrap();
    let manager = &rule["customManagers"][0];
    assert_eq!(manager["customType"], "regex");
    assert_eq!(manager["datasourceTemplate"], "docker");
    let file = manager["managerFilePatterns"][0]
        .as_str()
        .unwrap()
        .trim_matches('/');
    let file = regex::Regex::new(file).unwrap();
    assert!(file.is_match("fromtier.lock") && file.is_match("a/b/fromtier.lock"));
    assert!(!file.is_match("fromtier.lock.bak") && !file.is_match("notfromtier.lock"));

    let registry = Registry::start();
    let name = registry.name();
    registry.put("library/node:22-alpine", "1", &[]);
    registry.put("team/deep/app:1.2", "1", &[]);
    let text = format!("FROM node:22-alpine\nCOPY --from={name}/team/deep/app:1.2 / /\n");
    let folder = Folder::new(&[
        ("Dockerfile", &text),
        (
            ".fromtier.yaml",
            &registry.policy(&format!("internal: [\"{name}/**\"]\n")),
        ),
        (
            "fromtier.lock",
            "# docker.io/library/node:20 sha256:none 2026-01-01\n",
        ),
    ]);
    folder.runs(&["lock"]);
    let lock = folder.read("fromtier.lock");
    // Renovate's engine is RE2, which knows look-ahead as little as this one.
    let pattern = regex::Regex::new(manager["matchStrings"][0].as_str().unwrap()).unwrap();
    let found: Vec<_> = pattern
        .captures_iter(&lock)
        .map(|found| {
            (
                format!("{}:{}", &found["depName"], &found["currentValue"]),
                found["currentDigest"].to_owned(),
            )
        })
        .collect();
    assert_eq!(found, lines(&lock));
    assert_eq!(found.len(), 2);
    // Renovate replaces the digest. The result is a valid lock file.
    let other = format!("sha256:{}", "c".repeat(64));
    let updated = lock.replace(&found[0].1, &other);
    folder.write("fromtier.lock", &updated);
    let out = folder.run(&["lock", "--check", "--offline"]);
    assert_eq!(out.code, 0, "{}", out.out);
}
