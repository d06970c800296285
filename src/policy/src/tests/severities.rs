//! The severity of each finding is one that [`Code::severity_rule`] allows.

use std::collections::{BTreeMap, BTreeSet};

use fromtier_image::{ImageConfig, ImageRef};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::random::{answers, locks, policies, references, scopes, sources, via};
use crate::code::SeverityRule;
use crate::fixtures::{config, digest, gate, today};
use crate::gate::{
    FrontendRequest, Gate, ImageRequest, RequestedBy, Resolved, SourceRequest, TrapRequest, Via,
};
use crate::settings::{PerCheck, PerSourceKind, PerTrap, Settings, SourceRule, Trap};
use crate::tier::PerTier;
use crate::verdict::{Denial, Finding};
use crate::{Code, Policy, Scope, Severity, Verdict};

const ACTIONS: [Severity; 3] = [Severity::Allow, Severity::Warn, Severity::Deny];

/// A source that is judged to get the findings of a code.
enum Source {
    Image(&'static str),
    /// An image with `ONBUILD` triggers.
    ImageWithTriggers(&'static str),
    /// An image without a creation date.
    ImageWithoutDate(&'static str),
    /// The user of the finished image.
    FinalUser(&'static str),
    /// A trap in the text.
    Trap(Trap),
    Other(SourceRequest<'static>),
}

/// A policy in which `%` is the action, and a source that the setting decides on.
struct Setting {
    policy: &'static str,
    source: Source,
    /// The lowest severity, whatever is set.
    least: Severity,
}

/// Returns the settings that decide how severe the findings of a code are.
fn settings(code: Code) -> Vec<Setting> {
    let of = |policy, source| Setting {
        policy,
        source,
        least: Severity::Allow,
    };
    let image = |policy, reference| vec![of(policy, Source::Image(reference))];
    match code {
        Code::CommunityImage => image("tiers: {community: %}", "acme/tool"),
        Code::VerifiedPublisherImage => image(
            "verified-publisher: [acme/*]\ntiers: {verified-publisher: %}",
            "acme/tool",
        ),
        Code::OpenSourceImage => image(
            "open-source: [acme/*]\ntiers: {open-source: %}",
            "acme/tool",
        ),
        Code::OfficialImage => image("tiers: {docker-official-image: %}", "node:24"),
        Code::InternalImage => image("internal: [acme/*]\ntiers: {internal: %}", "acme/tool"),
        Code::ImageNamedByPolicy => image("images: [{match: node, action: %}]", "node:24"),
        Code::UnknownOfficialName => image("tiers: {community: %}", "no-such-name:1"),
        Code::RetiredOfficialImage => vec![
            of(
                "tiers: {community: %}\nbase: {deprecated: allow}",
                Source::Image("centos:7"),
            ),
            of(
                "tiers: {community: allow}\nbase: {deprecated: %}",
                Source::Image("centos:7"),
            ),
        ],
        Code::LookAlike => vec![Setting {
            least: Severity::Warn,
            ..of(
                "tiers: {community: %}",
                Source::Image("docker.lo/acme/tool"),
            )
        }],
        Code::DeprecatedImage => image("base: {deprecated: %}", "openjdk:21"),
        Code::EndOfLife => image("base: {end-of-life: %}", "node:18"),
        Code::UnlistedTag => image("base: {unlisted-tag: %}", "node:99"),
        Code::FinalUser => vec![of("base: {final-user: %}", Source::FinalUser("0"))],
        Code::HeredocBlank => vec![of(
            "dockerfile: {heredoc-blank: %}",
            Source::Trap(Trap::HeredocBlank),
        )],
        Code::PlatformArgument => vec![of(
            "dockerfile: {platform-argument: %}",
            Source::Trap(Trap::PlatformArgument),
        )],
        Code::StagePlatform => vec![of(
            "dockerfile: {stage-platform: %}",
            Source::Trap(Trap::StagePlatform),
        )],
        Code::JsonArray => vec![of(
            "dockerfile: {json-array: %}",
            Source::Trap(Trap::JsonArray),
        )],
        Code::LateEscape => vec![of(
            "dockerfile: {late-escape: %}",
            Source::Trap(Trap::LateEscape),
        )],
        Code::NoDate => vec![of(
            "base: {max-age: 90d, undated: %}",
            Source::ImageWithoutDate("node:24"),
        )],
        Code::FloatingTag => image("base: {floating-tag: %}", "node:latest"),
        Code::RootUser => image("base: {root-user: %}", "node:24"),
        Code::OnbuildTriggers => vec![of(
            "base: {onbuild: %}",
            Source::ImageWithTriggers("node:24"),
        )],
        _ => source_settings(code),
    }
}

/// Returns the settings that decide on the sources that are not images.
fn source_settings(code: Code) -> Vec<Setting> {
    let (policy, request) = match code {
        Code::GitRepository => (
            "sources: {git: %}",
            SourceRequest::Git {
                url: "https://example.com/x.git",
                checksum: None,
            },
        ),
        Code::HttpDownload => (
            "sources: {http: %}",
            SourceRequest::Http {
                url: "https://example.com/x",
                checksum: None,
            },
        ),
        Code::Scratch => ("sources: {scratch: %}", SourceRequest::Scratch),
        Code::OciLayout => (
            "sources: {oci-layout: %}",
            SourceRequest::OciLayout {
                reference: "store@sha256:a",
                context: None,
            },
        ),
        Code::LocalDirectory => (
            "sources: {local: %}",
            SourceRequest::Local { name: "context" },
        ),
        Code::RootFileSystem => (
            "sources: {root-file-system: %}",
            SourceRequest::RootFileSystem { path: "root.tar" },
        ),
        Code::ImportedCache => (
            "sources: {cache-import: %}",
            SourceRequest::CacheImport { from: "acme/cache" },
        ),
        _ => return Vec::new(),
    };
    vec![Setting {
        policy,
        source: Source::Other(request),
        least: Severity::Allow,
    }]
}

/// Returns the findings about an image, those about the registry's answer included if the image is let that far.
fn image_findings(
    gate: &Gate,
    request: &ImageRequest<'_>,
    answered: Option<&ImageRef>,
    letter: Option<char>,
    config: &ImageConfig,
) -> Vec<Finding> {
    let admitted = gate.request(request).and_then(|pass| {
        let digest = letter.map(digest);
        let resolved = Resolved {
            reference: answered.unwrap_or(pass.pull()),
            digest: digest.as_ref(),
            config,
        };
        gate.admit(&pass, &resolved)
    });
    findings_of(admitted.map(|approved| approved.verdict().clone()))
}

/// Returns the findings about a source that is not an image.
fn source_findings(gate: &Gate, request: &SourceRequest<'_>, scope: &Scope<'_>) -> Vec<Finding> {
    let approved = gate.source(request, scope);
    findings_of(approved.map(|approved| approved.verdict().clone()))
}

/// Returns the findings about a trap.
fn trap_findings(gate: &Gate, trap: Trap, scope: &Scope<'_>) -> Vec<Finding> {
    let request = TrapRequest {
        trap,
        written: "ARG TARGETARCH=amd64",
        fact: "the default replaces it",
        help: "remove it",
    };
    findings_of(gate.trap(&request, scope))
}

fn findings_of(judged: Result<Verdict, Denial>) -> Vec<Finding> {
    match judged {
        Ok(verdict) => verdict.findings,
        Err(denial) => denial.verdict.findings,
    }
}

impl Setting {
    /// Returns the severities of the findings of a code under the policy with this action.
    fn severities(&self, code: Code, action: Severity) -> Vec<Severity> {
        let policy = format!("version: 1\n{}", self.policy.replace('%', action.key()));
        let gate = gate(&policy, "");
        let mut config = config();
        match self.source {
            Source::ImageWithTriggers(_) => {
                config.config.on_build = Some(vec!["RUN x".to_owned()]);
            }
            Source::ImageWithoutDate(_) => config.created = None,
            _ => {}
        }
        let findings = match &self.source {
            Source::Image(reference)
            | Source::ImageWithTriggers(reference)
            | Source::ImageWithoutDate(reference) => {
                let request = ImageRequest {
                    reference,
                    via: Via::From,
                    scope: Scope::default(),
                };
                image_findings(&gate, &request, None, Some('a'), &config)
            }
            Source::FinalUser(user) => findings_of(gate.final_user(user, &Scope::default())),
            Source::Trap(trap) => trap_findings(&gate, *trap, &Scope::default()),
            Source::Other(request) => source_findings(&gate, request, &Scope::default()),
        };
        let findings = findings.iter().filter(|finding| finding.code == code);
        findings.map(|finding| finding.severity).collect()
    }
}

#[test]
fn a_configurable_code_is_as_severe_as_its_setting() {
    for code in Code::ALL {
        let settings = settings(*code);
        let is_configurable = code.severity_rule() == SeverityRule::Configurable;
        assert_eq!(!settings.is_empty(), is_configurable, "{code}");
        for setting in settings {
            for action in ACTIONS {
                let expected = match action.max(setting.least) {
                    Severity::Allow => Vec::new(),
                    severity => vec![severity],
                };
                let found = setting.severities(*code, action);
                assert_eq!(found, expected, "{code}: {action:?} in {}", setting.policy);
            }
        }
    }
}

/// Sets every action of a policy and of its profiles to the same one.
fn set_every_action(policy: &mut Policy, action: Severity) {
    let set = |settings: &mut Settings| {
        settings.warn_only = None;
        settings.tiers = PerTier::from_fn(|_| Some(action));
        settings.checks = PerCheck::from_fn(|_| Some(action));
        settings.sources = PerSourceKind::from_fn(|_| Some(SourceRule::Action(action)));
        settings.traps = PerTrap::from_fn(|_| Some(action));
    };
    set(&mut policy.settings);
    for profile in &mut policy.profiles {
        set(&mut profile.settings);
    }
    for rule in &mut policy.downloads {
        rule.rule = SourceRule::Action(action);
    }
    let in_profiles = (policy.profiles.iter_mut()).flat_map(|profile| &mut profile.images);
    for rule in policy.images.iter_mut().chain(in_profiles) {
        rule.action = rule.action.map(|_| action);
        set(&mut rule.settings);
    }
}

/// Panics if a finding's severity is not the one of its code where every action is the same.
fn assert_severities(findings: &[Finding], action: Severity, shown: &dyn std::fmt::Debug) {
    let has_exception = (findings.iter()).any(|finding| finding.code == Code::ExceptionInUse);
    for finding in findings {
        let expected = match finding.code.severity_rule() {
            SeverityRule::Fixed(severity) => severity,
            // Look-alikes are reported even if community images are allowed.
            SeverityRule::Configurable if finding.code == Code::LookAlike => {
                action.max(Severity::Warn)
            }
            SeverityRule::Configurable => action,
        };
        let is_lifted = has_exception
            && finding.code.is_liftable()
            && (finding.severity, expected) == (Severity::Warn, Severity::Deny);
        assert!(
            finding.severity == expected && expected > Severity::Allow
                || finding.code == Code::Rewritten && finding.severity == Severity::Allow
                || is_lifted,
            "{shown:?} where every action is {action:?}: {finding:?}"
        );
    }
}

/// Returns one value of a strategy. The runner is seeded, so that the codes that are reached are always the same.
fn sample<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

#[test]
fn every_finding_of_random_policies_is_as_severe_as_its_code() {
    let runner = &mut TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    let (policies, locks, scopes) = (policies(), locks(), scopes());
    let requests = (
        references(),
        via(),
        answers(),
        prop::option::weighted(0.1, references()),
    );
    for round in 0..36 {
        let action = ACTIONS[round % 3];
        let mut organization = sample(&policies, runner).0;
        let mut repository = sample(&policies, runner).0;
        set_every_action(&mut organization, action);
        set_every_action(&mut repository, action);
        let repository = Some(repository).filter(|_| round % 2 == 0);
        let lock = sample(&locks, runner);
        let gate = Gate::new(Some(organization), repository, Some(lock), today());
        let mut check = |findings: Vec<Finding>, shown: &dyn std::fmt::Debug| {
            assert_severities(&findings, action, shown);
            seen.extend(findings.iter().map(|finding| finding.code));
        };
        for _ in 0..24 {
            let scope = sample(&scopes, runner);
            let (reference, via, (config, letter), answered) = sample(&requests, runner);
            let request = ImageRequest {
                reference: &reference,
                via,
                scope: scope.as_scope(),
            };
            let answered = answered.map(|text| ImageRef::parse(&text).unwrap().tag_name_only());
            let findings = image_findings(&gate, &request, answered.as_ref(), letter, &config);
            check(findings, &request);
            let own = gate.request(&request).ok();
            if let Some(own) = own.and_then(|pass| pass.fall_back("not found")) {
                check(own.verdict().findings.clone(), &request);
            }
            let source = sample(&sources(), runner);
            check(source_findings(&gate, &source, &scope.as_scope()), &source);
            let user = findings_of(gate.final_user("root", &scope.as_scope()));
            check(user, &"USER root");
            for trap in Trap::ALL {
                check(trap_findings(&gate, *trap, &scope.as_scope()), trap);
            }
        }
        for identifier in [
            "unknown://x",
            "docker-image://%%",
            "docker-image://docker.io/library/node:22",
        ] {
            let found = gate.input_source(identifier, &BTreeMap::new(), &Scope::default());
            check(findings_of(found), &identifier);
        }
        let request = FrontendRequest {
            reference: "acme/frontend",
            by: RequestedBy::Line,
            this: None,
        };
        let frontend = gate.other_frontend(&request, &Scope::UNKNOWN);
        check(frontend.into_iter().collect(), &"# syntax=acme/frontend");
    }
    // The programs report these, not the gate.
    let elsewhere = [Code::InvalidPolicy, Code::LockedDigestUnavailable];
    let missing = Code::ALL.iter().filter(|code| !seen.contains(code));
    assert_eq!(
        missing.collect::<Vec<_>>(),
        elsewhere.iter().collect::<Vec<_>>()
    );
}
