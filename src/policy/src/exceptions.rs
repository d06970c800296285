//! The exceptions of the policies and their state: used, unused, ending soon, ended.

use fromtier_catalog::Day;

use crate::Place;
use crate::code::Code;
use crate::exception_state::ExceptionState;
use crate::exception_subject::ExceptionSubject;
use crate::gate::Gate;
use crate::owner::Owner;
use crate::verdict::{ExceptionId, Verdict};

/// One exception of a policy, and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionReport<'a> {
    /// The owner of the policy that has it.
    pub policy: Owner,
    /// What it is for.
    pub subject: ExceptionSubject,
    /// The codes that it is for; all if empty.
    pub rules: &'a [Code],
    /// Its place in the policy file.
    pub at: Option<&'a Place>,
    /// Its last day.
    pub until: Day,
    /// The person or team responsible for it.
    pub owner: &'a str,
    /// Its reason, as written.
    pub reason: &'a str,
    /// Whether it applies on the gate's day.
    pub state: ExceptionState,
    /// Whether it matched a refusal. Only an active exception lifts the refusal.
    pub used: bool,
}

impl Gate {
    /// Returns all exceptions, the organization's first, each policy's in the order of its file. `verdicts` are the ones
    /// that decide whether an exception is used.
    pub fn exceptions<'v>(
        &self,
        verdicts: impl IntoIterator<Item = &'v Verdict>,
    ) -> Vec<ExceptionReport<'_>> {
        let used: Vec<ExceptionId> = (verdicts.into_iter())
            .flat_map(|verdict| verdict.exceptions.iter().copied())
            .collect();
        let mut reports = Vec::new();
        for layer in &self.policies.layers {
            let policy = &layer.index.policy;
            let exceptions = policy.exceptions.iter().enumerate();
            reports.extend(exceptions.map(|(index, exception)| ExceptionReport {
                policy: layer.owner,
                subject: exception.subject(),
                rules: &exception.rules,
                at: exception.at.as_ref(),
                until: exception.until,
                owner: &exception.owner,
                reason: &exception.reason,
                state: ExceptionState::new(exception, policy.exceptions_max, self.policies.today),
                used: used.contains(&ExceptionId {
                    owner: layer.owner,
                    index,
                }),
            }));
        }
        reports
    }
}

#[cfg(test)]
mod tests;
