//! What is suggested in the place of what: the table of `suggestions.txt`, other platforms, and that a suggestion is
//! one that the policy lets through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use fromtier_image::Platform;
use fromtier_policy::gate::{ImageRequest, Via};
use fromtier_policy::{Day, Finding, Gate, Policy, Scope, Severity};
use proptest::prelude::*;

/// Everything is said that can be said, so that everything gets its suggestion.
const TALKATIVE: &str = "version: 1\nbase: {end-of-life: deny, deprecated: deny, unlisted-tag: deny, floating-tag: deny}";

const PAIRS: &str = include_str!("suggestions.txt");

fn gate(organisation: &str, repository: Option<&str>) -> Gate {
    let policy = |text: &str| Policy::parse("p", text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    Gate::new(
        Some(policy(organisation)),
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

/// What is suggested in the place of an image.
fn suggestion(gate: &Gate, reference: &str, platform: Option<&Platform>) -> Option<String> {
    let findings = findings(gate, reference, platform);
    assert!(!findings.is_empty(), "{reference}: nothing is said of it");
    findings.into_iter().find_map(|finding| finding.suggestion)
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAIRS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap())
        .map(|(asked, expected)| (asked, expected.trim()))
}

#[test]
fn what_a_colleague_would_name() {
    let gate = gate(TALKATIVE, None);
    let mut wrong = String::new();
    for (asked, expected) in pairs() {
        let found = suggestion(&gate, asked, None).unwrap_or("-".to_owned());
        if found != expected {
            wrong += &format!("\n{asked}: {found}, and {expected} is expected");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(pairs().count() >= 100);
}

fn references() -> impl Strategy<Value = String> {
    let asked: Vec<&str> = pairs().map(|(asked, _)| asked).collect();
    prop::sample::select(asked).prop_map(str::to_owned)
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

    /// Whoever follows a suggestion is neither refused nor told that it is outdated: a digest or a line in the lock file
    /// may still be missing.
    #[test]
    fn a_suggestion_passes(organisation in policies(), repository in prop::option::of(policies()), asked in references()) {
        let gate = gate(&organisation, repository.as_deref());
        for finding in findings(&gate, &asked, None) {
            let Some(suggestion) = finding.suggestion.filter(|_| finding.code != "FT160") else {
                continue;
            };
            for said in findings(&gate, &suggestion, None) {
                let later = ["FT120", "FT121"].contains(&said.code);
                let outdated = ["FT130", "FT131", "FT132", "FT133"].contains(&said.code);
                prop_assert!(
                    said.severity < Severity::Deny || later,
                    "{} for {asked}: {}", suggestion, said.message
                );
                prop_assert!(
                    said.severity == Severity::Allow || !outdated,
                    "{} for {asked}: {}", suggestion, said.message
                );
            }
        }
    }
}
