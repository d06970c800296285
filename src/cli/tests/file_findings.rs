//! Findings about whole files: the frontend that a Dockerfile requests, and policies that can't be used.
#![cfg(test)]

mod folder;

use folder::Folder;

#[test]
fn another_frontend_is_reported_as_in_a_build() {
    let check = |line: &str, policy: &str| {
        let text = format!("{line}\nFROM node:24\n");
        let folder = Folder::new(&[("Dockerfile", &text), (".fromtier.yaml", policy)]);
        folder.run(&["check"])
    };
    let plain = "version: 1\n";
    let own = "version: 1\nfrontends: [registry.example.com/build/*]\n";
    for (line, policy, code) in [
        ("# syntax=docker/dockerfile:1", plain, 0),
        ("# syntax=registry.example.com/fromtier:1", plain, 0),
        ("# syntax=registry.example.com/fromtier:1", own, 1),
        ("# syntax=registry.example.com/build/frontend:1", own, 0),
        ("#!/bin/sh\n#SyNtAx = someone/else", plain, 1),
    ] {
        let answer = check(line, policy);
        assert_eq!(answer.code, code, "{line} {policy} {}", answer.out);
        assert_eq!(
            answer.out.contains("error[FT002]"),
            code == 1,
            "{}",
            answer.out
        );
    }
    let out = check("# syntax=someone/else:1", plain).out;
    let shown = "error[FT002]: the build requests the frontend someone/else:1; this frontend doesn't forward builds to another one\n --> Dockerfile:1:1\n";
    assert!(out.contains(shown), "{out}");
}

#[test]
fn a_repository_cannot_list_another_frontend_next_to_the_organizations_policy() {
    let folder = Folder::new(&[
        ("Dockerfile", "# syntax=evil/x:1\nFROM node:24\n"),
        (".fromtier.yaml", "version: 1\nfrontends: [evil/x]\n"),
        ("org.yaml", "version: 1\ncontact: \"#platform\"\n"),
        (
            "warns.yaml",
            "version: 1\nmode: warn\ncontact: \"#platform\"\n",
        ),
    ]);
    assert_eq!(folder.run(&["check"]).code, 0, "it is the only policy");
    let refused = folder.fails(&["check", "--policy", "org.yaml"], 1);
    assert!(refused.contains("error[FT002]"), "{refused}");
    let last = "policy: org.yaml and .fromtier.yaml\ncontact: #platform\nexplain: fromtier explain FT002\n1 file, 1 source: 1 refused\n";
    assert!(refused.ends_with(last), "{refused}");
    let warned = folder.runs(&["check", "--policy", "warns.yaml"]);
    assert!(warned.contains("warning[FT002]"), "{warned}");
    assert!(
        warned.ends_with("1 file, 1 source: 1 warned about\n"),
        "{warned}"
    );
    folder.fails(&["check", "--policy", "warns.yaml", "--deny-warnings"], 1);
}

#[test]
fn a_build_argument_requests_a_frontend_as_in_a_build() {
    let folder = Folder::new(&[("Dockerfile", "# syntax=docker/dockerfile:1\nFROM node:24\n")]);
    let refused = folder.fails(&["check", "--build-arg", "BUILDKIT_SYNTAX=evil/x"], 1);
    let message = "error[FT002]: `BUILDKIT_SYNTAX` requests the frontend evil/x;";
    assert!(refused.contains(message), "{refused}");
    folder.write("Dockerfile", "# syntax=evil/x\nFROM node:24\n");
    folder.fails(&["check"], 1);
    let argument = "BUILDKIT_SYNTAX=docker/dockerfile:1";
    folder.runs(&["check", "--build-arg", argument]);
}

#[test]
fn a_finding_about_the_file_has_its_code_and_no_error_hides_it() {
    let text = "# syntax=evil/x\nFROM node:24\nRUNN x\n";
    let folder = Folder::new(&[("Dockerfile", text)]);
    let out = folder.fails(&["check", "--format", "json"], 1);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let file = &json["files"][0];
    let finding = &file["findings"][0];
    assert_eq!(finding["code"], "FT002");
    assert_eq!(finding["severity"], "deny");
    assert_eq!(
        (&finding["line"], &finding["end_column"]),
        (&1.into(), &16.into())
    );
    let error = file["error"]["message"].as_str().unwrap();
    assert!(error.contains("unknown instruction: RUNN"), "{error}");
    assert_eq!(json["summary"]["denied"], 1);
    assert_eq!(json["summary"]["broken"], 1);
    let out = folder.fails(&["check"], 1);
    assert!(out.ends_with("0 sources: 1 broken, 1 refused\n"), "{out}");
}

#[test]
fn a_broken_policy_or_lock_file_has_its_code() {
    let folder = Folder::new(&[
        ("a/Dockerfile", "FROM node:24\n"),
        ("a/.fromtier.yaml", "version: 1\nteirs: {}\n"),
        ("b/Dockerfile", "FROM node:24\n"),
        ("b/fromtier.lock", "x\n"),
        ("c/Dockerfile", "FROM node:24\n"),
        ("c/.fromtier.yml", "version: 1\n"),
    ]);
    for (command, path) in [
        ("check", "a"),
        ("check", "b"),
        ("check", "c"),
        ("lock", "a"),
        ("lock", "b"),
        ("lock", "c"),
    ] {
        let out = folder.fails(&[command, path], 2);
        assert!(out.starts_with("error[FT001]: "), "{command} {path}: {out}");
        let out = folder.fails(&[command, path, "--format", "json"], 2);
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(json["failures"][0]["code"], "FT001", "{command} {path}");
    }
    let out = folder.fails(&["check", "nowhere"], 2);
    assert!(out.starts_with("error: nowhere: "), "{out}");
}
