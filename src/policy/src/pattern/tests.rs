use super::*;

fn matches(pattern: &str, reference: &str) -> bool {
    let image = ImageRef::parse(reference).unwrap().tag_name_only();
    Pattern::parse(pattern)
        .unwrap()
        .matches(&identity(&image), image.tag())
}

#[test]
fn a_name_matches_as_a_dockerfile_reads_it() {
    for (pattern, reference) in [
        ("node", "node"),
        ("node", "docker.io/library/node:22"),
        ("node", "index.docker.io/library/node"),
        ("node", "registry-1.docker.io/library/node"),
        ("node", "docker.io:443/library/node"),
        ("docker.io/node", "node"),
        ("index.docker.io/node", "node"),
        ("docker.io:443/library/node", "node"),
        ("registry.hub.docker.com/library/node", "node"),
        ("Registry-1.docker.io/library/node", "node"),
        ("r.example.com:443/**", "r.example.com/a/b:1"),
        ("r.example.com/*:1", "r.example.com:443/a:1"),
        ("my_reg.io/**", "my_reg.io/a/b"),
        (
            "docker.io/library/node",
            "node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        ("random-user/node-custom", "random-user/node-custom:latest"),
        ("ghcr.io/acme/legacy:*", "ghcr.io/acme/legacy:1"),
        ("ghcr.io/acme/legacy:*", "GHCR.io/acme/legacy"),
        ("localhost:5000/app", "localhost:5000/app:1"),
        ("localhost:5000/app:1", "localhost:5000/app:1"),
        ("node:22*", "node:22-alpine"),
        ("node:latest", "node"),
    ] {
        assert!(matches(pattern, reference), "{pattern} {reference}");
    }
    for (pattern, reference) in [
        ("node", "random-user/node"),
        ("node", "registry.example.com/library/node"),
        ("node", "nodes"),
        ("node:22*", "node:21"),
        (
            "node:22",
            "node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
    ] {
        assert!(!matches(pattern, reference), "{pattern} {reference}");
    }
}

#[test]
fn one_star_stays_within_a_component_and_two_do_not() {
    assert!(matches(
        "registry.example.com/platform/*",
        "registry.example.com/platform/node"
    ));
    assert!(!matches(
        "registry.example.com/platform/*",
        "registry.example.com/platform/a/b"
    ));
    assert!(matches(
        "registry.example.com/**",
        "registry.example.com/platform/a/b"
    ));
    assert!(!matches(
        "registry.example.com/**",
        "registry.example.com.evil.org/platform/a"
    ));
    assert!(matches("bitnami/*", "bitnami/node"));
    assert!(!matches("bitnami/*", "bitnami/a/b"));
    assert!(matches("*", "node"));
    assert!(!matches("*", "acme/node"));
    assert!(matches("**", "acme/node"));
    assert!(matches("**/node", "ghcr.io/acme/node"));
    assert!(matches("*.example.com/x", "a.example.com/x"));
    assert!(!matches("*.example.com/x", "evil.org/example.com/x"));
}

#[test]
fn a_pattern_that_can_never_match_is_an_error() {
    for text in [
        "",
        "ghcr.io/Acme/node",
        "node@sha256:abc",
        "node:",
        "ghcr.io/",
        "a//b",
        "no de",
        "é",
    ] {
        assert!(Pattern::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_pattern_covers_only_patterns_that_match_nothing_else() {
    let covers = |a: &str, b: &str| {
        Pattern::parse(a)
            .unwrap()
            .covers(&Pattern::parse(b).unwrap())
    };
    assert!(covers("bitnami/*", "bitnami/node"));
    assert!(covers("bitnami/*", "bitnami/node:1"));
    assert!(covers("bitnami/*", "bitnami/n*"));
    assert!(covers("bitnami/**", "bitnami/*"));
    assert!(!covers("bitnami/*", "bitnami/**"));
    assert!(!covers("bitnami/n*", "bitnami/*"));
    assert!(covers("node:*", "node"));
    assert!(!covers("node:22", "node"));
    assert!(covers("**", "ghcr.io/acme/*"));
}
