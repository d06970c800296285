//! The suggestions for images: the table of `suggestions.txt`, other platforms, and that the policy allows what it
//! suggests.
#![cfg(test)]

use fromtier_image::{ImageRef, Platform};
use fromtier_policy::gate::{ImageRequest, Via};
use fromtier_policy::{Day, Finding, Gate, Policy, Scope, Severity};
use proptest::prelude::*;

/// A policy that reports every image that can be reported, so that each gets its suggestion.
const STRICT: &str = "version: 1\nbase: {end-of-life: deny, deprecated: deny, unlisted-tag: deny, floating-tag: deny}";

const PAIRS: &str = include_str!("suggestions.txt");

fn gate(organization: &str, repository: Option<&str>) -> Gate {
    let policy = |text: &str| Policy::parse("p", text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    Gate::new(
        Some(policy(organization)),
        repository.map(policy),
        None,
        Day::parse("2026-11-24").unwrap(),
    )
}

fn findings(gate: &Gate, reference: &str, platform: Option<&Platform>) -> Vec<Finding> {
    let request = ImageRequest {
        reference,
        via: Via::From,
        scope: Scope {
            platform,
            ..Scope::default()
        },
    };
    match gate.request(&request) {
        Ok(pass) => pass.verdict().findings.clone(),
        Err(denial) => denial.verdict.findings.clone(),
    }
}

/// Returns the suggestion for an image.
fn suggestion(gate: &Gate, reference: &str, platform: Option<&Platform>) -> Option<String> {
    let findings = findings(gate, reference, platform);
    assert!(!findings.is_empty(), "{reference}: it has no finding");
    findings.into_iter().find_map(|finding| finding.suggestion)
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAIRS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap())
        .map(|(requested, expected)| (requested, expected.trim()))
}

#[test]
fn suggestions_are_those_of_the_table() {
    let gate = gate(STRICT, None);
    let mut wrong = String::new();
    for (requested, expected) in pairs() {
        let found = suggestion(&gate, requested, None).unwrap_or("-".to_owned());
        if found != expected {
            wrong += &format!("\n{requested}: found {found}, expected {expected}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(pairs().count() >= 100);
}

#[test]
fn other_platforms_get_what_exists_for_them() {
    let gate = gate(STRICT, None);
    for (platform, requested, expected) in [
        ("linux/s390x", "node:16-alpine", "node:24-alpine"),
        // Node 24 is not built for ppc64le on Alpine, and not for 32 bits at all.
        ("linux/ppc64le", "node:16-alpine", "node:24"),
        ("linux/arm/v7", "node:16-alpine", "node:22-alpine"),
        ("linux/arm/v6", "node:16-alpine", "node:22-alpine"),
        (
            "linux/arm64",
            "openjdk:17-jdk-slim",
            "eclipse-temurin:17-jdk",
        ),
        (
            "linux/arm64",
            "openjdk:17-jdk-alpine",
            "eclipse-temurin:17-jdk",
        ),
        (
            "linux/arm64",
            "openjdk:21-jdk-alpine",
            "eclipse-temurin:21-jdk-alpine",
        ),
        ("linux/s390x", "openjdk:8-jre", "eclipse-temurin:25-jre"),
        ("linux/riscv64", "golang:1.18-buster", "golang:1.27"),
        ("linux/386", "postgres:11-alpine", "postgres:18-alpine"),
        (
            "windows/amd64",
            "golang:1.18-nanoserver-1809",
            "golang:1.27-nanoserver",
        ),
        ("linux/arm64", "mysql:5.7", "mysql:9.7"),
        ("linux/s390x", "bitnami/redis:7.2", "redis:7.2-alpine"),
    ] {
        let platform = Platform::parse(platform).unwrap();
        let found = suggestion(&gate, requested, Some(&platform));
        assert_eq!(
            found.as_deref(),
            Some(expected),
            "{requested} for {platform:?}"
        );
        let image = ImageRef::parse(expected).unwrap();
        let known = fromtier_catalog::image(image.path().strip_prefix("library/").unwrap());
        let platforms = known.unwrap().tag(image.tag().unwrap()).unwrap();
        assert!(platforms.has(&platform), "{expected} for {platform:?}");
    }
}

fn references() -> impl Strategy<Value = String> {
    let requested: Vec<&str> = pairs().map(|(requested, _)| requested).collect();
    prop::sample::select(requested).prop_map(str::to_owned)
}

fn policies() -> impl Strategy<Value = String> {
    let parts = vec![
        "mode: warn\n",
        "tiers: {community: warn, docker-official-image: warn}\n",
        "tiers: {community: deny, internal: deny}\n",
        "internal: [r.example.com/**, random-user/*]\n",
        "verified-publisher: [bitnami/*]\n",
        "rewrite: [{match: \"python\", to: \"r.example.com/python\"}, {match: \"golang:1.2*\", to: \"golang:1.26\"}, {match: \"bitnami/*\", to: \"{name}:{tag}\"}]\n",
        "images: [{match: node, tags: \">=22, <25\", variants: [alpine, slim]}, {match: python, variants: [slim], prefer: \"python:3.13-slim\"}]\n",
        "images: [{match: \"*\", variants: [alpine]}, {match: eclipse-temurin, action: deny}, {match: bitnami/*, prefer: \"r.example.com/base:1\"}]\n",
        "images: [{match: \"*\", tags: \"<9\"}, {match: random-user/*, action: deny, prefer: \"node:18\"}]\n",
        "base: {end-of-life: deny, unlisted-tag: warn, floating-tag: deny}\n",
        "base: {end-of-life-notice: 200d}\n",
        "base: {digest: pin, deprecated: deny, end-of-life: warn}\n",
        "mirrors: {docker.io: r.example.com/hub}\n",
        "exceptions: [{match: \"*\", until: 2027-01-01, owner: a, reason: b}]\n",
    ];
    prop::sample::subsequence(parts, 0..=6).prop_filter_map("twice", |parts| {
        let text = format!("version: 1\n{}", parts.concat());
        Policy::parse("p", &text).ok().map(|_| text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// A suggested image isn't refused, and isn't reported as outdated. A digest or a line in the lock file can still be
    /// missing.
    #[test]
    fn a_suggestion_passes(
        organization in policies(),
        repository in prop::option::of(policies()),
        requested in references(),
        platform in prop::option::of(prop::sample::select(vec!["linux/arm64", "linux/s390x", "linux/arm/v7"])),
    ) {
        let gate = gate(&organization, repository.as_deref());
        let platform = platform.map(|platform| Platform::parse(platform).unwrap());
        for finding in findings(&gate, &requested, platform.as_ref()) {
            let Some(suggestion) = finding.suggestion.filter(|_| finding.code != "FT160") else {
                continue;
            };
            let image = ImageRef::parse(&suggestion).unwrap();
            let name = image.path().strip_prefix("library/").filter(|_| image.domain() == "docker.io");
            if let (Some(image), Some(platform), Some(tag)) =
                (name.and_then(fromtier_catalog::image), &platform, image.tag())
            {
                let exists = image.tag(tag).is_none_or(|platforms| platforms.has(platform));
                prop_assert!(exists, "{} for {requested} does not exist for {platform:?}", suggestion);
            }
            for next in findings(&gate, &suggestion, platform.as_ref()) {
                let later = ["FT120", "FT121"].contains(&next.code.as_str());
                let outdated = ["FT130", "FT131", "FT132", "FT133", "FT135"].contains(&next.code.as_str());
                prop_assert!(
                    next.severity < Severity::Deny || later,
                    "{} for {requested}: {}", suggestion, next.message
                );
                prop_assert!(
                    next.severity == Severity::Allow || !outdated,
                    "{} for {requested}: {}", suggestion, next.message
                );
            }
        }
    }
}
