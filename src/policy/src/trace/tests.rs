use super::*;
use crate::Scope;
use crate::fixtures::{gate, lock_of};
use crate::gate::Via;
use crate::verdict::Severity;

fn trace(policy: &str, lock: &str, reference: &str) -> Trace {
    gate(policy, lock).trace(&ImageRequest {
        reference,
        via: Via::From,
        scope: Scope::default(),
    })
}

const POLICY: &str = "version: 1
tiers:
  community: deny
rewrite:
- match: bitnami/node
  to: node:{tag}
  reason: one source
images:
- {match: node, tags: \">=22\"}
mirrors:
  docker.io: r.example.com/hub
exceptions:
- match: acme/*
  until: 2026-12-31
  owner: payments
  reason: migration
";

#[test]
fn a_trace_has_each_step_with_its_line() {
    let lock = lock_of("docker.io/library/node:22", 'a');
    let trace = trace(POLICY, &lock, "bitnami/node:22");
    let step = &trace.rewrites[0];
    assert_eq!(step.at.as_ref().unwrap().to_string(), "policy.yaml:5");
    assert_eq!(step.to.as_ref().unwrap().familiar(), "node:22");
    assert_eq!(step.reason.as_deref(), Some("one source"));
    assert!(matches!(
        trace.tiers[0],
        Membership {
            tier: Tier::Official,
            why: TierReason::Catalog,
            action: Severity::Allow,
            action_at: None,
            ..
        }
    ));
    assert_eq!(trace.rules[0].at.as_ref().unwrap().line, 9);
    assert!(trace.rules[0].fits);
    let cycle = trace.facts.as_ref().unwrap().cycle.unwrap();
    assert_eq!((cycle.name, cycle.has_ended), ("22", false));
    assert!(cycle.days_left.unwrap() > 0);
    let (mirror, at) = trace.mirror.clone().unwrap();
    assert_eq!(
        (mirror.as_str(), at.unwrap().line),
        ("r.example.com/hub", 11)
    );
    let pulled = trace.pull.unwrap().to_string();
    assert!(
        pulled.starts_with("r.example.com/hub/library/node:22@sha256:aaaa"),
        "{pulled}"
    );
    assert_eq!(trace.verdict.severity, Severity::Allow);
}

#[test]
fn a_mirror_with_a_too_long_path_is_shown_and_the_image_refused() {
    let policy = POLICY.replace("community: deny", "community: allow");
    let trace = trace(&policy, "", &format!("acme/{}", "a".repeat(250)));
    assert_eq!(trace.mirror.unwrap().0, "r.example.com/hub");
    assert_eq!(trace.verdict.severity, Severity::Deny);
    let finding = trace
        .verdict
        .findings
        .iter()
        .find(|f| f.severity == Severity::Deny);
    assert_eq!(finding.unwrap().code.as_str(), "FT161");
}

#[test]
fn an_exception_that_lets_the_image_pass_is_marked() {
    let trace = trace(POLICY, "", "acme/thing");
    assert_eq!(trace.tiers[0].tier, Tier::Community);
    assert_eq!(trace.tiers[0].action_at.as_ref().unwrap().line, 3);
    let exception = &trace.exceptions[0];
    assert!(exception.used && exception.state.is_active());
    assert_eq!(exception.at.as_ref().unwrap().line, 13);
    assert_eq!(trace.verdict.severity, Severity::Warn);
}

#[test]
fn profiles_are_named_with_the_line_of_the_setting_that_applies() {
    let text = "version: 1
tiers: {community: warn}
registries: {allow: [docker.io]}
stages:
  final:
    tiers:
      community: deny
platforms:
  windows/*: {tiers: {community: deny}}
";
    let gate = gate(text, "");
    let trace_of = |stage| {
        gate.trace(&ImageRequest {
            reference: "acme/thing",
            via: Via::From,
            scope: Scope {
                platform: Some(&fromtier_image::Platform::new("linux", "amd64")),
                ..Scope::of_stage(stage)
            },
        })
    };
    let ships = trace_of(Some("final"));
    let parts = |trace: &Trace| -> Vec<(String, bool)> {
        let profiles = trace.profiles.iter();
        profiles
            .map(|p| (p.part.clone(), p.only_tightens))
            .collect()
    };
    assert_eq!(parts(&ships), [("stages.final".to_owned(), false)]);
    assert_eq!(ships.profiles[0].at.as_ref().unwrap().line, 7);
    assert_eq!(ships.tiers[0].action, Severity::Deny);
    assert_eq!(ships.tiers[0].action_at.as_ref().unwrap().line, 7);
    let origin = &ships.registries[0];
    assert!(origin.allowed);
    assert_eq!(origin.by.as_ref().unwrap().0, "docker.io");
    let build = trace_of(Some("build"));
    assert_eq!(parts(&build), []);
    assert_eq!(build.tiers[0].action_at.as_ref().unwrap().line, 2);
    assert_eq!(parts(&trace_of(None)), [("stages.final".to_owned(), true)]);
}

#[test]
fn checks_that_need_the_registry_are_listed_with_their_lines() {
    let text = "version: 1
base: {max-age: 90d, onbuild: warn}
stages:
  final:
    base:
      max-age: 30d
      labels: {require: [a, b=c]}
      root-user: deny
";
    let trace = gate(text, "").trace(&ImageRequest {
        reference: "node",
        via: Via::From,
        scope: Scope::of_stage(Some("final")),
    });
    let later = trace.later.iter();
    let later: Vec<(&str, usize)> = later
        .map(|later| (later.what.as_str(), later.at.as_ref().unwrap().line))
        .collect();
    assert_eq!(
        later,
        [
            ("built within 30 days", 6),
            ("not root, or it is refused", 8),
            ("no ONBUILD triggers, or it warns", 2),
            ("has the labels a, b=c", 7),
        ]
    );
}

#[test]
fn scratch_is_judged_as_a_source_and_not_as_an_image() {
    let text = "version: 1\nsources: {scratch: deny}\n";
    let refused = trace(text, "", "scratch");
    assert!(refused.normalized.is_none());
    assert_eq!(refused.verdict.findings[0].code, "FT142");
    assert_eq!(
        trace(POLICY, "", "scratch").verdict.severity,
        Severity::Allow
    );
}

#[test]
fn an_invalid_reference_has_a_verdict_and_nothing_else() {
    let trace = trace(POLICY, "", "Not A Reference");
    assert!(trace.normalized.is_none() && trace.pull.is_none());
    assert_eq!(trace.verdict.findings[0].code, "FT100");
}

#[test]
fn a_refused_image_has_the_reference_that_would_be_pulled() {
    let trace = trace(POLICY, "", "node:18");
    assert_eq!(trace.verdict.severity, Severity::Deny);
    assert!(!trace.rules[0].fits);
    assert_eq!(
        trace.pull.unwrap().to_string(),
        "r.example.com/hub/library/node:18"
    );
    assert!(trace.facts.unwrap().cycle.unwrap().has_ended);
}
