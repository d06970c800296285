//! What `fromtier lock` reports: which policy applied, what is refused, what failed, and what to run then.
#![cfg(test)]

mod support;

use serde_json::Value;
use support::registry::Registry;
use support::{Folder, assert_contains};

fn json_of(folder: &Folder, args: &[&str]) -> Value {
    let answer = folder.run(&[args, &["--format", "json"]].concat());
    assert_eq!(answer.err, "");
    serde_json::from_str(&answer.out).unwrap()
}

fn change_count(json: &Value, change: &str) -> usize {
    let locks = json["locks"].as_array().unwrap().iter();
    let lines = locks.flat_map(|lock| lock["lines"].as_array().unwrap());
    lines.filter(|line| line["change"] == change).count()
}

#[test]
fn the_policy_that_applied_and_its_contact_are_named() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM acme/tool\n"),
        (".fromtier.yaml", "version: 1\n"),
        ("org.yaml", "version: 1\ncontact: \"#platform\"\n"),
    ]);
    let args = ["lock", "--policy", "org.yaml"];
    let out = folder.fails(&args, 1);
    let last = "\npolicy: org.yaml and .fromtier.yaml\ncontact: #platform\nexplain: fromtier explain FT101\nfromtier.lock: nothing to lock\n";
    assert!(out.ends_with(last), "{out}");
    let json = json_of(&folder, &args);
    let policies = serde_json::json!(["org.yaml", ".fromtier.yaml"]);
    assert_eq!(json["files"][0]["policies"], policies);
}

#[test]
fn the_summary_counts_what_the_lists_have() {
    let text = "ARG V\nFROM localhost:1/a:1\nFROM localhost:1/b:1\nFROM localhost:1/c:1\nFROM acme/tool\nFROM x:$V\n";
    let policy = "version: 1\ninternal: [\"localhost:1/**\"]\n";
    let folder = Folder::new(&[
        ("Dockerfile", text),
        ("b.Dockerfile", "RUNN x\n"),
        (".fromtier.yaml", policy),
    ]);
    let json = json_of(&folder, &["lock", "--image", "acme/other"]);
    let problems = json["locks"][0]["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 3);
    assert_eq!(change_count(&json, "failed"), 3);
    assert_eq!(
        json["summary"],
        serde_json::json!({"locks": 1, "lines": 3, "problems": 3, "refused": 2, "unknown": 1, "broken": 1, "failed": 3})
    );
    let out = folder.fails(&["lock"], 2);
    assert_contains(&out, &["fromtier.lock: 3 failed\n"]);
    // One refused image, and nothing else.
    let refused = Folder::new(&[("Dockerfile", "FROM acme/tool\n")]);
    let summary = json_of(&refused, &["lock"])["summary"].clone();
    assert_eq!(
        (&summary["problems"], &summary["refused"]),
        (&0.into(), &1.into())
    );
}

#[test]
fn a_check_keeps_nothing() {
    let line = |name: &str| format!("{name} sha256:{} 2026-11-01\n", "a".repeat(64));
    let lock = line("docker.io/library/alpine:3") + &line("docker.io/library/node:24");
    let folder = Folder::new(&[("Dockerfile", "FROM node:24\n"), ("fromtier.lock", &lock)]);
    let out = folder.runs(&["lock", "--check", "--offline"]);
    assert_eq!(
        out,
        "policy: the built-in policy\nfromtier.lock: 1 as locked, 1 possibly unused\n"
    );
}

#[test]
fn the_help_names_the_same_files_again_and_works() {
    let registry = Registry::start();
    registry.put("library/node:24", "1", &[]);
    let folder = Folder::new(&[
        ("a b/Dockerfile", "ARG V\nFROM node:$V\n"),
        ("org.yaml", &registry.policy("")),
    ]);
    let args = [
        "a b",
        "--policy",
        "org.yaml",
        "--lock",
        "x.lock",
        "--build-arg",
        "V=24",
    ];
    let command = "fromtier lock 'a b' --policy org.yaml --lock x.lock --build-arg V=24";
    let out = folder.fails(&[&["lock", "--check"], &args[..]].concat(), 1);
    assert_contains(&out, &[&format!("= help: create it: {command}\n")]);
    folder.runs(&[&["lock"], &args[..]].concat());
    registry.put("library/node:24", "2", &[]);
    let out = folder.fails(&[&["lock", "--check"], &args[..]].concat(), 1);
    let update = command.replace("lock 'a b'", "lock --update=node:24 'a b'");
    assert_contains(
        &out,
        &[&format!("= help: lock the current digest: {update}\n")],
    );
    folder.runs(&[&["lock", "--update=node:24"], &args[..]].concat());
    folder.runs(&[&["lock", "--check"], &args[..]].concat());
}
