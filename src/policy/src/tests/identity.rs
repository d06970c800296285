//! What an image is, whatever its name: aliases, and images that are named as in their mirror.

use std::collections::BTreeMap;

use crate::fixtures::{ask, denied, digest, gate, lock_of, passes, passes_with_lock, two};
use crate::{Policy, Scope};

const ALIAS: &str = "version: 1\nbase: {end-of-life: deny}\naliases: [{match: \"r.example.com/hub/*\", is: \"docker.io/library/{1}\"}]";

#[test]
fn rules_take_an_alias_for_the_image_that_it_is_and_pull_it_as_written() {
    let pass = ask(&gate(ALIAS, ""), "r.example.com/hub/node:24").unwrap();
    assert_eq!(pass.pull().to_string(), "r.example.com/hub/node:24");
    assert_eq!(pass.image().to_string(), "docker.io/library/node:24");
    let verdict = pass.verdict();
    assert_eq!(
        verdict.alias_of.as_ref().unwrap().to_string(),
        "docker.io/library/node:24"
    );
    assert_eq!(
        verdict.normalized.as_ref().unwrap().to_string(),
        "r.example.com/hub/node:24"
    );
    assert_eq!(verdict.rewritten, None);
    let denial = denied(ALIAS, "r.example.com/hub/node:14");
    assert_eq!(denial.code, "FT131");
    // The suggestion is by the name that was written.
    assert!(
        denial
            .help
            .as_deref()
            .unwrap()
            .starts_with("use r.example.com/hub/node:2"),
        "{denial:?}"
    );
    assert_eq!(denied(ALIAS, "r.example.com/other/node:24").code, "FT101");
}

#[test]
fn an_alias_is_locked_as_the_image_that_it_is() {
    let policy = format!("{ALIAS}\n").replace("{end-of-life: deny}", "{digest: pin}");
    let lock = lock_of("docker.io/library/node:24", 'a');
    let pass = passes_with_lock(&policy, &lock, "r.example.com/hub/node:24");
    assert_eq!(
        pass.pull().to_string(),
        format!("r.example.com/hub/node:24@{}", digest('a').as_str())
    );
}

#[test]
fn the_registry_of_an_alias_counts_and_not_that_of_the_image() {
    let only = |registries: &str| format!("{ALIAS}\nregistries: {{{registries}}}");
    passes(&only("allow: [r.example.com]"), "r.example.com/hub/node:24");
    passes(&only("deny: [docker.io]"), "r.example.com/hub/node:24");
    assert_eq!(
        denied(&only("allow: [docker.io]"), "r.example.com/hub/node:24").code,
        "FT113"
    );
}

#[test]
fn only_the_organizations_aliases_count_beside_a_repositorys() {
    assert_eq!(
        ask(&two("version: 1", ALIAS), "r.example.com/hub/node:24")
            .unwrap_err()
            .code,
        "FT101"
    );
    assert!(ask(&two(ALIAS, "version: 1"), "r.example.com/hub/node:24").is_ok());
}

#[test]
fn an_alias_in_a_clients_definition_is_the_image_that_it_is() {
    let judge = |reference: &str| {
        gate(ALIAS, "").input_source(
            &format!("docker-image://{reference}"),
            &BTreeMap::new(),
            &Scope::UNKNOWN,
        )
    };
    assert!(judge("r.example.com/hub/node:24").is_ok());
    assert_eq!(
        judge("r.example.com/hub/node:14").unwrap_err().code,
        "FT131"
    );
}

#[test]
fn an_image_that_is_named_as_in_its_mirror_is_the_same_image() {
    let policy = "version: 1\nbase: {end-of-life: deny}\ninternal: [r.example.com/**]\nmirrors: {docker.io: r.example.com/hub}";
    for name in ["node:12", "r.example.com/hub/library/node:12"] {
        assert_eq!(denied(policy, name).code, "FT131", "{name}");
    }
    let pass = ask(&gate(policy, ""), "r.example.com/hub/library/node:24").unwrap();
    assert_eq!(
        (pass.image().to_string(), pass.pull().to_string()),
        (
            "docker.io/library/node:24".to_owned(),
            "r.example.com/hub/library/node:24".to_owned()
        )
    );
    passes(policy, "r.example.com/tools/node:12");
    // A mirror without a path can have images of its own.
    let policy = policy.replace("r.example.com/hub", "r.example.com");
    assert_eq!(
        denied(&policy, "r.example.com/library/node:12").code,
        "FT131"
    );
    let pass = ask(&gate(&policy, ""), "r.example.com/team/app:1").unwrap();
    assert_eq!(pass.image().to_string(), "r.example.com/team/app:1");
}

#[test]
fn an_alias_that_can_not_be_read_is_an_error_in_the_policy() {
    for (alias, expected) in [
        ("{match: acme/*, is: \"node:22\"}", "has its own tag"),
        ("{match: acme/*, is: \"{2}\"}", "a placeholder is"),
        ("{match: acme/x, is: acme/x}", "this is the image itself"),
        (
            "{match: acme/x, is: \"A B\"}",
            "is not a valid image reference",
        ),
        ("{match: acme/x}", "`is` is missing"),
    ] {
        let text = format!("version: 1\naliases: [{alias}]");
        let errors = Policy::parse("p", &text).unwrap_err();
        assert!(
            errors[0].to_string().contains(expected),
            "{alias}: {errors:?}"
        );
    }
}

#[test]
fn no_spelling_of_a_mirror_hides_what_the_image_is() {
    let policy = |mirror: &str| {
        format!(
            "version: 1\ninternal: [registry.example.com/**]\nmirrors: {{docker.io: \"{mirror}\"}}"
        )
    };
    for mirror in [
        "registry.example.com/hub",
        "registry.example.com:443/hub",
        "Registry.example.com/hub",
    ] {
        for name in [
            "registry.example.com/hub/evil/tool:1",
            "registry.example.com:443/hub/evil/tool:1",
            "REGISTRY.example.com/hub/evil/tool:1",
        ] {
            assert_eq!(
                denied(&policy(mirror), name).code,
                "FT101",
                "{mirror}: {name}"
            );
        }
    }
    // A name in a shorter mirror, which has the image as well.
    let policy = "version: 1\ninternal: [r.example.com/**]\nbase: {end-of-life: deny}\nmirrors: {docker.io: r.example.com/hub, docker.io/library: e.example.com/lib}";
    for name in [
        "r.example.com/hub/library/node:14",
        "e.example.com/lib/node:14",
    ] {
        assert_eq!(denied(policy, name).code, "FT131", "{name}");
    }
}

#[test]
fn the_place_of_a_repositorys_mirror_is_what_the_organization_says_it_is() {
    let organization = "version: 1\ninternal: [r.example.com/**]\nverified-publisher: [quay.io/coreos/*]\ntiers: {verified-publisher: allow}\nbase: {end-of-life: deny}\nmirrors: {docker.io: r.example.com/hub}\naliases: [{match: \"r.example.com/copies/*\", is: \"r.example.com/hub/library/{1}\"}]";
    let code = |mirror: &str, name: &str| {
        let repository = format!("version: 1\nmirrors: {{quay.io/coreos: {mirror}}}");
        ask(&two(organization, &repository), name).map_err(|denial| denial.code)
    };
    let into_the_mirror = code("r.example.com/hub/evil", "quay.io/coreos/etcd:3");
    assert_eq!(into_the_mirror.unwrap_err(), "FT101");
    let into_copies = code("r.example.com/copies", "quay.io/coreos/node:14");
    assert_eq!(into_copies.unwrap_err(), "FT131");
    assert!(code("r.example.com/quay", "quay.io/coreos/etcd:3").is_ok());
    // An alias of a name in the mirror is the image in the mirror.
    assert_eq!(
        denied(organization, "r.example.com/copies/node:14").code,
        "FT131"
    );
}

#[test]
fn an_exception_by_the_name_of_an_alias_applies() {
    let policy = format!(
        "{ALIAS}\nregistries: {{deny: [r.example.com]}}\nexceptions: [{{match: r.example.com/hub/*, until: 2026-12-01, owner: o, reason: r, rules: [FT113]}}]"
    );
    assert!(ask(&gate(&policy, ""), "r.example.com/hub/node:24").is_ok());
}
