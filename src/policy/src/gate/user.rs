//! FT127: the user that the finished image runs as.

use super::Gate;
use crate::code::Code;
use crate::findings::Findings;
use crate::policies::RequestContext;
use crate::request::Via;
use crate::rules;
use crate::scope::Scope;
use crate::settings::Check;
use crate::verdict::{Denial, Finding, JudgedKind, Severity, Verdict};

impl Gate {
    /// Judges the user of a build's result: that of the last `USER`, or else of the base image; empty if neither sets one.
    ///
    /// # Errors
    ///
    /// A policy refuses images that run as root.
    pub fn final_user(&self, user: &str, scope: &Scope<'_>) -> Result<Verdict, Denial> {
        let context = RequestContext::new(&self.policies, Via::From, scope);
        let mut findings = Findings::default();
        for policy in context.active_policies(&self.policies) {
            let severity = policy.check(Check::FinalUser);
            let Some(found) = rules::root_found(user).filter(|_| severity > Severity::Allow) else {
                continue;
            };
            let message = format!(
                "the finished image {found}; {} images that run as root",
                policy.verb(severity)
            );
            let help = "end the last stage with another user, such as `USER 1000`";
            let finding = Finding::new(Code::FinalUser, severity, message).with_help(help);
            findings.add(vec![policy.own(finding)]);
        }
        let verdict = Verdict {
            kind: Some(JudgedKind::FinishedImage),
            ..findings.into_verdict(user)
        };
        verdict.into_result()
    }
}
