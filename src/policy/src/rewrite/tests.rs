use crate::fixtures::{ask, denied, digest, gate, warned};
use crate::verdict::Severity;

#[track_caller]
fn assert_pulled(rule: &str, requested: &str, expected: &str) {
    let text = format!("version: 1\ntiers: {{community: allow}}\nrewrite:\n- {rule}\n");
    let pass = ask(&gate(&text, ""), requested).unwrap_or_else(|e| panic!("{requested}: {e:?}"));
    assert_eq!(pass.pull().familiar(), expected, "{rule}: {requested}");
}

#[test]
fn stars_of_the_name_and_of_the_tag_are_filled_in() {
    for (rule, requested, expected) in [
        (
            "{match: old.example.com/*/*, to: \"new.example.com/{2}/{1}\"}",
            "old.example.com/team/app:3",
            "new.example.com/app/team:3",
        ),
        (
            "{match: \"docker.io/**\", to: \"mirror.example.com/hub/{1}\"}",
            "node:22-alpine",
            "mirror.example.com/hub/library/node:22-alpine",
        ),
        (
            "{match: \"**\", to: \"mirror.example.com/{1}:{tag}\"}",
            "ghcr.io/acme/tool",
            "mirror.example.com/ghcr.io/acme/tool:latest",
        ),
        (
            "{match: \"acme/*:*-debian-*\", to: \"{1}:{2}-slim\"}",
            "acme/node:22-debian-12",
            "node:22-slim",
        ),
        (
            "{match: \"*.old.example.com/**/*\", to: \"new.example.com/{1}/{2}/{name}\"}",
            "eu.old.example.com/a/b/app:1",
            "new.example.com/eu/a/b/app:1",
        ),
        (
            "{match: \"acme/node-*\", to: \"node:{1}\"}",
            "acme/node-22:build7",
            "node:22",
        ),
    ] {
        if rule.contains("\"**\"") {
            // An image that is already there stays there.
            let rule = format!(
                "{{match: mirror.example.com/**, to: \"mirror.example.com/{{1}}\"}}\n- {rule}"
            );
            assert_pulled(&rule, requested, expected);
            assert_pulled(&rule, expected, expected);
        } else {
            assert_pulled(rule, requested, expected);
        }
    }
}

#[test]
fn the_first_entry_that_matches_maps_the_tag() {
    let rule = "{match: bitnami/*, to: \"{1}\", tags: {\"16*\": \"22\", \"1*\": \"20\", latest: \"24\", \"*-debian-*\": \"{2}-slim\"}}";
    for (requested, expected) in [
        ("bitnami/node:16.20-alpine", "node:22"),
        ("bitnami/node:18", "node:20"),
        ("bitnami/node", "node:24"),
        ("bitnami/node:26-debian-12", "node:26-slim"),
        ("bitnami/node:26", "node:26"),
    ] {
        assert_pulled(rule, requested, expected);
    }
    let rule = "{match: bitnami/node, to: \"node:{tag}-alpine\", tags: [{\"1*\": \"22\"}, {\"*\": \"{tag}\"}]}";
    assert_pulled(rule, "bitnami/node:18", "node:22-alpine");
    assert_pulled(rule, "bitnami/node:24", "node:24-alpine");
}

#[test]
fn a_digest_is_dropped_or_refused_with_the_old_image() {
    let requested = format!("acme/node:22@{}", digest('a').as_str());
    assert_pulled("{match: acme/node, to: node}", &requested, "node:22");
    let rule = |mode: &str| {
        format!("version: 1\n{mode}rewrite: [{{match: acme/node, to: node, digest: refuse}}]")
    };
    let denial = denied(&rule(""), &requested);
    assert_eq!(denial.code, "FT161");
    assert!(
        denial
            .message
            .ends_with("the image is requested by digest, and the rule has `digest: refuse`")
    );
    assert!(denial.help.unwrap().starts_with("remove the digest"));
    let pass = ask(&gate(&rule(""), ""), "acme/node:22").unwrap();
    assert_eq!(pass.pull().familiar(), "node:22");
    // With `mode: warn` the image is not rewritten.
    let found = warned(&rule("mode: warn\n"), &requested);
    assert!(
        found
            .iter()
            .any(|f| f.code == "FT161" && f.severity == Severity::Warn)
    );
    assert!(found.iter().any(|f| f.code == "FT101"));
}

#[test]
fn a_digest_is_kept_where_only_the_name_changes() {
    let rule = "{match: \"old.example.com/**\", to: \"new.example.com/{1}\", digest: keep}";
    let digest = digest('a');
    for tag in ["", ":1"] {
        let requested = format!("old.example.com/a{tag}@{}", digest.as_str());
        let expected = format!("new.example.com/a{tag}@{}", digest.as_str());
        assert_pulled(rule, &requested, &expected);
    }
    assert_pulled(rule, "old.example.com/a:2", "new.example.com/a:2");
}

#[test]
fn an_image_that_a_rule_does_not_change_keeps_its_digest() {
    let keeps = "{match: r.example.com/**, to: \"r.example.com/{1}\"}\n- {match: \"**\", to: \"r.example.com/{1}\"}";
    let refuses = keeps.replace("{1}\"}", "{1}\", digest: refuse}");
    let tagged = format!("r.example.com/a:1@{}", digest('a').as_str());
    let bare = format!("r.example.com/a@{}", digest('a').as_str());
    for requested in [&tagged, &bare] {
        assert_pulled(keeps, requested, requested);
        assert_pulled(&refuses, requested, requested);
    }
    let requested = format!("node:22@{}", digest('a').as_str());
    assert_pulled("{match: node, to: \"node:{tag}\"}", &requested, &requested);
    // Another tag is another image.
    assert_pulled("{match: node, to: \"node:24\"}", &requested, "node:24");
}

#[test]
fn the_finding_names_both_images_and_the_dropped_digest() {
    let text = "version: 1\nrewrite: [{match: acme/node, to: node, reason: one source}]";
    let requested = format!("acme/node:22@{}", digest('a').as_str());
    let pass = ask(&gate(text, ""), &requested).unwrap();
    let finding = &pass.verdict().findings[0];
    assert_eq!(
        (finding.code.as_str(), finding.message.as_str()),
        (
            "FT160",
            "this policy rewrites acme/node:22 to node:22 and drops the digest: one source"
        )
    );
}
