//! FT127: the user that the finished image runs as.

use super::Gate;
use crate::code::Code;
use crate::findings::Findings;
use crate::policies::RequestContext;
use crate::request::Via;
use crate::rules;
use crate::scope::Scope;
use crate::settings::Check;
use crate::verdict::{Denial, Finding, Severity, Verdict};

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
            if severity == Severity::Allow || !rules::is_root(user) {
                continue;
            }
            let found = match user {
                "" => "sets no user, so it runs as root".to_owned(),
                user => format!("runs as {user}"),
            };
            let message = format!(
                "the finished image {found}; {} images that run as root",
                policy.verb(severity)
            );
            let help = "end the last stage with another user, such as `USER 1000`";
            let mut finding = Finding::new(Code::FinalUser, severity, message)
                .with_help(help)
                .owned_by(policy.owner);
            if policy.warn_only() {
                finding.severity = finding.severity.min(Severity::Warn);
            }
            findings.add(vec![finding]);
        }
        findings.into_verdict(&format!("USER {user}")).into_result()
    }
}
