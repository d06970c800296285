//! `fromtier lock` as its users meet it, with a registry on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::registry::Registry;
use support::{Folder, says};

const PIN: &str = "base: {digest: pin}\n";
const HEADER: &str = "# Made by `fromtier lock`: which digest each image is pulled by.\n\n";

/// Without what changes from day to day.
fn lines(lock: &str) -> Vec<(String, String)> {
    let lines = lock
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let fields: Vec<_> = line.split(' ').collect();
            assert_eq!((fields.len(), fields[2].len()), (3, 10), "{line}");
            (fields[0].to_owned(), fields[1].to_owned())
        })
        .collect()
}

fn line(name: &str, digest: &str) -> (String, String) {
    (name.to_owned(), digest.to_owned())
}

#[test]
fn a_lock_is_made_and_the_policy_that_pins_is_content() {
    let registry = Registry::start();
    let node = registry.put("library/node:22-alpine", "1", &[]);
    let alpine = registry.put("library/alpine:3.24", "1", &[]);
    let busybox = registry.put("library/busybox:latest", "1", &[]);
    let text = "ARG V=22\nFROM node:${V}-alpine AS build\nRUN --mount=from=busybox,target=/b true\nFROM alpine:3.24\nCOPY --from=build /a /a\n";
    let folder = Folder::new(&[
        ("Dockerfile", text),
        (
            "b.Dockerfile",
            "FROM scratch\nCOPY --from=alpine:3.24 /a /a\n",
        ),
        (".fromtier.yaml", &registry.policy(PIN)),
    ]);
    folder.fails(&["check"], 1);
    let out = folder.runs(&["lock"]);
    says(
        &out,
        &[
            "fromtier.lock: 3 added\n",
            "\n  + docker.io/library/node:22-alpine  sha256:",
        ],
    );
    let lock = folder.read("fromtier.lock");
    assert!(lock.starts_with(HEADER), "{lock}");
    assert_eq!(
        lines(&lock),
        [
            line("docker.io/library/alpine:3.24", &alpine),
            line("docker.io/library/busybox:latest", &busybox),
            line("docker.io/library/node:22-alpine", &node),
        ]
    );
    assert!(folder.runs(&["check"]).ends_with("all pass\n"));
    assert_eq!(folder.runs(&["lock"]), "fromtier.lock: 3 kept\n");
    assert_eq!(
        folder.runs(&["lock", "--check"]),
        "fromtier.lock: 3 as locked\n"
    );
    assert_eq!(folder.read("fromtier.lock"), lock);
}

#[test]
fn each_folder_has_its_own_lock_or_all_have_one() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    registry.put("library/alpine:3.24", "1", &[]);
    let policy = registry.policy("");
    let folder = Folder::new(&[
        ("a/Dockerfile", "FROM node:24\n"),
        ("b/Dockerfile", "FROM alpine:3.24\n"),
        ("org.yaml", &policy),
    ]);
    let out = folder.runs(&["lock", "--policy", "org.yaml"]);
    says(
        &out,
        &["a/fromtier.lock: 1 added", "b/fromtier.lock: 1 added"],
    );
    assert_eq!(lines(&folder.read("a/fromtier.lock")).len(), 1);
    folder.runs(&[
        "lock", "--policy", "org.yaml", "--lock", "all.lock", "a", "b",
    ]);
    let all = lines(&folder.read("all.lock"));
    assert_eq!(all.len(), 2);
    // What no Dockerfile names, with no Dockerfile at all.
    let bare = Folder::new(&[("org.yaml", &policy)]);
    bare.runs(&[
        "lock",
        "--policy",
        "org.yaml",
        "--lock",
        "org.lock",
        "--image",
        "node:24",
        "--image",
        "alpine:3.24",
    ]);
    assert_eq!(lines(&bare.read("org.lock")), all);
    assert_eq!(bare.run(&["lock"]).code, 2);
}

#[test]
fn what_an_image_is_rewritten_to_is_locked() {
    let registry = Registry::start();
    let node = registry.put("library/node:24", "1", &[]);
    let rules = "rewrite: [{match: acme/node, to: \"node:{tag}\"}]\n";
    let folder = Folder::new(&[
        ("Dockerfile", "FROM acme/node:24\n"),
        (".fromtier.yaml", &registry.policy(rules)),
    ]);
    folder.runs(&["lock"]);
    assert_eq!(
        lines(&folder.read("fromtier.lock")),
        [line("docker.io/library/node:24", &node)]
    );
}

#[test]
fn what_the_triggers_of_a_base_want_is_locked_too() {
    let registry = Registry::start();
    let busybox = registry.put("library/busybox:1", "1", &[]);
    registry.put("library/node:24", "1", &[]);
    let triggers = [
        "COPY --from=busybox:1 /bin/busybox /b",
        "COPY --from=tools /x /x",
        "RUN --mount=from=acme/thing,target=/t true",
    ];
    let base = registry.put("team/base:1", "1", &triggers);
    let policy = registry.policy("internal: [team/*]\n");
    let text = "FROM node:24 AS tools\nFROM team/base:1\n";
    let folder = Folder::new(&[("Dockerfile", text), (".fromtier.yaml", &policy)]);
    let out = folder.fails(&["lock"], 1);
    // The trigger's image that may not be used is said at the base that brings it.
    says(
        &out,
        &[
            "error[FT101]: docker.io/acme/thing is a community image",
            "--> Dockerfile:2:6",
        ],
    );
    let locked = lines(&folder.read("fromtier.lock"));
    assert_eq!(locked[0], line("docker.io/library/busybox:1", &busybox));
    assert_eq!(locked[2], line("docker.io/team/base:1", &base));
    assert_eq!(locked.len(), 3);
    // It stays: the base is looked into again, by its digest.
    folder.fails(&["lock"], 1);
    assert_eq!(lines(&folder.read("fromtier.lock")), locked);
    // Only a stage that stands on the image has its triggers.
    folder.write(
        "Dockerfile",
        "FROM scratch\nCOPY --from=team/base:1 /a /a\n",
    );
    folder.runs(&["lock"]);
    assert_eq!(
        lines(&folder.read("fromtier.lock")),
        [line("docker.io/team/base:1", &base)]
    );
}

#[test]
fn what_is_refused_or_unknown_is_said_and_the_rest_is_locked() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    registry.put("library/alpine:3.24", "1", &[]);
    let text = "ARG BASE\nFROM $BASE\nFROM acme/thing\nFROM node:24\n";
    let folder = Folder::new(&[
        ("Dockerfile", text),
        (".fromtier.yaml", &registry.policy("")),
    ]);
    let out = folder.fails(&["lock"], 1);
    says(
        &out,
        &[
            "warning: `$BASE` hangs on a build argument that has no value here",
            "error[FT101]: docker.io/acme/thing is a community image",
            " --> Dockerfile:3:6",
            "fromtier.lock: 1 added",
        ],
    );
    folder.write("Dockerfile", "ARG BASE\nFROM $BASE\n");
    // What nothing names may be what the argument will name.
    says(
        &folder.runs(&["lock"]),
        &["fromtier.lock: 1 kept though nothing names it"],
    );
    let out = folder.runs(&["lock", "--build-arg", "BASE=alpine:3.24"]);
    says(
        &out,
        &[
            "1 added, 1 dropped",
            "  + docker.io/library/alpine:3.24",
            "  - docker.io/library/node:24",
        ],
    );
}

#[test]
fn an_update_moves_what_has_moved_and_leaves_the_day_of_what_has_not() {
    let registry = Registry::start();
    let node = registry.put("library/node:24", "1", &[]);
    registry.put("library/alpine:3.24", "1", &[]);
    let old = format!("sha256:{}", "a".repeat(64));
    let lock = format!(
        "# kept\n\n# moves\ndocker.io/library/alpine:3.24 {old} 2020-02-03\ndocker.io/library/node:24 {node} 2020-02-03\n"
    );
    let folder = Folder::new(&[
        (
            "Dockerfile",
            "FROM scratch\nCOPY --from=node:24 / /\nCOPY --from=alpine:3.24 / /\n",
        ),
        (".fromtier.yaml", &registry.policy("")),
        ("fromtier.lock", &lock),
    ]);
    // What is locked is nobody's business: no registry is asked.
    assert_eq!(folder.runs(&["lock"]), "fromtier.lock: 2 kept\n");
    assert_eq!(registry.requests(), [""; 0]);
    assert_eq!(folder.read("fromtier.lock"), lock);
    folder.runs(&["lock", "--update=node:24"]);
    assert_eq!(folder.read("fromtier.lock"), lock);
    let out = folder.runs(&["lock", "--update"]);
    says(
        &out,
        &[
            "1 updated, 1 kept",
            "  ~ docker.io/library/alpine:3.24  sha256:aaaaaaaaaaaa since 2020-02-03, now sha256:",
        ],
    );
    let now = folder.read("fromtier.lock");
    says(
        &now,
        &["# kept\n\n# moves\ndocker.io/library/alpine:3.24 sha256:"],
    );
    assert!(
        now.ends_with(&format!("docker.io/library/node:24 {node} 2020-02-03\n")),
        "{now}"
    );
    assert!(!now.contains(&old), "{now}");
    let out = folder.fails(&["lock", "--update=nodejs"], 2);
    says(
        &out,
        &["error: --update=nodejs: nothing here names this image"],
    );
}

#[test]
fn a_check_names_each_line_that_does_not_hold_and_writes_nothing() {
    let registry = Registry::start();
    let node = registry.put("library/node:24", "1", &[]);
    let alpine = registry.put("library/alpine:3.24", "1", &[]);
    let busybox = registry.put("library/busybox:1", "1", &[]);
    registry.put("library/debian:13", "1", &[]);
    let moved = registry.put("library/alpine:3.24", "2", &[]);
    registry.put("library/busybox:1", "2", &[]);
    registry.remove("library/busybox", &busybox);
    let lock = format!(
        "docker.io/library/alpine:3.24 {alpine} 2026-02-03\ndocker.io/library/busybox:1 {busybox} 2026-02-04\n\
         docker.io/library/node:24 {node} 2026-02-05\ndocker.io/library/redis:8 {node} 2026-02-06\n"
    );
    let text = "FROM alpine:3.24\nCOPY --from=busybox:1 / /\nFROM node:24\nFROM debian:13\n";
    let folder = Folder::new(&[
        ("Dockerfile", text),
        (".fromtier.yaml", &registry.policy("")),
        ("fromtier.lock", &lock),
    ]);
    let out = folder.fails(&["lock", "--check"], 1);
    says(
        &out,
        &[
            "error: docker.io/library/alpine:3.24 has moved since it was locked on 2026-02-03\n --> fromtier.lock:1:1\n",
            &format!("the registry says {moved}\n"),
            "help: take what it is now: fromtier lock --update=alpine:3.24\n",
            "error: what docker.io/library/busybox:1 was locked to on 2026-02-04 is not in the registry any more\n --> fromtier.lock:2:1\n",
            "error: docker.io/library/debian:13 is not in fromtier.lock\n --> Dockerfile:4:6\n",
            "error: nothing names docker.io/library/redis:8 any more\n --> fromtier.lock:4:1\n",
            "fromtier.lock: 1 not used, 1 missing, 1 moved, 1 gone, 1 as locked\n",
        ],
    );
    assert_eq!(folder.read("fromtier.lock"), lock);
    // Without registries: what the files alone tell. A trigger may name what no Dockerfile does.
    registry.requests();
    let out = folder.fails(&["lock", "--check", "--offline"], 1);
    says(
        &out,
        &[
            "docker.io/library/debian:13 is not in fromtier.lock",
            ": 1 missing, 3 as locked, 1 kept though nothing names it\n",
        ],
    );
    assert_eq!(registry.requests(), [""; 0]);
    // What it says helps.
    says(
        &folder.runs(&["lock"]),
        &["fromtier.lock: 1 added, 1 dropped, 3 kept\n"],
    );
    folder.runs(&["lock", "--update=alpine:3.24", "--update=busybox"]);
    assert_eq!(
        folder.runs(&["lock", "--check"]),
        "fromtier.lock: 4 as locked\n"
    );
}

#[test]
fn a_lock_that_is_missing_is_one_thing_to_say() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    registry.put("library/alpine:3.24", "1", &[]);
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\nFROM alpine:3.24\n"),
        (".fromtier.yaml", &registry.policy("")),
    ]);
    let out = folder.fails(&["lock", "--check"], 1);
    assert_eq!(
        out,
        "error: fromtier.lock is not there; 2 images should be locked\n |\n = help: make it: fromtier lock\n\nfromtier.lock: 2 missing\n"
    );
    assert!(!folder.has("fromtier.lock"));
}

#[test]
fn a_lock_that_was_tampered_with_is_said_line_by_line_and_left_alone() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let lock = format!(
        "docker.io/library/node:24 sha256:abc 2026-02-05\ndocker.io/library/alpine:3 {digest} 2026-02-05\n\
         docker.io/library/alpine:3 {digest} 2026-02-05\nnode:22 {digest} yesterday\n"
    );
    let folder = Folder::new(&[("Dockerfile", "FROM node:24\n"), ("fromtier.lock", &lock)]);
    for args in [
        &["lock"][..],
        &["lock", "--check"],
        &["lock", "--update"],
        &["check"],
    ] {
        let out = folder.fails(args, 2);
        says(
            &out,
            &[
                "error: `sha256:abc` is no digest: invalid checksum digest length\n --> fromtier.lock:1:27\n",
                "error: the lines are not sorted: `docker.io/library/alpine:3` comes before `docker.io/library/node:24`\n --> fromtier.lock:2:1\n",
                "error: `docker.io/library/alpine:3` is locked twice\n --> fromtier.lock:3:1\n",
                "error: `yesterday` is no day, such as 2026-11-24\n --> fromtier.lock:4:",
                "error: `node:22` is not written in full\n --> fromtier.lock:4:1\n",
            ],
        );
    }
    assert_eq!(folder.read("fromtier.lock"), lock);
}

#[test]
fn a_digest_in_the_dockerfile_is_the_locks() {
    let registry = Registry::start();
    let old = registry.put("library/node:24", "1", &[]);
    registry.put("library/node:24", "2", &[]);
    let folder = Folder::new(&[
        ("Dockerfile", &format!("FROM node:24@{old}\n")),
        (".fromtier.yaml", &registry.policy(PIN)),
    ]);
    folder.runs(&["lock"]);
    let lock = folder.read("fromtier.lock");
    assert_eq!(lines(&lock), [line("docker.io/library/node:24", &old)]);
    folder.runs(&["lock", "--update"]);
    folder.runs(&["lock", "--check"]);
    assert_eq!(folder.read("fromtier.lock"), lock);
    // Two Dockerfiles with two digests: the lock can agree with one of them only.
    let other = registry.put("library/node:24", "3", &[]);
    folder.write("b.Dockerfile", &format!("FROM node:24@{other}\n"));
    let out = folder.fails(&["lock"], 1);
    says(
        &out,
        &[
            "error[FT122]: docker.io/library/node:24 is asked for by the digest",
            "--> b.Dockerfile:1:6",
        ],
    );
    std::fs::remove_file(folder.0.join("b.Dockerfile")).unwrap();
    // A digest without a tag has no line; it must be some line's.
    folder.write("Dockerfile", &format!("FROM node@{other}\n"));
    let out = folder.fails(&["lock", "--keep"], 1);
    says(&out, &["error[FT121]: docker.io/library/node@sha256:"]);
    // One that the registry never had.
    let none = format!("sha256:{}", "b".repeat(64));
    folder.write("Dockerfile", &format!("FROM node:24@{none}\n"));
    let out = folder.fails(&["lock"], 1);
    says(&out, &[&format!("has no docker.io/library/node:24@{none}")]);
}

#[test]
fn platforms_are_looked_into_where_they_are_asked_for() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        (".fromtier.yaml", &registry.policy("")),
    ]);
    folder.runs(&["lock", "--platform", "linux/amd64,linux/arm64/v8"]);
    let out = folder.fails(&["lock", "--platform", "linux/amd64,linux/s390x"], 1);
    says(
        &out,
        &["error: docker.io/library/node:24 has no image for linux/s390x\n --> Dockerfile:1:6"],
    );
    assert_eq!(
        folder
            .run(&["lock", "--platform", "linux/amd64/v9/x/y"])
            .code,
        2
    );
}

#[test]
fn what_a_build_would_refuse_by_the_images_config_is_said_now() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        (".fromtier.yaml", &registry.policy("base: {max-age: 30d}\n")),
    ]);
    // It was made on 2026-01-01, a while ago by any clock.
    let out = folder.fails(&["lock"], 1);
    says(
        &out,
        &[
            "error[FT134]: docker.io/library/node:24",
            "--> Dockerfile:1:6",
            "fromtier.lock: 1 added",
        ],
    );
    says(
        &folder.fails(&["lock", "--check"], 1),
        &["error[FT134]", "1 as locked"],
    );
    folder.runs(&["lock", "--check", "--offline"]);
}

#[test]
fn programs_are_told_every_line() {
    let registry = Registry::start();
    let node = registry.put("library/node:24", "1", &[]);
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\nFROM alpine:9.99\n"),
        (".fromtier.yaml", &registry.policy("")),
    ]);
    let json: serde_json::Value =
        serde_json::from_str(&folder.fails(&["lock", "--format", "json"], 1)).unwrap();
    let lock = &json["locks"][0];
    assert_eq!(
        (&lock["file"], &lock["written"]),
        (&"fromtier.lock".into(), &true.into())
    );
    assert_eq!(lock["lines"][0]["change"], "failed");
    assert_eq!(lock["lines"][0]["digest"], serde_json::Value::Null);
    let line = &lock["lines"][1];
    assert_eq!(
        (&line["reference"], &line["change"]),
        (&"docker.io/library/node:24".into(), &"added".into())
    );
    assert_eq!(line["digest"], node);
    assert_eq!(
        lock["problems"][0],
        serde_json::json!({
            "message": format!("{} has no docker.io/library/alpine:9.99", registry.name()),
            "help": "check the name and the tag",
            "file": "Dockerfile", "line": 2, "column": 6,
        })
    );
    assert_eq!(
        json["summary"],
        serde_json::json!({"locks": 1, "lines": 2, "problems": 1, "unknown": 0})
    );
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let folder = Folder::new(&[("Dockerfile", "FROM node:24\n")]);
    for args in [
        &["lock", "--offline"][..],
        &["lock", "--check", "--update"],
        &["lock", "--build-arg", "x"],
        &["lock", "nowhere"],
        &["lock", "--policy", "none.yaml"],
    ] {
        assert_eq!(folder.run(args).code, 2, "{args:?}");
    }
}

/// What `docs/lock.md` tells users of Renovate to write, on a lock that this program made.
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
    // What Renovate makes of it: another digest in the place of the old one. That is a lock still.
    let other = format!("sha256:{}", "c".repeat(64));
    let updated = lock.replace(&found[0].1, &other);
    folder.write("fromtier.lock", &updated);
    let out = folder.run(&["lock", "--check", "--offline"]);
    assert_eq!(out.code, 0, "{}", out.out);
}
