//! Gates on 2026-09-01, and requests to them, for the tests of the crate.

use fromtier_image::{Digest, ImageConfig};

use crate::gate::{ApprovedImage, Gate, ImageRequest, Pass, Resolved, Via};
use crate::verdict::{Denial, Finding, Severity};
use crate::{Day, Lock, Policy, Scope};

pub fn today() -> Day {
    Day::parse("2026-09-01").unwrap()
}

pub fn policy(text: &str) -> Policy {
    Policy::parse("policy.yaml", text).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

pub fn gate(text: &str, lock: &str) -> Gate {
    Gate::new(
        Some(policy(text)),
        None,
        Some(Lock::parse("fromtier.lock", lock).unwrap()),
        today(),
    )
}

/// Returns the gate of an organization's and a repository's policy.
pub fn two(organization: &str, repository: &str) -> Gate {
    Gate::new(
        Some(policy(organization)),
        Some(policy(repository)),
        None,
        today(),
    )
}

pub fn gate_on(text: &str, today: Day) -> Gate {
    Gate::new(Some(policy(text)), None, None, today)
}

pub fn ask(gate: &Gate, reference: &str) -> Result<Pass, Denial> {
    ask_in(gate, reference, Scope::default())
}

pub fn ask_in(gate: &Gate, reference: &str, scope: Scope<'_>) -> Result<Pass, Denial> {
    gate.request(&ImageRequest {
        reference,
        via: Via::From,
        scope,
    })
}

#[track_caller]
pub fn denied(policy: &str, reference: &str) -> Denial {
    denied_with_lock(policy, "", reference)
}

#[track_caller]
pub fn denied_with_lock(policy: &str, lock: &str, reference: &str) -> Denial {
    match ask(&gate(policy, lock), reference) {
        Err(denial) => denial,
        Ok(pass) => panic!("{reference} passes: {:#?}", pass.verdict()),
    }
}

/// Panics unless the image passes without a warning.
#[track_caller]
pub fn passes(policy: &str, reference: &str) {
    passes_with_lock(policy, "", reference);
}

#[track_caller]
pub fn passes_with_lock(policy: &str, lock: &str, reference: &str) -> Pass {
    let pass = ask(&gate(policy, lock), reference)
        .unwrap_or_else(|denial| panic!("{reference}: {denial:#?}"));
    assert_eq!(
        pass.verdict().severity,
        Severity::Allow,
        "{reference}: {:#?}",
        pass.verdict()
    );
    pass
}

/// Returns the findings of an image that passes with a warning, and panics for any other.
#[track_caller]
pub fn warned(policy: &str, reference: &str) -> Vec<Finding> {
    let pass = ask(&gate(policy, ""), reference)
        .unwrap_or_else(|denial| panic!("{reference}: {denial:#?}"));
    assert_eq!(
        pass.verdict().severity,
        Severity::Warn,
        "{reference}: {:#?}",
        pass.verdict()
    );
    pass.verdict().findings.clone()
}

/// Returns a digest that repeats one letter.
pub fn digest(letter: char) -> Digest {
    Digest::parse(&format!("sha256:{}", letter.to_string().repeat(64))).unwrap()
}

/// Returns the line of a lock file for an image, with [`digest`] of a letter.
pub fn lock_of(reference: &str, letter: char) -> String {
    format!("{reference} {} 2026-09-01\n", digest(letter).as_str())
}

/// Returns the config of an image that was created today.
pub fn config() -> ImageConfig {
    ImageConfig {
        created: Some(format!("{}T00:00:00Z", today())),
        ..ImageConfig::default()
    }
}

/// Requests `node:24` and admits an answer with this time of creation.
pub fn admit_created(policy: &str, created: Option<&str>) -> Result<ApprovedImage, Denial> {
    let config = ImageConfig {
        created: created.map(str::to_owned),
        ..ImageConfig::default()
    };
    admit_config(policy, &config)
}

/// Requests `node:24` and admits an answer with this config.
pub fn admit_config(policy: &str, config: &ImageConfig) -> Result<ApprovedImage, Denial> {
    admit_via(policy, config, Via::From)
}

/// As [`admit_config`], for an image that comes into the build another way.
pub fn admit_via(policy: &str, config: &ImageConfig, via: Via) -> Result<ApprovedImage, Denial> {
    let gate = gate(policy, "");
    let pass = gate.request(&ImageRequest {
        reference: "node:24",
        via,
        scope: Scope::default(),
    })?;
    gate.admit(
        &pass,
        &Resolved {
            reference: pass.pull(),
            digest: Some(&digest('a')),
            config,
        },
    )
}
