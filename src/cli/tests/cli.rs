//! The program as its users meet it.
#![cfg(test)]

mod folder;

use folder::Folder;

const STORY: &str = "FROM random-user/node-custom:latest AS build\nRUN npm ci\n";
const POLICY: &str = "version: 1\nimages:\n- {match: node, tags: \">=22, <25\", variants: [alpine, slim], prefer: \"node:22-alpine\"}\n";

#[test]
fn a_refusal_is_one_screen_with_the_line_and_what_to_do() {
    let folder = Folder::new(&[("Dockerfile", STORY), (".fromtier.yaml", POLICY)]);
    let answer = folder.run(&["check"]);
    assert_eq!(
        answer.out,
        "\
error[FT101]: docker.io/random-user/node-custom is a community image; this policy refuses community images
 --> Dockerfile:1:6
  |
1 | FROM random-user/node-custom:latest AS build
  |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: use an official image: node:22-alpine

policy: .fromtier.yaml
explain: fromtier explain FT101
1 file, 1 source: 1 refused
"
    );
    assert_eq!((answer.code, answer.err.as_str()), (1, ""));
}

#[test]
fn a_pass_is_one_line() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:22-alpine\nCOPY . .\n"),
        (".fromtier.yaml", POLICY),
    ]);
    let answer = folder.run(&["check", "Dockerfile"]);
    assert_eq!(
        (answer.out.as_str(), answer.code),
        ("policy: .fromtier.yaml\n1 file, 1 source: all pass\n", 0)
    );
}

#[test]
fn directories_are_searched_and_each_file_has_the_nearest_policy() {
    let folder = Folder::new(&[
        ("Dockerfile", STORY),
        ("a/api.Dockerfile", STORY),
        ("a/Dockerfile.dockerignore", "x"),
        ("a/b/Containerfile", STORY),
        (
            "a/.fromtier.yaml",
            "version: 1\ntiers: {community: allow}\n",
        ),
    ]);
    let answer = folder.run(&["check"]);
    assert!(
        answer.out.ends_with("3 files, 3 sources: 1 refused\n"),
        "{}",
        answer.out
    );
    assert_eq!(answer.code, 1);
    assert_eq!(folder.run(&["check", "a/api.Dockerfile"]).code, 0);
    assert_eq!(folder.run(&["check", "a/b"]).code, 0);
}

#[test]
fn ignored_files_are_checked_only_if_they_are_named() {
    let folder = Folder::new(&[
        ("Dockerfile", STORY),
        (".gitignore", "/generated/\n*.old\n"),
        ("generated/Dockerfile", STORY),
        ("Dockerfile.old", STORY),
        ("sub/Dockerfile.old", STORY),
        // Only one machine's.
        (".git/info/exclude", "Dockerfile\n"),
        (".ignore", "Dockerfile\n"),
    ]);
    let sources = |args: &[&str]| {
        let out = folder.run(args).out;
        out.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(sources(&["check"]), "1 file, 1 source: 1 refused");
    let named = ["check", "generated", "Dockerfile.old"];
    assert_eq!(sources(&named), "2 files, 2 sources: 2 refused");
    folder.write(".gitignore", "");
    assert_eq!(sources(&["check"]), "4 files, 4 sources: 4 refused");
}

#[cfg(unix)]
#[test]
fn links_to_directories_are_not_followed() {
    let folder = Folder::new(&[("a/Dockerfile", STORY)]);
    std::os::unix::fs::symlink("a", folder.0.join("b")).unwrap();
    std::os::unix::fs::symlink(".", folder.0.join("a/again")).unwrap();
    let out = folder.run(&["check"]).out;
    assert!(out.ends_with("1 file, 1 source: 1 refused\n"), "{out}");
}

#[test]
fn colors_are_printed_only_on_request_or_to_a_terminal() {
    let folder = Folder::new(&[("Dockerfile", STORY)]);
    let with = |name: &str, value: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fromtier"));
        command.arg("check").current_dir(&folder.0);
        command.env_remove("NO_COLOR").env(name, value);
        let output = command.output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("\u{1b}[")
    };
    assert!(with("CLICOLOR_FORCE", "1"));
    assert!(!with("CLICOLOR", "1"), "a pipe is not a terminal");
    assert!(!with("TERM", "dumb"));
}

#[test]
fn a_named_policy_is_the_organizations_and_the_repositorys_only_tightens() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM acme/thing\nFROM node:22\n"),
        (
            ".fromtier.yaml",
            "version: 1\ntiers: {community: allow}\nimages: [{match: node, tags: \">=24\"}]\n",
        ),
        ("org.yaml", "version: 1\n"),
    ]);
    let answer = folder.run(&["check", "--policy", "org.yaml"]);
    assert!(answer.out.contains(
        "error[FT101]: docker.io/acme/thing is a community image; the organization's policy"
    ));
    assert!(answer.out.contains(
        "error[FT110]: docker.io/library/node:22 is not a tag that the repository's policy"
    ));
    let alone = folder.run(&["check", "--policy", ".fromtier.yaml"]);
    assert!(
        alone.out.ends_with("2 sources: 1 refused\n"),
        "{}",
        alone.out
    );
}

#[test]
fn the_lock_file_is_found_and_named() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let lock = format!("docker.io/library/node:22 {digest} 2026-11-24\n");
    let folder = Folder::new(&[
        ("sub/Dockerfile", "FROM node:22\n"),
        ("sub/fromtier.lock", &lock),
        ("other.lock", ""),
        ("sub/.fromtier.yaml", "version: 1\nbase: {digest: pin}\n"),
    ]);
    let json: serde_json::Value =
        serde_json::from_str(&folder.run(&["check", "--format", "json"]).out).unwrap();
    let resolved = format!("docker.io/library/node:22@{digest}");
    assert_eq!(json["files"][0]["sources"][0]["resolved"], resolved);
    let answer = folder.run(&["check", "--lock", "other.lock"]);
    assert!(
        answer
            .out
            .contains("error[FT121]: docker.io/library/node:22 is not in the lock file"),
        "{}",
        answer.out
    );
}

#[test]
fn a_build_argument_without_a_value_is_reported_and_no_value_is_guessed() {
    let folder = Folder::new(&[(
        "Dockerfile",
        "ARG BASE\nFROM $BASE\nFROM node:${V}\nFROM node:24\n",
    )]);
    let answer = folder.run(&["check"]);
    assert!(
        answer
            .out
            .contains("warning: `$BASE` depends on a build argument that has no value"),
        "{}",
        answer.out
    );
    assert!(
        answer.out.ends_with("1 file, 3 sources: 2 unknown\n"),
        "{}",
        answer.out
    );
    assert_eq!(answer.code, 0);
    assert_eq!(folder.run(&["check", "--deny-warnings"]).code, 1);
    let given = folder.run(&["check", "--build-arg", "BASE=acme/other"]);
    assert!(
        given.out.contains("error[FT101]: docker.io/acme/other"),
        "{}",
        given.out
    );
    assert!(
        given.out.contains("help: `$BASE` is `acme/other` here"),
        "{}",
        given.out
    );
}

#[test]
fn with_a_target_only_what_it_needs_is_checked() {
    let folder = Folder::new(&[(
        "Dockerfile",
        "FROM node:24 AS a\nFROM acme/thing AS b\nFROM a AS c\n",
    )]);
    assert_eq!(folder.run(&["check"]).code, 1);
    assert_eq!(folder.run(&["check", "--target", "b"]).code, 1);
    assert!(
        folder
            .run(&["check", "--target", "c"])
            .out
            .ends_with("1 file, 1 source: all pass\n")
    );
}

#[test]
fn every_door_is_watched() {
    let text = "FROM node:24 AS x\nCOPY --from=acme/a / /\nRUN --mount=from=acme/b,target=/b true\nADD https://example.com/f /\nONBUILD COPY --from=acme/c / /\nFROM scratch\nCOPY --from=x / /\n";
    let policy = "version: 1\nsources: {http: require-checksum}\n";
    let folder = Folder::new(&[("Dockerfile", text), (".fromtier.yaml", policy)]);
    let answer = folder.run(&["check"]);
    for (place, code) in [
        ("2:13", "FT101"),
        ("3:18", "FT101"),
        ("4:5", "FT141"),
        ("5:1", "FT101"),
    ] {
        let at = answer
            .out
            .rfind(&format!(" --> Dockerfile:{place}\n"))
            .unwrap_or_else(|| panic!("{place}: {}", answer.out));
        assert!(
            answer.out[..at]
                .rsplit("error")
                .next()
                .unwrap()
                .starts_with(&format!("[{code}]")),
            "{}",
            answer.out
        );
    }
    assert!(
        answer.out.ends_with("6 sources: 4 refused\n"),
        "{}",
        answer.out
    );
    let sum = format!(
        "FROM node:24\nADD --checksum=sha256:{} https://example.com/f /\n",
        "a".repeat(64)
    );
    assert_eq!(
        Folder::new(&[("Dockerfile", &sum), (".fromtier.yaml", policy)])
            .run(&["check"])
            .code,
        0
    );
}

#[test]
fn a_file_that_is_not_a_dockerfile_is_a_finding() {
    let folder = Folder::new(&[("Dockerfile", "FROM node:24\nRUNN x\n")]);
    let answer = folder.run(&["check"]);
    assert!(
        answer
            .out
            .starts_with("error: dockerfile parse error on line 2: unknown instruction: RUNN"),
        "{}",
        answer.out
    );
    assert_eq!(answer.code, 1);
    let odd = Folder::new(&[
        (
            "Dockerfile",
            "FROM node:24\n# é\nFROM \u{feff}acme/é\nCOPY --from=acme/x / /\n",
        ),
        ("b.Dockerfile", ""),
    ]);
    assert_eq!(odd.run(&["check"]).code, 1);
}

#[test]
fn an_unreadable_file_has_its_own_exit_code() {
    let folder = Folder::new(&[("Dockerfile", "FROM node:24\n"), ("empty/x", "")]);
    for args in [
        &["check", "nothing"][..],
        &["check", "empty"],
        &["check", "--policy", "none.yaml"],
        &["check", "--lock", "none.lock"],
        &["check", "--format", "xml"],
        &["check", "--build-arg", "novalue"],
        &["explain", "FT999"],
        &["unknown"],
    ] {
        assert_eq!(folder.run(args).code, 2, "{args:?}");
    }
}

#[test]
fn every_fault_of_a_policy_is_shown_with_its_line() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        ("b/Dockerfile", "FROM node:24\n"),
        (
            ".fromtier.yaml",
            "version: 1\nteirs: {}\nexceptions:\n- {match: a/b, until: 2027-02-30, owner: me, reason: x}\n",
        ),
    ]);
    let answer = folder.run(&["check", "Dockerfile"]);
    assert_eq!(answer.code, 2);
    assert!(
        answer
            .out
            .contains("error[FT001]: unknown key `teirs`\n --> .fromtier.yaml:2:1\n"),
        "{}",
        answer.out
    );
    assert!(
        answer.out.contains("= help: did you mean `tiers`?"),
        "{}",
        answer.out
    );
    assert!(
        answer
            .out
            .contains("`2027-02-30` is not a valid date\n --> .fromtier.yaml:4:23"),
        "{}",
        answer.out
    );
}

#[test]
fn json_has_every_source() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM bitnami/node:22 AS a\nFROM acme/thing\n"),
        (
            ".fromtier.yaml",
            "version: 1\nrewrite: [{match: bitnami/node, to: \"node:{tag}\"}]\n",
        ),
    ]);
    let answer = folder.run(&["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(json["version"], 2);
    assert_eq!(
        json["summary"],
        serde_json::json!({"files": 1, "sources": 2, "traps": 0, "denied": 1, "warned": 0, "unknown": 0, "broken": 0, "left_out": 0})
    );
    let file = &json["files"][0];
    assert_eq!(
        (file["file"].as_str(), file["policies"][0].as_str()),
        (Some("Dockerfile"), Some(".fromtier.yaml"))
    );
    let first = &file["sources"][0];
    assert_eq!(first["verdict"], "allow");
    assert_eq!(first["rewritten"], "docker.io/library/node:22");
    assert_eq!(first["findings"][0]["code"], "FT160");
    let second = &file["sources"][1];
    assert_eq!(
        serde_json::json!([
            second["line"],
            second["column"],
            second["end_line"],
            second["end_column"]
        ]),
        serde_json::json!([2, 6, 2, 16])
    );
    assert_eq!(
        (&second["kind"], &second["via"], &second["verdict"]),
        (&"image".into(), &"from".into(), &"deny".into())
    );
    assert_eq!(answer.code, 1);
}

#[test]
fn explanations_are_printed() {
    let folder = Folder::new(&[]);
    let answer = folder.run(&["explain", "FT101"]);
    assert!(
        answer.out.starts_with("# FT101: Community image\n"),
        "{}",
        answer.out
    );
    assert_eq!(answer.code, 0);
    assert!(folder.run(&["--version"]).out.starts_with("fromtier "));
}

#[test]
fn exceptions_are_reported_with_their_state() {
    let policy = "version: 1
exceptions:
- {match: acme/used, until: 2026-12-31, owner: payments, reason: migration}
- {match: acme/unused, until: 2026-12-31, owner: search, reason: habit}
- {match: acme/over, until: 2026-10-31, owner: search, reason: habit}
";
    let folder = Folder::new(&[
        (".fromtier.yaml", policy),
        ("Dockerfile", "FROM acme/used\n"),
        ("Dockerfile.over", "FROM acme/over\n"),
    ]);
    let day = ["--today", "2026-12-24"];
    let answer = folder.run(&[&["check"][..], &day].concat());
    assert!(
        answer.out.contains(
            "note: no file here needs the exception for `acme/unused`\n --> .fromtier.yaml:4:11\n"
        ),
        "{}",
        answer.out
    );
    assert!(
        answer
            .out
            .contains("  = help: remove it if search no longer needs it\n"),
        "{}",
        answer.out
    );
    assert!(!answer.out.contains("needs the exception for `acme/used`"));
    assert!(!answer.out.contains("needs the exception for `acme/over`"));
    // A single file shows nothing about the others, and an organization's exceptions are for other repositories, too.
    for args in [
        &["check", "Dockerfile"][..],
        &["check", "--policy", ".fromtier.yaml"],
    ] {
        let answer = folder.run(&[args, &day].concat());
        assert!(
            !answer.out.contains("needs the exception"),
            "{}",
            answer.out
        );
    }
    let json = folder.run(&[&["check", "--format", "json"][..], &day].concat());
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let stand = |file: usize, at: usize| {
        let exception = &json["files"][file]["exceptions"][at];
        serde_json::json!([
            exception["state"],
            exception["days_left"],
            exception["used"],
            exception["at"]["line"]
        ])
    };
    assert_eq!(stand(0, 0), serde_json::json!(["ends-soon", 7, true, 3]));
    assert_eq!(stand(0, 1), serde_json::json!(["ends-soon", 7, false, 4]));
    assert_eq!(stand(1, 2), serde_json::json!(["ended", null, true, 5]));
}
