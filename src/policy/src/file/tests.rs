use crate::policy::Policy;
use crate::policy_index::PolicyIndex;
use crate::rewrite::RequestedDigest;
use crate::setting_key::SettingKey;
use crate::settings::{Check, DigestRule, Gaps, SourceKind, SourceRule};
use crate::tier::Tier;
use crate::verdict::Severity;

/// A policy with most keys.
const WHOLE: &str = "\
version: 1
description: the organization's base images
mode: enforce
tiers:
  docker-official-image: allow
  verified-publisher: warn
  open-source: warn
  internal: allow
  community: deny
internal: [registry.example.com/platform/*]
verified-publisher: [bitnami/*]
open-source:
- ghcr.io/linuxserver/*
rewrite:
- match: random-user/node-custom
  to: node:22-alpine
  reason: the official image has what it added
- match: acme/*
  to: registry.example.com/platform/{name}:{tag}
images:
- match: node
  tags: \">=22, <25\"
  variants: [alpine, slim]
  prefer: node:22-alpine
- {match: alpine, tags: [\"3.2*\", edge]}
- {match: gcr.io/distroless/**, action: allow, reason: nothing in it}
base:
  digest: pin
  max-age: 90d
  end-of-life: deny
  unlisted-tag: warn
  deprecated: deny
  floating-tag: allow
mirrors:
  docker.io: registry.example.com/hub
sources: {git: allow, http: require-checksum, scratch: allow, oci-layout: deny, local: allow}
exceptions:
- match: ghcr.io/acme/legacy:*
  until: 2027-03-31
  owner: payments
  reason: migration in progress
  rules: [FT101]
";

fn errors(text: &str) -> Vec<String> {
    match Policy::parse("p", text) {
        Ok(policy) => panic!("no error in {text}: {policy:?}"),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[track_caller]
fn error(text: &str, expected: &str) {
    let errors = errors(text);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].contains(expected), "{errors:#?}");
}

#[test]
fn the_whole_file_is_read() {
    let policy = Policy::parse("p", WHOLE).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(policy.settings.warn_only, Some(false));
    assert_eq!(
        *policy.settings.tiers.get(Tier::Community),
        Some(Severity::Deny)
    );
    assert_eq!(
        policy.internal.len() + policy.verified.len() + policy.open_source.len(),
        3
    );
    assert_eq!(policy.rewrites.len(), 2);
    assert_eq!(policy.images.len(), 3);
    assert_eq!(policy.settings.digest, Some(DigestRule::Pin));
    assert_eq!(policy.settings.max_age, Some(90));
    assert_eq!(
        *policy.settings.checks.get(Check::EndOfLife),
        Some(Severity::Deny)
    );
    assert_eq!(
        *policy.settings.checks.get(Check::UnlistedTag),
        Some(Severity::Warn)
    );
    assert_eq!(policy.mirrors[0].prefix, "registry.example.com/hub");
    assert_eq!(
        *policy.settings.sources.get(SourceKind::Http),
        Some(SourceRule::RequireChecksum)
    );
    assert_eq!(policy.exceptions[0].until.to_string(), "2027-03-31");
    assert_eq!(policy.exceptions[0].rules, ["FT101"]);
}

#[test]
fn the_shortest_policy_is_a_version() {
    Policy::parse("p", "version: 1").unwrap();
    Policy::parse("p", "# why\n---\nversion: 1\n").unwrap();
    error("", "p:1:1: the policy is empty");
    error("# nothing", "the policy is empty");
    error("mode: warn", "p:1:1: `version` is missing");
    error("version: 2", "p:1:10: unknown version `2`");
    error("- version: 1", "expected a mapping, found a list");
}

#[test]
fn an_unknown_key_is_an_error_with_a_suggestion() {
    error(
        "version: 1\nteirs: {}",
        "p:2:1: unknown key `teirs` (did you mean `tiers`?)",
    );
    error(
        "version: 1\nbase:\n  max_age: 3d",
        "p:3:3: unknown key `max_age` (did you mean `max-age`?)",
    );
    error(
        "version: 1\nbase: {endOfLife: deny}",
        "did you mean `end-of-life`?",
    );
    error(
        "version: 1\ntiers: {everything: deny}",
        "known keys: docker-official-image, verified-publisher",
    );
    error(
        "version: 1\nmode: enfroce",
        "p:2:7: expected one of enforce, warn, found `enfroce` (did you mean `enforce`?)",
    );
    error(
        "version: 1\nbase: {end-of-life: refuse}",
        "expected one of deny, warn, allow, found `refuse`",
    );
}

#[test]
fn all_errors_are_reported_at_once_in_order() {
    let all = errors(
        "version: 1\nx: 1\nmode: no\nbase: {digest: pinned}\nexceptions:\n- match: a/b\n  until: 2027-02-30\n  owner: me\n",
    );
    let places: Vec<&str> = all.iter().map(|e| e.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        ["p:2:1", "p:3:7", "p:4:16", "p:6:3", "p:7:10"],
        "{all:#?}"
    );
}

#[test]
fn places_after_letters_of_several_bytes_are_right() {
    let text = "version: 1\ndescription: \"Änderung é\"\nmode: \"é\"\n";
    let errors = Policy::parse("p", text).unwrap_err();
    assert_eq!((errors[0].line, errors[0].column), (3, 7));
    assert_eq!(&text[errors[0].span.clone()], "\"é\"");
}

#[test]
fn impossible_dates_are_errors() {
    for day in ["2027-02-29", "2027-13-01", "tomorrow", "31.03.2027"] {
        let text =
            format!("version: 1\nexceptions: [{{match: a/b, until: {day}, owner: me, reason: x}}]");
        error(&text, &format!("`{day}` is not a valid date"));
    }
}

#[test]
fn an_exception_needs_an_end_an_owner_and_a_reason() {
    let all = errors("version: 1\nexceptions: [{match: a/b}]");
    assert_eq!(all.len(), 3);
    error(
        "version: 1\nexceptions: [{match: a/b, until: 2027-01-01, owner: me, reason: x, rules: [FT999]}]",
        "`FT999` is not a rule",
    );
    error(
        "version: 1\nexceptions: [{match: a/b, until: 2027-01-01, owner: me, reason: x, rules: [FT122]}]",
        "can't be lifted",
    );
}

#[test]
fn rules_that_can_never_match_are_errors() {
    error(
        "version: 1\nimages: [{match: node, tags: \">=25, <22\"}]",
        "no version is in `>=25, <22`, so this can never match",
    );
    error(
        "version: 1\nimages: [{match: acme/Node, tags: \"22\"}]",
        "can never match",
    );
    error(
        "version: 1\nimages: [{match: node, tags: [\"22 *\"]}]",
        "can never match",
    );
    error(
        "version: 1\nimages: [{match: node, variants: [\"bookworm-slim\"]}]",
        "`bookworm-slim` can never match",
    );
    error(
        "version: 1\nimages: [{match: node}]",
        "this rule has no effect",
    );
    error(
        "version: 1\ninternal: [ghcr.io/**, ghcr.io/acme/*]",
        "p:2:24: `ghcr.io/acme/*` has no effect",
    );
    error(
        "version: 1\nrewrite: [{match: a/*, to: \"node:22\"}, {match: a/b, to: \"node:24\"}]",
        "p:2:48: this rule can never match, because `a/*` above",
    );
    error(
        "version: 1\nrewrite: [{match: mysql, to: \"mariadb:11\"}]\nimages: [{match: mysql, tags: \"8\"}]",
        "p:3:18: this rule can never match, because `mysql` is rewritten",
    );
}

#[test]
fn a_rewrite_to_what_the_policy_refuses_is_an_error() {
    error(
        "version: 1\nrewrite: [{match: a/b, to: \"c/d:1\"}]",
        "this policy itself refuses `c/d:1`: the tier `community` is denied",
    );
    error(
        "version: 1\nrewrite: [{match: a/b, to: \"node:20\"}]\nimages: [{match: node, tags: \">=22\"}]",
        "its tag `20` is not allowed",
    );
    error(
        "version: 1\nrewrite: [{match: a/b, to: \"node:{tag}\"}]\nimages: [{match: node, action: deny}]",
        "a rule under `images` denies it",
    );
    Policy::parse(
        "p",
        "version: 1\ninternal: [c/*]\nrewrite: [{match: a/b, to: \"c/d:1\"}]",
    )
    .unwrap();
    Policy::parse("p", "version: 1\nrewrite: [{match: a/b, to: \"node:{tag}\"}]\nimages: [{match: node, tags: \">=22\"}]").unwrap();
}

#[test]
fn rewrites_in_a_cycle_are_errors() {
    let all = errors(
        "version: 1\nrewrite: [{match: node, to: \"python:3\"}, {match: python, to: \"node:22\"}]",
    );
    assert!(
        all[0].contains("rewrite rules form a cycle: node → python:3 → node:22"),
        "{all:#?}"
    );
    error(
        "version: 1\nrewrite: [{match: node, to: \"node:{tag}-alpine\"}]",
        "rewrite rules form a cycle",
    );
    Policy::parse(
        "p",
        "version: 1\nrewrite: [{match: node, to: \"node:22-alpine\"}]",
    )
    .unwrap();
}

#[test]
fn targets_must_be_references() {
    error(
        "version: 1\nrewrite: [{match: a/b, to: \"Node:22\"}]",
        "is not a valid image reference",
    );
    error(
        "version: 1\nrewrite: [{match: a/b, to: \"node:{version}\"}]",
        "a placeholder is `{name}`, `{tag}`, or the number of a star",
    );
    error(
        "version: 1\nrewrite: [{match: a/b, to: scratch}]",
        "`scratch` is not an image",
    );
}

#[test]
fn errors_in_captures_and_tags_have_their_own_places() {
    let rule =
        |rule: &str| format!("version: 1\ntiers: {{community: allow}}\nrewrite: [{{{rule}}}]");
    for (text, expected) in [
        (
            "match: a/*, to: \"node:{2}\"",
            "p:3:28: `{2}`: a placeholder is `{name}`, `{tag}`, or the number of a star; the pattern has one: `{1}`",
        ),
        (
            "match: \"a/*:*-x\", to: \"{1}:{3}\"",
            "`{3}`: a placeholder is `{name}`, `{tag}`, or the number of a star; the pattern has `{1}` to `{2}`",
        ),
        (
            "match: a/b, to: \"node:{1}\"",
            "`{1}`: a placeholder is `{name}`, `{tag}`, or the number of a star; the pattern has no star",
        ),
        ("match: a/*, to: \"node:{0}\"", "`{0}`: a placeholder"),
        ("match: a/*, to: \"node:{1\"", "`node:{1`: a placeholder"),
        ("match: a/*, to: \"{1}}\"", "`{1}}`: a placeholder"),
        (
            "match: a/*, to: \"{1}\", tags: {\"1*\": \"2{3}\"}",
            "p:3:48: `{3}`: a placeholder is `{name}`, `{tag}`, or the number of a star; the pattern has `{1}` to `{2}`",
        ),
        (
            "match: a/b, to: node, tags: {\"1*\": \"22\", \"16*\": \"20\"}",
            "p:3:53: `16*` can never match, because `1*` above already matches all of it",
        ),
        (
            "match: a/b, to: node, tags: {\"1 *\": \"22\"}",
            "`1 *` is not a valid tag glob, so it can never match",
        ),
        (
            "match: a/b, to: node, tags: {\"1*\": \"a b\"}",
            "p:3:47: `a b` is not a valid tag",
        ),
        (
            "match: a/b, to: \"node:22\", tags: {\"1*\": \"20\"}",
            "p:3:45: `node:22` has its own tag, so `tags` has no effect (write {tag} instead of the tag, or remove the tag)",
        ),
        ("match: a/b, to: node, tags: {}", "expected tag globs"),
        ("match: a/b, to: node, tags: 22", "expected a mapping"),
        (
            "match: a/b, to: \"node:22\", digest: keep",
            "the digest can't be kept, because this rule changes the tag",
        ),
    ] {
        let found = errors(&rule(text));
        assert!(found[0].contains(expected), "{text}: {found:#?}");
    }
    let both = "match: a/b, to: node, tags: [{\"1*\": \"22\"}, {latest: \"24\", \"*\": \"{1}\"}], digest: refuse";
    let policy = Policy::parse("p", &rule(both)).unwrap();
    assert_eq!(policy.rewrites[0].tags.len(), 3);
    assert_eq!(policy.rewrites[0].digest, RequestedDigest::Refuse);
}

#[test]
fn cycles_and_refusals_are_found_through_captures_and_tags() {
    error(
        "version: 1\nrewrite: [{match: \"**\", to: \"m.example.com/{1}\"}]\ninternal: [m.example.com/**]",
        "rewrite rules form a cycle: ** as example.com/x → m.example.com/example.com/x:0 → m.example.com/m.example.com",
    );
    Policy::parse(
        "p",
        "version: 1\nrewrite:\n- {match: m.example.com/**, to: \"m.example.com/{1}\"}\n- {match: \"**\", to: \"m.example.com/{1}\"}\ninternal: [m.example.com/**]",
    )
    .unwrap();
    let both = errors(
        "version: 1\nrewrite: [{match: a/*, to: \"b.example.com/{1}\"}, {match: b.example.com/*, to: \"docker.io/a/{1}\"}]\ntiers: {community: allow}",
    );
    assert!(
        both.iter()
            .all(|error| error.contains("rewrite rules form a cycle"))
    );
    assert!(
        both[0].contains("a/* as a/x → b.example.com/x:0 → a/x:0"),
        "{both:?}"
    );
    error(
        "version: 1\nrewrite: [{match: a/b, to: node, tags: {\"1*\": \"20\", latest: \"24\"}}]\nimages: [{match: node, tags: \">=22\"}]",
        "p:2:47: this policy itself refuses `20`: its tag `20` is not allowed",
    );
    error(
        "version: 1\nrewrite: [{match: \"a/*\", to: \"c/d\"}]",
        "this policy itself refuses `c/d`: the tier `community` is denied",
    );
}

#[test]
fn a_preferred_image_must_be_allowed() {
    error(
        "version: 1\nimages: [{match: node, tags: \">=22\", prefer: \"node:20\"}]",
        "`node:20` is preferred, but the rule for `node` refuses it",
    );
    error(
        "version: 1\nimages: [{match: node, variants: [alpine], prefer: \"node:22\"}]",
        "refuses it",
    );
}

#[test]
fn yaml_features_that_hide_values_are_refused() {
    error(
        "version: 1\ninternal: &a [r.example.com/*]",
        "anchors are not supported",
    );
    let both = errors("version: 1\ninternal: &a [r.example.com/*]\nopen-source: *a");
    assert!(both[1].contains("aliases are not supported"), "{both:?}");
    error("version: !!int 1", "YAML tags are not supported");
    error(
        "version: 1\n---\nversion: 1",
        "found a second YAML document",
    );
    error(
        "version: 1\nmode: warn\nmode: enforce",
        "p:3:1: duplicate key `mode`",
    );
    error(
        "version: 1\n? [a]\n: b",
        "expected text as a key, found a list",
    );
    error("version: 1\nmode: [", "invalid YAML");
    error(&format!("version: 1\nmode: {}", "[".repeat(5_000)), "");
    error("version: 1\ninternal:", "expected a list, found text");
    error("version: 1\nmode:", "expected text, found nothing");
    error("version: 1\ninternal: []", "an empty list has no effect");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = Policy::parse("p", &text);
        let _ = Policy::parse("p", &format!("version: 1\n{text}"));
        let _ = crate::Lock::parse("l", &text);
    }

    #[test]
    fn no_broken_policy_makes_it_panic(at in 0..WHOLE.len(), put in "[\\PC\n\t]{0,4}", cut in 0usize..12) {
        let end = (at + cut).min(WHOLE.len());
        let _ = Policy::parse("p", &format!("{}{put}{}", &WHOLE[..at], &WHOLE[end..]));
    }
}

/// Every policy in the documentation is valid.
#[test]
fn policies_in_the_documentation_are_valid() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let mut files: Vec<_> = std::fs::read_dir(docs.join("rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.push(docs.join("policy.md"));
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for block in text.split("```yaml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            Policy::load("p", block, &mut |_| Ok("version: 1".into()))
                .unwrap_or_else(|errors| panic!("{}: {errors:#?}", file.display()));
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn the_built_in_policy_is_the_one_in_the_documentation() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy.md");
    let text = std::fs::read_to_string(docs).unwrap();
    let block = text
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let written = PolicyIndex::new(Policy::parse("p", block).unwrap(), Gaps::BuiltIn);
    let built_in = PolicyIndex::new(Policy::builtin(), Gaps::BuiltIn);
    assert_eq!(written.effective, built_in.effective);
}

#[test]
fn rules_and_settings_have_their_places() {
    let text =
        "version: 1\n# é\nimages:\n- match: node\n  tags: \"<25\"\ntiers: {community: warn}\n";
    let policy = Policy::parse("p.yaml", text).unwrap();
    let at = policy.images[0].pattern.at.clone().unwrap();
    assert_eq!((at.to_string().as_str(), at.column), ("p.yaml:4", 10));
    assert_eq!(&text[at.span], "node");
    let key = SettingKey::Tier(Tier::Community);
    assert_eq!(key.to_string(), "tiers.community");
    let at = policy.setting_places.get(&key).unwrap();
    assert_eq!(at.line, 6);
    assert_eq!(&text[at.span.clone()], "community: warn");
}

#[test]
fn the_first_hundred_errors_are_reported_and_the_rest_counted() {
    let keys: String = (0..16_000).map(|key| format!("k{key}: 1\n")).collect();
    let errors = Policy::parse("p", &format!("version: 1\n{keys}")).unwrap_err();
    assert_eq!(errors.len(), 101);
    assert_eq!(
        errors[100].to_string(),
        "p:101:1: 15900 more errors in this file (fix these first)"
    );
}

#[test]
fn a_long_chain_of_rewrite_rules_is_read() {
    let rules: String = (0..4_000)
        .map(|at| format!("- {{match: \"a{at}/x\", to: \"a{}/x:1\"}}\n", at + 1))
        .collect();
    let text = format!("version: 1\ninternal: [\"**\"]\nrewrite:\n{rules}");
    Policy::parse("p", &text).unwrap();
}
