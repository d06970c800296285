use crate::fixtures::{denied, passes, warned};

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
