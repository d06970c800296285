//! The traps in a Dockerfile's text: what BuildKit silently reads in another way than it looks.

use super::Gate;
use crate::findings::Findings;
use crate::policies::RequestContext;
use crate::request::Via;
use crate::scope::Scope;
use crate::settings::Trap;
use crate::verdict::{Denial, Finding, Severity, Verdict};

/// A trap that was found in a Dockerfile.
#[derive(Debug, Clone, Copy)]
pub struct TrapRequest<'a> {
    /// Its kind.
    pub trap: Trap,
    /// The text as written, such as `ARG TARGETARCH=amd64`.
    pub written: &'a str,
    /// What BuildKit does with it, as the start of a message.
    pub fact: &'a str,
    /// What to write instead.
    pub help: &'a str,
}

impl Gate {
    /// Judges a trap. It is known to be one: a policy only says how severe it is.
    ///
    /// # Errors
    ///
    /// A policy refuses it.
    pub fn trap(&self, request: &TrapRequest<'_>, scope: &Scope<'_>) -> Result<Verdict, Denial> {
        let context = RequestContext::new(&self.policies, Via::From, scope);
        let mut findings = Findings::default();
        for policy in context.active_policies(&self.policies) {
            let mut severity = policy.trap(request.trap);
            if severity == Severity::Allow {
                continue;
            }
            let message = format!("{}; {} it", request.fact, policy.verb(severity));
            if policy.warn_only() {
                severity = severity.min(Severity::Warn);
            }
            let finding = Finding::new(request.trap.code(), severity, message);
            findings.add(vec![finding.with_help(request.help)]);
        }
        findings.into_verdict(request.written).into_result()
    }
}
