//! `fromtier policy` as those who keep policies meet it.
#![cfg(test)]

mod folder;
mod policies;

use folder::Folder;
use policies::{POLICY, json};
use serde_json::json;

const TABLE: &str = "today: 2026-11-24
tests:
- image: node:22-alpine
  expect: allow
- image: random-user/node-custom
  expect: deny
  code: FT101
";

#[test]
fn a_policy_with_faults_shows_all_of_them_at_their_places() {
    let text = "version: 1\nteirs: {}\nrewrite:\n- {match: a/b, to: c/d}\nexceptions:\n- {match: a/b, until: 2027-02-30, owner: me, reason: x}\n";
    let folder = Folder::new(&[("policy.yaml", text)]);
    let answer = folder.run(&["policy", "check"]);
    for (message, place) in [
        ("error[FT001]: unknown key `teirs`", "policy.yaml:2:1"),
        ("this policy itself refuses `c/d`", "policy.yaml:4:20"),
        ("`2027-02-30` is not a valid date", "policy.yaml:6:23"),
    ] {
        assert!(answer.out.contains(message), "{message}: {}", answer.out);
        assert!(answer.out.contains(place), "{place}: {}", answer.out);
    }
    assert!(
        answer.out.ends_with("\npolicy.yaml: 3 errors\n"),
        "{}",
        answer.out
    );
    assert_eq!(answer.code, 1);
}

#[test]
fn a_questionable_rule_is_a_warning() {
    let folder = Folder::new(&[(".fromtier.yaml", POLICY)]);
    let answer = folder.run(&["policy", "check", "--today", "2026-11-24"]);
    assert_eq!(
        answer.out,
        "\
warning: the exception for `ghcr.io/acme/legacy` ends in 17 days, on 2026-12-11
  --> .fromtier.yaml:15:10
   |
15 | - match: ghcr.io/acme/legacy
   |          ^^^^^^^^^^^^^^^^^^^
   |
   = help: ask payments whether it is still needed (reason: migration)

.fromtier.yaml: 1 warning
"
    );
    assert_eq!(answer.code, 0);
    let strict = folder.run(&[
        "policy",
        "check",
        "--today",
        "2026-11-24",
        "--deny-warnings",
    ]);
    assert_eq!(strict.code, 1);
    let quiet = folder.run(&["policy", "check", "--today", "2026-10-01"]);
    assert_eq!(
        (quiet.out.as_str(), quiet.code),
        (".fromtier.yaml: no errors\n", 0)
    );
}

#[test]
fn faults_and_oddities_come_as_json() {
    let folder = Folder::new(&[
        ("a/.fromtier.yaml", POLICY),
        ("b/policy.yaml", "version: 2\n"),
    ]);
    let answer = folder.run(&[
        "policy",
        "check",
        "a",
        "b",
        "c.yaml",
        "--format",
        "json",
        "--today",
        "2026-11-24",
    ]);
    let said = json(&answer.out);
    assert_eq!(said["version"], 2);
    assert_eq!(
        said["summary"],
        json!({"files": 2, "errors": 1, "warnings": 1})
    );
    assert_eq!(said["files"][0]["file"], "a/.fromtier.yaml");
    let warning = &said["files"][0]["warnings"][0];
    assert_eq!(
        json!([
            warning["line"],
            warning["column"],
            warning["end_line"],
            warning["end_column"]
        ]),
        json!([15, 10, 15, 29])
    );
    assert_eq!(
        said["files"][1]["errors"][0]["message"],
        "unknown version `2`"
    );
    assert_eq!(said["failures"][0]["file"], "c.yaml");
    assert_eq!(answer.code, 2);
}

#[test]
fn a_correct_table_is_one_line() {
    let folder = Folder::new(&[("policy.yaml", POLICY), ("policy.test.yaml", TABLE)]);
    for args in [
        &["policy", "test"][..],
        &["policy", "test", "."],
        &["policy", "test", "policy.yaml"],
        &["policy", "test", "policy.test.yaml"],
    ] {
        let answer = folder.run(args);
        assert!(
            answer.out.ends_with("policy.test.yaml: 2 rows: all pass\n"),
            "{}",
            answer.out
        );
        assert_eq!(answer.code, 0);
    }
}

#[test]
fn a_wrong_row_is_shown_as_a_diff() {
    let table = "today: 2026-11-24
tests:
- image: node:22-alpine
  expect: allow
- image: random-user/node-custom
  why: the story
  expect: allow
- image: bitnami/node:22
  expect: allow
  rewritten: node:24
  pull: r.example.com/hub/library/node:22
";
    let folder = Folder::new(&[(".fromtier.yaml", POLICY), (".fromtier.test.yaml", table)]);
    let answer = folder.run(&["policy", "test"]);
    assert_eq!(
        answer.out,
        "\
fails: .fromtier.test.yaml:5: the policy decides otherwise (the story)
    image: random-user/node-custom
  - expect: allow
  + expect: deny
  + code: FT101
    FT101: docker.io/random-user/node-custom is a community image; this policy refuses community images
    help: use an official image: node:24

fails: .fromtier.test.yaml:8: the policy decides otherwise
    image: bitnami/node:22
    expect: allow
  - rewritten: node:24
  + rewritten: node:22
    pull: r.example.com/hub/library/node:22
    FT160: this policy rewrites bitnami/node:22 to node:22: one source

.fromtier.test.yaml: 3 rows: 2 fail
"
    );
    assert_eq!(answer.code, 1);
    let said = json(&folder.run(&["policy", "test", "--format", "json"]).out);
    assert_eq!(
        said["summary"],
        json!({"tables": 1, "rows": 3, "failed": 2})
    );
    let row = &said["tables"][0]["rows"][1];
    assert_eq!(row["passed"], false);
    assert_eq!(
        (&row["kind"], &row["reference"]),
        (&json!("image"), &json!("random-user/node-custom"))
    );
    assert_eq!(row["expected"]["verdict"], "allow");
    assert_eq!(row["actual"]["code"], "FT101");
    assert_eq!(row["line"], 5);
}

#[test]
fn the_day_of_a_test_can_be_held_still() {
    let table = "tests:
- {image: ghcr.io/acme/legacy, expect: warn, code: FT150}
- {image: ghcr.io/acme/legacy, today: 2027-01-01, expect: deny, code: FT101}
";
    let folder = Folder::new(&[("policy.yaml", POLICY), ("policy.test.yaml", table)]);
    assert_eq!(
        folder
            .run(&["policy", "test", "--today", "2026-12-11"])
            .code,
        0
    );
    let late = folder.run(&["policy", "test", "--today", "2026-12-12"]);
    assert!(
        late.out
            .contains("  - expect: warn\n  + expect: deny\n  - code: FT150\n  + code: FT101\n"),
        "{}",
        late.out
    );
    assert_eq!(late.code, 1);
}

#[test]
fn a_repositorys_policy_is_tested_beside_the_organizations() {
    let folder = Folder::new(&[
        (".fromtier.yaml", "version: 1\ntiers: {community: allow}\n"),
        (".fromtier.test.yaml", TABLE),
        ("org.yaml", "version: 1\n"),
    ]);
    assert_eq!(folder.run(&["policy", "test"]).code, 1);
    assert_eq!(
        folder.run(&["policy", "test", "--policy", "org.yaml"]).code,
        0
    );
}

#[test]
fn other_sources_and_the_lock_are_tested_too() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let policy =
        "version: 1\nbase: {digest: pin}\nsources: {http: require-checksum, scratch: deny}\n";
    let table = format!(
        "tests:
- {{image: \"node:22\", expect: allow, pull: \"node:22@{digest}\"}}
- {{image: \"node:24\", expect: deny, code: FT121}}
- {{image: scratch, expect: deny, code: FT142}}
- {{http: \"https://example.com/x\", expect: deny, code: FT141}}
- {{http: \"https://example.com/x\", checksum: \"{digest}\", expect: allow}}
- {{git: \"https://example.com/x.git\", expect: allow}}
"
    );
    let lock = format!("docker.io/library/node:22 {digest} 2026-11-24\n");
    let folder = Folder::new(&[
        ("policy.yaml", policy),
        ("policy.test.yaml", &table),
        ("fromtier.lock", &lock),
    ]);
    let answer = folder.run(&["policy", "test"]);
    assert_eq!(
        (answer.out.as_str(), answer.code),
        ("policy.test.yaml: 6 rows: all pass\n", 0)
    );
}

#[test]
fn tables_and_policies_that_can_not_be_read_are_another_code() {
    let folder = Folder::new(&[
        (
            "policy.test.yaml",
            "tests:\n- {image: node, expect: perhaps}\n",
        ),
        ("a/policy.test.yaml", TABLE),
        ("b/policy.yaml", POLICY),
        ("c/policy.yaml", "version: 2\n"),
        ("c/policy.test.yaml", TABLE),
    ]);
    let answer = folder.run(&["policy", "test"]);
    assert!(
        answer.out.contains(
            "error: expected one of deny, warn, allow, found `perhaps`\n --> policy.test.yaml:2:25"
        ),
        "{}",
        answer.out
    );
    for args in [
        &["policy", "test"][..],
        &["policy", "test", "a"],
        &["policy", "test", "b"],
        &["policy", "test", "b/policy.yaml"],
        &["policy", "test", "c"],
        &["policy", "test", "--today", "yesterday"],
        &["policy", "check"],
        &["policy", "check", "none.yaml"],
        &["policy", "explain", "node", "--policy", "c/policy.yaml"],
        &["policy", "explain", "node", "--policy", "none.yaml"],
        &["policy", "explain", "node", "--platform", "a/b/c/d"],
        &["policy"],
    ] {
        assert_eq!(folder.run(args).code, 2, "{args:?}");
    }
}

#[test]
fn the_schema_is_the_published_one() {
    let folder = Folder::new(&[]);
    let answer = folder.run(&["policy", "schema"]);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    assert_eq!(json(&answer.out)["title"], "Fromtier policy");
    let published = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy.schema.json");
    assert_eq!(answer.out, std::fs::read_to_string(published).unwrap());
}

#[test]
fn a_policy_is_begun_and_passes_its_check() {
    let folder = Folder::new(&[("sub/x", "")]);
    let answer = folder.run(&["policy", "init"]);
    assert!(
        answer.out.starts_with("wrote .fromtier.yaml."),
        "{}",
        answer.out
    );
    let check = folder.run(&["policy", "check", "--deny-warnings"]);
    assert_eq!(
        (check.out.as_str(), check.code),
        (".fromtier.yaml: no errors\n", 0)
    );
    std::fs::write(folder.0.join(".fromtier.yaml"), "version: 1\n").unwrap();
    let again = folder.run(&["policy", "init"]);
    assert!(
        again.out.contains(".fromtier.yaml already exists"),
        "{}",
        again.out
    );
    assert_eq!(again.code, 2);
    let kept = std::fs::read_to_string(folder.0.join(".fromtier.yaml")).unwrap();
    assert_eq!(kept, "version: 1\n");
    assert_eq!(folder.run(&["policy", "init", "sub"]).code, 0);
    assert!(folder.0.join("sub/.fromtier.yaml").exists());
    assert_eq!(folder.run(&["policy", "init", "none"]).code, 2);
    assert_eq!(
        folder.run(&["policy", "init", "--template", "none"]).code,
        2
    );
    let printed = folder.run(&["policy", "init", "--print"]);
    assert!(printed.out.contains("\nversion: 1\n"));
}

#[test]
fn extended_files_are_read_and_their_errors_have_their_lines() {
    let folder = Folder::new(&[
        (
            "team/.fromtier.yaml",
            "extends: ../base.yaml\nversion: 1\nimages: [{match: node, tags: \">=24\"}]\n",
        ),
        (
            "base.yaml",
            "version: 1\n# Ours.\nimages:\n- {match: node, variants: [alpine]}\n- {match: pyhton, tags: \">=3\"}\n",
        ),
        (
            "team/.fromtier.test.yaml",
            "tests:\n- {image: \"node:24-alpine\", expect: allow}\n- {image: \"node:24\", expect: deny, code: FT111}\n",
        ),
        ("broken/policy.yaml", "extends: ../wrong.yaml\nversion: 1\n"),
        ("wrong.yaml", "version: 1\n\nteirs: {}\n"),
    ]);
    let check = folder.run(&["policy", "check", "team"]);
    assert!(
        check
            .out
            .contains("warning: `pyhton` is not an official image"),
        "{}",
        check.out
    );
    assert!(check.out.contains("base.yaml:5:11\n"), "{}", check.out);
    assert!(
        check.out.contains("5 | - {match: pyhton, tags: \">=3\"}\n"),
        "{}",
        check.out
    );
    let test = folder.run(&["policy", "test", "team"]);
    assert_eq!(test.code, 0, "{}", test.out);
    let broken = folder.run(&["policy", "check", "broken"]);
    assert!(
        broken.out.contains("wrong.yaml:3:1\n") && broken.out.contains("3 | teirs: {}"),
        "{}",
        broken.out
    );
    assert_eq!(broken.code, 1);
    let explained = folder.run(&[
        "policy",
        "explain",
        "node:24",
        "--policy",
        "team/.fromtier.yaml",
    ]);
    assert!(
        explained.out.contains("[team/.fromtier.yaml:3]")
            && explained.out.contains("[base.yaml:4]"),
        "{}",
        explained.out
    );
}

#[test]
fn the_organizations_policy_can_be_extended_as_a_build_has_it() {
    let folder = Folder::new(&[
        (
            "org/policy.yaml",
            "version: 1\nmode: warn\ntiers: {community: deny}\n",
        ),
        (
            "org/strict.yaml",
            "version: 1\ntiers: {verified-publisher: deny}\n",
        ),
        (
            ".fromtier.yaml",
            "extends: /etc/fromtier/policy.yaml\nversion: 1\nmode: enforce\n",
        ),
        (
            "b/.fromtier.yaml",
            "extends: /etc/fromtier/strict.yaml\nversion: 1\n",
        ),
        ("Dockerfile", "FROM acme/thing\n"),
        ("b/Dockerfile", "FROM docker/thing\n"),
    ]);
    let org = ["--policy", "org/policy.yaml"];
    let run = |args: &[&str]| folder.run(&[args, &org].concat());
    assert_eq!(run(&["policy", "check", ".", "b"]).code, 0);
    assert_eq!(run(&["check", "Dockerfile"]).code, 1);
    assert_eq!(run(&["check", "b"]).code, 1);
    assert_eq!(run(&["policy", "explain", "acme/thing"]).code, 1);
    let alone = folder.run(&["policy", "check"]);
    assert!(
        alone
            .out
            .contains("pass the organization's policy: --policy FILE"),
        "{}",
        alone.out
    );
    assert_eq!(alone.code, 1);
}

/// The block of code that begins with a text, without its fences.
fn block<'a>(page: &'a str, start: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap();
    rest.split_once("\n```").unwrap().0
}

#[test]
fn the_page_of_the_command_line_shows_what_its_policy_and_table_give() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, page) = page.split_once("### `fromtier policy test").unwrap();
    let policy = block(page, "For this `policy.yaml`,\n\n```yaml\n");
    let table = block(page, "a table can be:\n\n```yaml\n");
    let folder = Folder::new(&[("policy.yaml", policy), ("policy.test.yaml", table)]);
    for args in [
        &["policy", "test"][..],
        &["policy", "explain", "bitnami/node:22"],
    ] {
        let start = format!("```console\n$ fromtier {}\n", args.join(" "));
        let shown = block(page, &start);
        let answer = folder.run(&[args, &["--today", "2026-11-24"]].concat());
        assert_eq!(answer.out.trim_end(), shown);
    }
}
