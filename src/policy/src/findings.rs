//! The findings about one source, while the gate judges it.

use crate::verdict::{ExceptionId, Finding, Severity, Verdict};

/// The findings of the policies so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub findings: Vec<Finding>,
    /// The exceptions that matched a refused source.
    pub exceptions: Vec<ExceptionId>,
}

impl Findings {
    /// Adds the findings of one policy, except those that are already there with at least the same severity.
    pub fn add(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let is_known = self.findings.iter().any(|known| {
                known.code == finding.code
                    && known.message == finding.message
                    && known.severity >= finding.severity
            });
            if !is_known {
                self.findings.push(finding);
            }
        }
    }

    pub fn add_exception(&mut self, id: ExceptionId) {
        if !self.exceptions.contains(&id) {
            self.exceptions.push(id);
        }
    }

    /// Returns the verdict on the source, which was requested by this text.
    pub fn into_verdict(self, requested: &str) -> Verdict {
        Verdict {
            exceptions: self.exceptions,
            ..Verdict::new(requested, self.findings)
        }
    }

    pub fn first_refusal(&self) -> Option<&Finding> {
        let mut findings = self.findings.iter();
        findings.find(|finding| finding.severity == Severity::Deny)
    }
}
