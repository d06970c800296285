//! The gate's verdict on a source that a Dockerfile names.

use fromtier_convert::{PlannedSource, PlannedTrap, SourceKind};
use fromtier_image::{ImageRef, Platform};
use fromtier_policy::gate::{ImageRequest, SourceRequest};
use fromtier_policy::{Finding, Gate, Scope};

use crate::report::{JudgedSource, JudgedTrap};

/// Whether a source depends on a build argument that has no value: without it, the reference is empty or not valid.
pub fn needs_build_argument(source: &PlannedSource) -> bool {
    source.written.contains('$')
        && (source.reference.is_empty()
            || source.kind == SourceKind::Image && ImageRef::parse(&source.reference).is_err())
}

/// The part of a build that a source is for, as far as it is known without a build. `path` is the Dockerfile's, from
/// the top of its repository.
pub fn scope_of<'a>(
    source: &'a PlannedSource,
    platform: Option<&'a Platform>,
    path: Option<&'a str>,
) -> Scope<'a> {
    Scope {
        stage: Some(&source.policy_stage),
        ships: source.ships,
        platform,
        path,
    }
}

/// Whom to ask about what is refused.
pub fn contacts<'f>(gate: &Gate, refusals: impl Iterator<Item = &'f Finding>) -> Vec<String> {
    let deciders: Vec<_> = refusals.map(|finding| finding.owner).collect();
    let contacts = gate.contacts(&deciders).into_iter();
    contacts.map(str::to_owned).collect()
}

/// Asks the gate about a source.
pub fn judge_source(gate: &Gate, path: Option<&str>, source: PlannedSource) -> JudgedSource {
    if needs_build_argument(&source) {
        return JudgedSource {
            source,
            verdict: None,
            resolved: None,
        };
    }
    let checksum = Some(source.checksum.as_str()).filter(|checksum| !checksum.is_empty());
    let url = source.reference.as_str();
    let request = match source.kind {
        SourceKind::Image => return judge_image(gate, path, source),
        SourceKind::Scratch => SourceRequest::Scratch,
        SourceKind::Git => SourceRequest::Git { url, checksum },
        SourceKind::Http => SourceRequest::Http { url, checksum },
    };
    let verdict = match gate.source(&request, &scope_of(&source, None, path)) {
        Ok(approved) => approved.verdict().clone(),
        Err(denial) => *denial.verdict,
    };
    JudgedSource {
        source,
        verdict: Some(verdict),
        resolved: None,
    }
}

/// Asks the gate about a trap; `None` if all policies allow it.
pub fn judge_trap(gate: &Gate, path: Option<&str>, trap: PlannedTrap) -> Option<JudgedTrap> {
    let scope = Scope {
        stage: trap.policy_stage.as_deref(),
        ships: trap.ships,
        platform: None,
        path,
    };
    let verdict = match gate.trap(&trap.found.request(), &scope) {
        Ok(verdict) => verdict,
        Err(denial) => *denial.verdict,
    };
    (!verdict.findings.is_empty()).then_some(JudgedTrap { trap, verdict })
}

fn judge_image(gate: &Gate, path: Option<&str>, source: PlannedSource) -> JudgedSource {
    let platform = Platform::parse(&source.platform).ok();
    let request = ImageRequest {
        reference: &source.reference,
        via: source.via,
        scope: scope_of(&source, platform.as_ref(), path),
    };
    let (verdict, resolved) = match gate.request(&request) {
        Ok(pass) => (pass.verdict().clone(), Some(pass.pull().clone())),
        Err(denial) => (*denial.verdict, None),
    };
    JudgedSource {
        source,
        verdict: Some(verdict),
        resolved,
    }
}
