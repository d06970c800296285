//! `fromtier lock` as its users meet it, with a registry on loopback.
#![cfg(test)]

mod support;

use support::registry::Registry;
use support::{Folder, assert_contains, lines};

const PIN: &str = "base: {digest: pin}\n";
const HEADER: &str = "# Written by `fromtier lock`: the digest of each image.\n\n";

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
    assert_contains(
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
    assert_eq!(
        folder.runs(&["lock"]),
        "policy: .fromtier.yaml\nfromtier.lock: 3 kept\n"
    );
    assert_eq!(
        folder.runs(&["lock", "--check"]),
        "policy: .fromtier.yaml\nfromtier.lock: 3 as locked\n"
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
    assert_contains(
        &out,
        &["a/fromtier.lock: 1 added", "b/fromtier.lock: 1 added"],
    );
    assert_eq!(lines(&folder.read("a/fromtier.lock")).len(), 1);
    folder.runs(&[
        "lock", "--policy", "org.yaml", "--lock", "all.lock", "a", "b",
    ]);
    let all = lines(&folder.read("all.lock"));
    assert_eq!(all.len(), 2);
    // An image that no Dockerfile names, without any Dockerfile.
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
fn a_rewritten_image_is_locked_under_its_new_name() {
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
fn the_images_of_a_bases_triggers_are_locked_too() {
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
    // A trigger's image that is refused is reported at the base that brings it.
    assert_contains(
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
    // It stays: the base is looked up again, by its digest.
    folder.fails(&["lock"], 1);
    assert_eq!(lines(&folder.read("fromtier.lock")), locked);
    // A build runs them also in the stage of an image that is only copied from.
    folder.write(
        "Dockerfile",
        "FROM scratch\nCOPY --from=team/base:1 /a /a\n",
    );
    folder.fails(&["lock"], 1);
    let locked = lines(&folder.read("fromtier.lock"));
    assert_eq!(locked[0], line("docker.io/library/busybox:1", &busybox));
    assert_eq!(locked[1], line("docker.io/team/base:1", &base));
}

#[test]
fn the_images_of_triggers_of_triggers_are_locked_and_a_cycle_ends() {
    let registry = Registry::start();
    let busybox = registry.put("library/busybox:1", "1", &[]);
    let inner = registry.put(
        "team/inner:1",
        "1",
        &["COPY --from=team/outer:1 / /", "COPY --from=busybox:1 / /"],
    );
    let outer = registry.put("team/outer:1", "1", &["COPY --from=team/inner:1 / /"]);
    let folder = Folder::new(&[
        ("Dockerfile", "FROM team/outer:1\n"),
        (".fromtier.yaml", &registry.policy("internal: [team/*]\n")),
    ]);
    folder.runs(&["lock"]);
    assert_eq!(
        lines(&folder.read("fromtier.lock")),
        [
            line("docker.io/library/busybox:1", &busybox),
            line("docker.io/team/inner:1", &inner),
            line("docker.io/team/outer:1", &outer),
        ]
    );
}

#[test]
fn refused_and_unknown_images_are_reported_and_the_rest_is_locked() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    registry.put("library/alpine:3.24", "1", &[]);
    let text = "ARG BASE\nFROM $BASE\nFROM acme/thing\nFROM node:24\n";
    let folder = Folder::new(&[
        ("Dockerfile", text),
        (".fromtier.yaml", &registry.policy("")),
    ]);
    let out = folder.fails(&["lock"], 1);
    assert_contains(
        &out,
        &[
            "warning: `$BASE` depends on a build argument that has no value",
            "error[FT101]: docker.io/acme/thing is a community image",
            " --> Dockerfile:3:6",
            "fromtier.lock: 1 added",
        ],
    );
    folder.write("Dockerfile", "ARG BASE\nFROM $BASE\n");
    // An unused line might be for the image that the argument will name.
    assert_contains(
        &folder.runs(&["lock"]),
        &["fromtier.lock: 1 unused but kept"],
    );
    let out = folder.runs(&["lock", "--build-arg", "BASE=alpine:3.24"]);
    assert_contains(
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
    let old = registry.put("library/alpine:3.24", "old", &[]);
    registry.put("library/alpine:3.24", "2", &[]);
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
    assert_eq!(
        folder.runs(&["lock"]),
        "policy: .fromtier.yaml\nfromtier.lock: 2 kept\n"
    );
    // The images are looked up by their locked digests, for their triggers.
    let by_tag = |request: &String| request.contains("/manifests/3.24");
    assert!(!registry.requests().iter().any(by_tag));
    assert_eq!(folder.read("fromtier.lock"), lock);
    folder.runs(&["lock", "--update=node:24"]);
    assert_eq!(folder.read("fromtier.lock"), lock);
    let out = folder.runs(&["lock", "--update"]);
    assert_contains(
        &out,
        &[
            "1 updated, 1 kept",
            &format!(
                "  ~ docker.io/library/alpine:3.24  {} since 2020-02-03, now sha256:",
                &old[..19]
            ),
        ],
    );
    let now = folder.read("fromtier.lock");
    assert_contains(
        &now,
        &["# kept\n\n# moves\ndocker.io/library/alpine:3.24 sha256:"],
    );
    assert!(
        now.ends_with(&format!("docker.io/library/node:24 {node} 2020-02-03\n")),
        "{now}"
    );
    assert!(!now.contains(&old), "{now}");
    let out = folder.fails(&["lock", "--update=nodejs"], 2);
    assert_contains(
        &out,
        &["error: --update=nodejs: no Dockerfile here uses this image"],
    );
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
    assert_eq!(folder.read("fromtier.lock"), lock);
    folder.runs(&["lock", "--check", "--offline"]);
    let out = folder.fails(&["lock", "--check"], 1);
    assert_contains(
        &out,
        &[
            "error: node:24 and the digest in the Dockerfile don't belong together",
            "--> Dockerfile:1:6",
            "write that digest, or the tag that the Dockerfile's digest belongs to",
        ],
    );
    // Two Dockerfiles with two digests: the lock can agree with one of them only.
    let other = registry.put("library/node:24", "3", &[]);
    folder.write("b.Dockerfile", &format!("FROM node:24@{other}\n"));
    let out = folder.fails(&["lock"], 1);
    assert_contains(
        &out,
        &[
            "error[FT122]: docker.io/library/node:24 is requested with the digest",
            "--> b.Dockerfile:1:6",
        ],
    );
    std::fs::remove_file(folder.0.join("b.Dockerfile")).unwrap();
    // A digest without a tag has no line; it must be some line's.
    folder.write("Dockerfile", &format!("FROM node@{other}\n"));
    let out = folder.fails(&["lock", "--keep"], 1);
    assert_contains(&out, &["error[FT121]: docker.io/library/node@sha256:"]);
    // One that the registry never had.
    let none = format!("sha256:{}", "b".repeat(64));
    folder.write("Dockerfile", &format!("FROM node:24@{none}\n"));
    let out = folder.fails(&["lock"], 1);
    assert_contains(&out, &[&format!("has no docker.io/library/node:24@{none}")]);
}

#[test]
fn each_requested_platform_is_looked_up() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        (".fromtier.yaml", &registry.policy("")),
    ]);
    folder.runs(&["lock", "--platform", "linux/amd64,linux/arm64/v8"]);
    let out = folder.fails(&["lock", "--platform", "linux/amd64,linux/s390x"], 1);
    assert_contains(
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
fn an_image_without_an_index_has_the_platform_of_its_config() {
    let registry = Registry::start();
    registry.put_single("library/node:24", "amd64");
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        (".fromtier.yaml", &registry.policy("")),
    ]);
    folder.runs(&["lock", "--platform", "linux/amd64"]);
    let out = folder.fails(&["lock", "--platform", "linux/arm64"], 1);
    assert_contains(
        &out,
        &["error: docker.io/library/node:24 has no image for linux/arm64"],
    );
}

#[test]
fn a_refusal_because_of_the_config_is_reported_while_locking() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        (".fromtier.yaml", &registry.policy("base: {max-age: 30d}\n")),
    ]);
    // It was made on 2026-01-01, a while ago by any clock.
    let out = folder.fails(&["lock"], 1);
    assert_contains(
        &out,
        &[
            "error[FT134]: docker.io/library/node:24",
            "--> Dockerfile:1:6",
            "fromtier.lock: 1 added",
        ],
    );
    assert_contains(
        &folder.fails(&["lock", "--check"], 1),
        &["error[FT134]", "1 as locked"],
    );
    folder.runs(&["lock", "--check", "--offline"]);
}

#[test]
fn json_has_every_line() {
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
        (&lock["file"], &lock["saved"]),
        (&"fromtier.lock".into(), &true.into())
    );
    assert_eq!(lock["lines"][0]["change"], "failed");
    assert_eq!(lock["lines"][0]["digest"], serde_json::Value::Null);
    let line = &lock["lines"][1];
    assert_eq!(
        (&line["image"], &line["change"]),
        (&"docker.io/library/node:24".into(), &"added".into())
    );
    assert_eq!(line["digest"], node);
    assert_eq!(
        lock["problems"][0],
        serde_json::json!({
            "message": format!("{} has no docker.io/library/alpine:9.99", registry.name()),
            "help": "check the name and the tag",
            "file": "Dockerfile", "line": 2, "column": 6, "end_line": 2, "end_column": 17,
        })
    );
    assert_eq!(
        json["summary"],
        serde_json::json!({"locks": 1, "lines": 2, "problems": 1, "refused": 0, "unknown": 0, "broken": 0, "failed": 1})
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
