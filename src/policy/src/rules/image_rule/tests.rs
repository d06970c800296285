use std::collections::BTreeMap;

use crate::fixtures::{
    ask, ask_in, config, denied, denied_with_lock, digest, gate, lock_of, passes, passes_with_lock,
    warned,
};
use crate::gate::{ApprovedImage, Resolved};
use crate::{Code, Denial, Policy, Scope};

const NODE: &str =
    "version: 1\nimages:\n- match: node\n  tags: \">=22, <25\"\n  variants: [alpine, slim]\n";

#[test]
fn tags_within_the_range_pass() {
    for tag in [
        "22-alpine",
        "24.19.0-alpine3.24",
        "24-bookworm-slim",
        "22-slim",
    ] {
        passes(NODE, &format!("node:{tag}"));
    }
}

#[test]
fn tags_outside_the_range_are_refused_with_one_inside_it() {
    let denial = denied(NODE, "node:18-alpine");
    assert_eq!(denial.code, "FT110");
    assert_eq!(
        denial.message,
        "docker.io/library/node:18-alpine is not a tag that this policy allows for `node`: >=22, <25"
    );
    assert_eq!(denial.help.as_deref(), Some("use node:24-alpine"));
    for tag in ["26-alpine", "latest", "alpine", "lts-slim"] {
        assert_eq!(denied(NODE, &format!("node:{tag}")).code, "FT110", "{tag}");
    }
}

#[test]
fn a_hash_or_a_word_that_begins_with_a_number_is_not_in_a_range() {
    let policy =
        "version: 1\nimages: [{match: ghcr.io/acme/app, tags: \">=3, <25\", action: allow}]";
    for tag in ["5f3a9c1", "24abc", "sha-860c190"] {
        let denial = denied(policy, &format!("ghcr.io/acme/app:{tag}"));
        assert_eq!(denial.code, "FT110", "{tag}");
    }
    passes(policy, "ghcr.io/acme/app:5.1");
}

#[test]
fn a_digest_without_a_tag_is_refused() {
    let digest = format!("node@sha256:{}", "a".repeat(64));
    assert_eq!(denied(NODE, &digest).code, "FT110");
    passes(NODE, &format!("node:22-slim@sha256:{}", "a".repeat(64)));
}

#[test]
fn other_variants_are_refused() {
    let denial = denied(NODE, "node:22-bookworm");
    assert_eq!(denial.code, "FT111");
    assert!(
        denial.message.ends_with("allows for `node`: alpine, slim"),
        "{}",
        denial.message
    );
    assert_eq!(denied(NODE, "node:22").code, "FT111");
    let with_default = "version: 1\nimages: [{match: node, variants: [default]}]";
    passes(with_default, "node:22");
    passes(with_default, "node:latest");
    assert_eq!(denied(with_default, "node:22-alpine").code, "FT111");
}

#[test]
fn the_preferred_image_is_named() {
    let policy = format!("{NODE}  prefer: node:22-alpine\n");
    assert_eq!(
        denied(&policy, "node:18").help.as_deref(),
        Some("use node:22-alpine")
    );
}

#[test]
fn tags_can_be_a_list_of_globs() {
    let policy = "version: 1\nimages: [{match: alpine, tags: [\"3.2*\", edge]}]";
    passes(policy, "alpine:3.24");
    passes(policy, "alpine:edge");
    assert_eq!(denied(policy, "alpine").code, "FT110");
}

#[test]
fn every_rule_that_matches_applies() {
    let policy =
        "version: 1\nimages: [{match: node, tags: \">=22\"}, {match: \"*\", tags: \"<26\"}]";
    passes(policy, "node:24");
    assert_eq!(denied(policy, "node:26").code, "FT110");
    assert_eq!(denied(policy, "node:20").code, "FT110");
}

#[test]
fn an_action_replaces_that_of_the_tier() {
    let policy = "version: 1\nimages: [{match: gcr.io/distroless/*, action: allow}, {match: mysql, action: deny, reason: we run mariadb}, {match: redis, action: warn}]";
    passes(policy, "gcr.io/distroless/static:nonroot");
    let denial = denied(policy, "mysql:8");
    assert_eq!(
        (denial.code.as_str(), denial.message.as_str()),
        ("FT106", "this policy refuses `mysql`: we run mariadb")
    );
    assert_eq!(warned(policy, "redis")[0].code, "FT106");
}

const ONE: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn admit_digest(policy: &str, letter: char) -> Result<ApprovedImage, Denial> {
    let gate = gate(policy, "");
    let pass = ask(&gate, "acme/tool:1").unwrap();
    let config = config();
    gate.admit(
        &pass,
        &Resolved {
            reference: pass.pull(),
            digest: Some(&digest(letter)),
            config: &config,
        },
    )
}

#[test]
fn one_digest_is_refused_wherever_it_comes_from() {
    let policy = format!(
        "version: 1\ntiers: {{community: allow}}\nimages: [{{match: acme/*, digests: [\"{ONE}\"], action: deny, reason: broken build}}]"
    );
    let expected = "this policy refuses this digest of `acme/*`: broken build";
    let in_the_dockerfile = denied(&policy, &format!("acme/tool:1@{ONE}"));
    assert_eq!(
        (in_the_dockerfile.code, in_the_dockerfile.message.as_str()),
        (Code::ImageNamedByPolicy, expected)
    );
    let locked = denied_with_lock(
        &policy,
        &lock_of("docker.io/acme/tool:1", 'a'),
        "acme/tool:1",
    );
    assert_eq!(locked.message, expected);
    assert_eq!(admit_digest(&policy, 'a').unwrap_err().message, expected);
    assert!(admit_digest(&policy, 'b').is_ok());
    passes(&policy, &format!("acme/tool:1@{}", digest('b').as_str()));
    // A digest that nobody knows might be the one.
    let definition = gate(&policy, "").input_source(
        "docker-image://docker.io/acme/tool:1",
        &BTreeMap::new(),
        &Scope::UNKNOWN,
    );
    assert!(
        definition
            .unwrap_err()
            .message
            .starts_with("docker.io/acme/tool:1 has an unknown digest"),
    );
}

#[test]
fn one_digest_is_allowed_if_the_image_is_pinned_to_it() {
    let policy = format!(
        "version: 1\nimages: [{{match: acme/*, digests: [\"{ONE}\"], action: allow, reason: reviewed}}]"
    );
    passes(&policy, &format!("acme/tool:1@{ONE}"));
    passes(&policy, &format!("acme/tool@{ONE}"));
    assert_eq!(denied(&policy, "acme/tool:1").code, "FT101");
    let other = format!("acme/tool:1@{}", digest('b').as_str());
    assert_eq!(denied(&policy, &other).code, "FT101");
    let lock = lock_of("docker.io/acme/tool:1", 'a');
    passes_with_lock(&policy, &lock, "acme/tool:1");
}

#[test]
fn settings_of_base_differ_by_image() {
    let policy = "version: 1\ntiers: {community: allow}\nbase: {end-of-life: deny, digest: require, root-user: deny, labels: {require: [owner]}}\nimages:\n- match: node\n  base: {end-of-life: allow, digest: resolve}\n- match: acme/*\n  base: {digest: resolve, root-user: allow}\n- match: acme/strict\n  base: {root-user: deny, labels: {forbid: [internal]}}\n";
    // Only what the rule sets differs.
    passes(policy, "node:14");
    assert_eq!(denied(policy, "python:2.7").code, "FT131");
    assert_eq!(denied(policy, "debian:13").code, "FT120");
    let answer = |reference: &str, label: &str| {
        let gate = gate(policy, "");
        let pass = ask(&gate, reference).unwrap();
        let mut config = config();
        config.config.user = String::new();
        config.config.labels = Some([(label.to_owned(), "x".to_owned())].into());
        let resolved = Resolved {
            reference: pass.pull(),
            digest: Some(&digest('a')),
            config: &config,
        };
        gate.admit(&pass, &resolved).map_err(|denial| denial.code)
    };
    assert!(answer("acme/tool:1", "owner").is_ok());
    assert_eq!(answer("acme/tool:1", "x").unwrap_err(), "FT138");
    // The strictest of the rules that match applies.
    assert_eq!(answer("acme/strict:1", "owner").unwrap_err(), "FT136");
}

#[test]
fn a_setting_of_an_image_in_a_profile_that_might_not_apply_only_tightens() {
    let policy = "version: 1\nbase: {end-of-life: deny}\nstages: {final: {images: [{match: node, base: {end-of-life: allow}}]}}";
    let in_stage = |ships| {
        let scope = Scope {
            ships,
            ..Scope::UNKNOWN
        };
        ask_in(&gate(policy, ""), "node:14", scope).is_ok()
    };
    assert!(in_stage(Some(true)));
    assert!(!in_stage(Some(false)));
    assert!(!in_stage(None));
}

#[test]
fn a_rule_for_an_image_has_no_setting_of_the_finished_image() {
    let errors = Policy::parse(
        "p",
        "version: 1\nimages: [{match: node, base: {final-user: deny}}]",
    )
    .unwrap_err();
    assert!(errors[0].to_string().contains("final-user"), "{errors:?}");
    let errors = Policy::parse(
        "p",
        "version: 1\nimages: [{match: node, digests: [sha256:abc], action: deny}]",
    )
    .unwrap_err();
    assert!(
        errors[0].to_string().contains("is not a valid digest"),
        "{errors:?}"
    );
}
