//! `fromtier policy explain`.
#![cfg(test)]

mod folder;
mod policies;

use folder::Folder;
use policies::{POLICY, json};
use serde_json::json;

#[test]
fn an_image_is_explained_step_by_step_with_the_lines_that_say_so() {
    let folder = Folder::new(&[("policy.yaml", POLICY)]);
    let args = [
        "policy",
        "explain",
        "bitnami/node:22",
        "--today",
        "2026-11-24",
    ];
    let answer = folder.run(&args);
    assert_eq!(
        answer.out,
        "\
bitnami/node:22
  policy     policy.yaml, on 2026-11-24
  in full    docker.io/bitnami/node:22
  rewritten  node:22 by `bitnami/node` → `node:{tag}`: one source  [policy.yaml:6]
  tier       docker-official-image, in the catalog of official images; allow  [not set in the policy]
  rule       `node`: tags >=22; the tag fits  [policy.yaml:10]
  catalog    node 22 (jod) is supported until 2027-04-30, 157 days left  [as of 2026-08-21]
  catalog    `22` is rebuilt for linux/amd64, linux/arm/v7, linux/arm64, linux/ppc64le  [as of 2026-08-21]
  lock       no lock file
  mirror     r.example.com/hub  [policy.yaml:13]
  pulled     r.example.com/hub/library/node:22
  verdict    allow
             FT160: this policy rewrites bitnami/node:22 to node:22: one source
"
    );
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    let said = json(&folder.run(&[&args[..], &["--format", "json"]].concat()).out);
    assert_eq!(said["rewritten"], "docker.io/library/node:22");
    assert_eq!(
        said["rewrites"][0]["at"],
        json!({"file": "policy.yaml", "line": 6, "column": 10})
    );
    assert_eq!(said["tiers"][0]["by"], "catalog");
    assert_eq!(said["catalog"]["cycle"]["days_left"], 157);
    assert_eq!(said["mirror"]["prefix"], "r.example.com/hub");
    assert_eq!(said["verdict"], "allow");
}

#[test]
fn a_refused_image_is_explained_with_what_to_use_instead() {
    let folder = Folder::new(&[("policy.yaml", POLICY)]);
    let answer = folder.run(&[
        "policy",
        "explain",
        "node:18-alpine",
        "--today",
        "2026-11-24",
    ]);
    for line in [
        "  rule       `node`: tags >=22; the tag doesn't fit  [policy.yaml:10]\n",
        "  catalog    node 18 (hydrogen) reached its end of life on 2025-04-30  [as of 2026-08-21]\n",
        "  pulled     nothing; if allowed: r.example.com/hub/library/node:18-alpine\n",
        "  verdict    deny\n",
        "  instead    node:24-alpine\n",
    ] {
        assert!(answer.out.contains(line), "{line}: {}", answer.out);
    }
    assert_eq!(answer.code, 1);
    let listed = folder.run(&["policy", "explain", "registry.example.com/platform/a/b:1"]);
    assert!(
        listed.out.contains(
            "  tier       internal, `registry.example.com/platform/**` is in its list  [policy.yaml:4]; allow"
        ),
        "{}",
        listed.out
    );
    let no = folder.run(&["policy", "explain", "Not An Image"]);
    assert!(no.out.contains("FT100"), "{}", no.out);
    assert_eq!(no.code, 1);
}

#[test]
fn an_explanation_names_which_of_two_policies_applies() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let lock = format!("docker.io/library/node:22 {digest} 2026-11-24\n");
    let folder = Folder::new(&[
        ("org.yaml", POLICY),
        (
            ".fromtier.yaml",
            "version: 1\nimages: [{match: node, variants: [alpine]}]\n",
        ),
        ("fromtier.lock", &lock),
    ]);
    let answer = folder.run(&["policy", "explain", "node:22", "--policy", "org.yaml"]);
    for line in [
        "  policy     org.yaml, then .fromtier.yaml, on ".to_owned(),
        "  rule       the organization's policy: `node`: tags >=22; the tag fits  [org.yaml:10]\n".to_owned(),
        "  rule       the repository's policy: `node`: variants alpine; the tag doesn't fit  [.fromtier.yaml:2]\n".to_owned(),
        format!("  lock       {digest} of 2026-11-24  [fromtier.lock]\n"),
    ] {
        assert!(answer.out.contains(&line), "{line}: {}", answer.out);
    }
    assert_eq!(answer.code, 1);
}

#[test]
fn stages_files_and_registry_answers_are_tested_and_explained() {
    let policy = "version: 1
tiers: {community: warn}
base: {labels: {require: [org.opencontainers.image.source]}, max-age: 90d}
registries: {allow: [docker.io]}
stages:
  final:
    tiers: {community: deny}
    base: {root-user: deny}
paths:
  services/checkout/**:
    tiers: {community: deny}
";
    let good =
        "config: {user: app, created: 2026-11-01, labels: [org.opencontainers.image.source=x]}";
    let table = format!(
        "today: 2026-11-24
tests:
- {{image: acme/x, stage: build, file: services/shop/Dockerfile, expect: warn, code: FT101}}
- {{image: acme/x, stage: final, expect: deny, code: FT101}}
- {{image: acme/x, stage: build, file: services/checkout/Dockerfile, expect: deny, code: FT101}}
- {{image: quay.io/acme/x, stage: build, file: a, expect: deny, code: FT113}}
- {{image: node, stage: final, expect: allow, {good}}}
- {{image: node, stage: final, expect: deny, code: FT136, {root}}}
- {{image: node, via: copy, stage: final, expect: allow, {root}}}
- {{image: node, stage: build, file: a, expect: deny, code: FT134, {old}}}
- {{image: node, stage: build, file: a, expect: deny, code: FT138, config: {{user: app, created: 2026-11-01}}}}
",
        root = good.replace("user: app", "user: root"),
        old = good.replace("2026-11-01", "2026-01-01"),
    );
    let folder = Folder::new(&[("policy.yaml", policy), ("policy.test.yaml", &table)]);
    let answer = folder.run(&["policy", "test"]);
    assert_eq!(
        (answer.out.as_str(), answer.code),
        ("policy.test.yaml: 9 rows: all pass\n", 0)
    );
    let explain = |args: &[&str]| {
        let base = ["policy", "explain", "acme/x"];
        folder.run(&[&base[..], args].concat()).out
    };
    let ships = explain(&["--stage", "final", "--file", "services/checkout/Dockerfile"]);
    for line in [
        "  profile    stages.final  [policy.yaml:7]\n",
        "  profile    paths.services/checkout/**  [policy.yaml:11]\n",
        "  registry   allowed by `docker.io`  [policy.yaml:4]\n",
        "  tier       community, in no list and not in the catalog; deny  [policy.yaml:7]\n",
        "  then       after the registry answers: built within 90 days  [policy.yaml:3]\n",
        "  then       after the registry answers: not root, or it is refused  [policy.yaml:8]\n",
    ] {
        assert!(ships.contains(line), "{line}: {ships}");
    }
    let build = explain(&["--stage", "build", "--file", "a", "--format", "json"]);
    let build = json(&build);
    assert_eq!(build["profiles"], json!([]));
    assert_eq!(build["tiers"][0]["action_at"]["line"], 2);
    assert_eq!(build["registries"][0]["allowed"], true);
}

#[test]
fn exceptions_are_explained_with_their_state() {
    let policy = "version: 1
exceptions-max: 90d
exceptions:
- {match: acme/*, until: 2026-12-31, owner: a, reason: used}
- {match: acme/**, until: 2027-12-31, owner: b, reason: too long}
- {match: \"acme/*:*\", until: 2026-10-31, owner: c, reason: over}
- {match: acme/thing, until: 2026-12-30, owner: d, reason: another rule, rules: [FT131]}
";
    let folder = Folder::new(&[("policy.yaml", policy)]);
    let ask = |image: &str| folder.run(&["policy", "explain", image, "--today", "2026-11-24"]);
    let passes = ask("acme/thing:1");
    for line in [
        "`acme/*` until 2026-12-31: lets it pass (a: used)  [policy.yaml:4]\n",
        "`acme/**` until 2027-12-31: lasts longer than 90 days, so it doesn't apply (b: too long)",
        "`acme/*:*` until 2026-10-31: has ended (c: over)",
        "`acme/thing` for FT131 until 2026-12-30: is not needed (d: another rule)",
    ] {
        assert!(passes.out.contains(line), "{line}: {}", passes.out);
    }
    assert_eq!(passes.code, 0);
}
