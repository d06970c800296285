//! `fromtier lock --check` with lock files that are outdated, missing, or changed by hand.
#![cfg(test)]

mod support;

use support::registry::Registry;
use support::{Folder, assert_contains};

#[test]
fn a_check_reports_each_wrong_line_and_writes_nothing() {
    let registry = Registry::start();
    let node = registry.put("library/node:24", "1", &[]);
    let alpine = registry.put("library/alpine:3.24", "1", &[]);
    let busybox = registry.put("library/busybox:1", "1", &[]);
    registry.put("library/debian:13", "1", &[]);
    let moved = registry.put("library/alpine:3.24", "2", &[]);
    let newer = registry.put("library/busybox:1", "2", &[]);
    registry.remove("library/busybox", &busybox);
    let busybox_line = |digest: &str| format!("docker.io/library/busybox:1 {digest}");
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
    assert_contains(
        &out,
        &[
            "error: docker.io/library/alpine:3.24 has moved since it was locked on 2026-02-03\n --> fromtier.lock:1:1\n",
            &format!("the registry returned {moved}\n"),
            "help: lock the current digest: fromtier lock --update=alpine:3.24\n",
            "error: the digest that docker.io/library/busybox:1 was locked to on 2026-02-04 is no longer in the registry\n --> fromtier.lock:2:1\n",
            "error: docker.io/library/debian:13 is not in fromtier.lock\n --> Dockerfile:4:6\n",
            // The triggers of the image that is gone are unknown: the line might be for one of them.
            "fromtier.lock: 1 missing, 1 moved, 1 gone, 1 as locked, 1 possibly unused\n",
        ],
    );
    assert_eq!(folder.read("fromtier.lock"), lock);
    // Without registries: what the files alone tell. A trigger may name what no Dockerfile does.
    registry.requests();
    let out = folder.fails(&["lock", "--check", "--offline"], 1);
    assert_contains(
        &out,
        &[
            "docker.io/library/debian:13 is not in fromtier.lock",
            ": 1 missing, 3 as locked, 1 possibly unused\n",
        ],
    );
    assert_eq!(registry.requests(), [""; 0]);
    // Once that image is known, the line is not needed.
    registry.requests();
    folder.write(
        "fromtier.lock",
        &lock.replace(&busybox_line(&busybox), &busybox_line(&newer)),
    );
    let out = folder.fails(&["lock", "--check"], 1);
    assert_contains(
        &out,
        &[
            "error: docker.io/library/redis:8 is no longer used by any Dockerfile\n --> fromtier.lock:4:1\n",
        ],
    );
    folder.write("fromtier.lock", &lock);
    // The help lines help.
    assert_contains(
        &folder.runs(&["lock", "--update=alpine:3.24", "--update=busybox"]),
        &["1 added, 2 updated, 1 dropped, 1 kept\n"],
    );
    assert_eq!(
        folder.runs(&["lock", "--check"]),
        "policy: .fromtier.yaml\nfromtier.lock: 4 as locked\n"
    );
}

#[test]
fn a_missing_lock_file_is_one_error() {
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
        "error: fromtier.lock doesn't exist; 2 images should be locked\n |\n = help: create it: fromtier lock\n\npolicy: .fromtier.yaml\nfromtier.lock: 2 missing\n"
    );
    assert!(!folder.has("fromtier.lock"));
}

#[test]
fn a_changed_lock_file_is_reported_line_by_line_and_not_written() {
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
        assert_contains(
            &out,
            &[
                "error[FT001]: `sha256:abc` is not a valid digest: invalid checksum digest length\n --> fromtier.lock:1:27\n",
                "error[FT001]: the lines are not sorted: `docker.io/library/alpine:3` must be before `docker.io/library/node:24`\n --> fromtier.lock:2:1\n",
                "error[FT001]: `docker.io/library/alpine:3` is locked twice\n --> fromtier.lock:3:1\n",
                "error[FT001]: expected a date such as `2026-11-24`, found `yesterday`\n --> fromtier.lock:4:",
                "error[FT001]: `node:22` is not written in full\n --> fromtier.lock:4:1\n",
            ],
        );
    }
    assert_eq!(folder.read("fromtier.lock"), lock);
}
