use crate::fixtures::{denied, passes, warned};

#[test]
fn a_community_image_is_refused_and_the_official_image_is_named() {
    let policy = "version: 1\nimages: [{match: node, tags: \">=22, <25\", variants: [alpine], prefer: \"node:22-alpine\"}]";
    let denial = denied(policy, "random-user/node-custom:latest");
    assert_eq!(denial.code, "FT101");
    assert_eq!(
        denial.message,
        "docker.io/random-user/node-custom is a community image; this policy refuses community images"
    );
    assert_eq!(
        denial.help.as_deref(),
        Some("use an official image: node:22-alpine")
    );
}

#[test]
fn a_retired_official_image_is_deprecated_even_if_community_images_are_allowed() {
    let policy = "version: 1\ntiers: {community: allow}";
    let findings = warned(policy, "centos:7");
    assert_eq!(findings[0].code, "FT108");
    assert!(
        findings[0]
            .message
            .ends_with("this policy warns about deprecated images")
    );
    let denial = denied(&format!("{policy}\nbase: {{deprecated: deny}}"), "centos:7");
    assert_eq!(denial.code, "FT108");
    assert_eq!(
        denial.help.as_deref(),
        Some("use an official image: almalinux:10")
    );
    passes(
        &format!("{policy}\nbase: {{deprecated: allow}}"),
        "centos:7",
    );
    passes(
        &format!("{policy}\nimages: [{{match: centos, action: allow}}]"),
        "centos:7",
    );
    passes(policy, "acme/centos:7");
}

#[test]
fn a_preferred_image_need_not_be_official() {
    let policy = "version: 1\ninternal: [r.example.com/*]\nimages: [{match: node, prefer: \"r.example.com/node:24\"}]";
    assert_eq!(
        denied(policy, "random-user/node-custom").help.as_deref(),
        Some("use r.example.com/node:24")
    );
}

#[test]
fn if_only_locked_images_are_allowed_a_locked_tag_is_suggested() {
    let lock = crate::fixtures::lock_of("docker.io/library/node:22-alpine", 'a');
    let denial = crate::fixtures::denied_with_lock(
        "version: 1\nbase: {digest: pin}",
        &lock,
        "acme/node:16-alpine",
    );
    assert_eq!(
        denial.help.as_deref(),
        Some("use an official image: node:22-alpine")
    );
}

#[test]
fn without_a_policy_file_a_supported_tag_is_suggested() {
    let denial = denied("version: 1", "bitnami/node:22.1.0-alpine3.18");
    assert_eq!(
        denial.help.as_deref(),
        Some("use an official image: node:22-alpine")
    );
    let denial = denied("version: 1", "random-user/node-custom");
    assert_eq!(
        denial.help.as_deref(),
        Some("use an official image: node:24")
    );
    let denial = denied("version: 1", "acme/thing");
    assert_eq!(
        denial.help.as_deref(),
        Some("use an official image, or allow this one in the policy")
    );
}

#[test]
fn images_of_other_registries_are_community_images_whatever_their_path() {
    for reference in [
        "ghcr.io/acme/node",
        "registry.example.com/node",
        "localhost:5000/library/node",
    ] {
        assert_eq!(denied("version: 1", reference).code, "FT101", "{reference}");
    }
}

#[test]
fn official_images_pass() {
    for reference in [
        "node:24",
        "docker.io/library/node:24",
        "index.docker.io/node:24",
        "docker.io:443/library/node:24",
    ] {
        passes("version: 1", reference);
    }
}

#[test]
fn listed_publishers_warn_and_internal_images_pass() {
    let policy = "version: 1\ninternal: [registry.example.com/platform/*]\nverified-publisher: [bitnami/*]\nopen-source: [ghcr.io/oss/**]";
    assert_eq!(warned(policy, "bitnami/node:22")[0].code, "FT102");
    assert_eq!(
        warned(policy, "bitnami/node:22")[0].message,
        "docker.io/bitnami/node is a verified publisher's image; this policy warns about verified publishers' images"
    );
    assert_eq!(warned(policy, "ghcr.io/oss/a/b")[0].code, "FT103");
    passes(policy, "registry.example.com/platform/node");
    assert_eq!(
        denied(policy, "registry.example.com/other/node").code,
        "FT101"
    );
}

#[test]
fn the_preferred_image_is_suggested_for_a_refused_official_image() {
    let policy = "version: 1\ntiers: {docker-official-image: deny}\ninternal: [r.example.com/*]\nimages: [{match: python, prefer: \"r.example.com/python:3.14\"}]";
    let denial = denied(policy, "python:3.14-slim");
    assert_eq!(
        (denial.code.as_str(), denial.help.as_deref()),
        ("FT104", Some("use r.example.com/python:3.14"))
    );
    assert_eq!(
        denied(policy, "node:24").help.as_deref(),
        Some("use one of the images that the policy allows: r.example.com/*")
    );
}

#[test]
fn a_preferred_image_that_is_not_official_is_not_called_official() {
    let policy = "version: 1\ninternal: [r.example.com/*]\nverified-publisher: [bitnami/*]\nimages: [{match: bitnami/node, prefer: \"r.example.com/node:24\"}]";
    assert_eq!(
        warned(policy, "bitnami/node:22")[0].help.as_deref(),
        Some("use r.example.com/node:24")
    );
}

#[test]
fn even_official_and_internal_images_can_be_refused() {
    let policy = "version: 1\ntiers: {docker-official-image: deny, internal: warn}\ninternal: [r.example.com/*]";
    assert_eq!(denied(policy, "node:24").code, "FT104");
    assert_eq!(warned(policy, "r.example.com/a")[0].code, "FT105");
}

#[test]
fn names_that_are_no_longer_official_or_never_were_are_refused() {
    let retired = denied("version: 1", "centos:7");
    assert_eq!(retired.code, "FT108");
    assert!(
        retired.message.contains("since 2024-07-29"),
        "{}",
        retired.message
    );
    assert!(
        retired
            .help
            .unwrap()
            .starts_with("use an official image: almalinux:")
    );
    let allowing = "version: 1\nimages: [{match: hashicorp/*, action: allow}]";
    assert_eq!(
        denied(allowing, "vault:1.13").help.as_deref(),
        Some("use its successor, which the policy allows: hashicorp/vault")
    );
    let vault = denied("version: 1", "vault");
    assert!(vault.help.unwrap().contains("hashicorp/vault"));
    let unknown = denied("version: 1", "pyhton:3");
    assert_eq!(unknown.code, "FT107");
    assert!(
        unknown.message.contains("as of 2026-08-21"),
        "{}",
        unknown.message
    );
    assert!(unknown.help.unwrap().contains("python:3"));
}

#[test]
fn buildkits_sbom_generator_is_a_verified_publishers_image() {
    assert_eq!(
        warned("version: 1", "docker/buildkit-syft-scanner:stable-1")[0].code,
        "FT102"
    );
}

#[test]
fn where_only_some_images_are_allowed_the_nearest_are_named() {
    let policy = "version: 1\ntiers: {docker-official-image: deny, verified-publisher: deny, open-source: deny}\ninternal: [registry.example.com/base/python, registry.example.com/base/go, registry.example.com/base/node-*, registry.example.com/base/java]";
    let help = |reference: &str| denied(policy, reference).help.unwrap();
    assert_eq!(
        help("node:22"),
        "use one of the images that the policy allows: registry.example.com/base/node-*, registry.example.com/base/python, registry.example.com/base/go and 1 more"
    );
    // An official image would be refused too.
    assert!(help("acme/python").starts_with(
        "use one of the images that the policy allows: registry.example.com/base/python, "
    ));
    let policy = "version: 1\nregistries: {allow: [registry.example.com]}";
    assert_eq!(
        denied(policy, "quay.io/acme/x").help.as_deref(),
        Some("allow this image in the policy")
    );
}
