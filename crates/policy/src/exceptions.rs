//! The exceptions of the policies and how they stand: used, unused, ending soon, over.

use crate::Place;
use crate::gate::Gate;
use crate::policy::Exception;
use crate::verdict::Verdict;
use fromtier_catalog::Day;

/// How many days before its end an exception is said to end soon.
pub const SOON: i32 = 14;

/// One exception of a policy, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionReport<'a> {
    /// "this policy", or whose it is where there are two.
    pub who: &'static str,
    /// The images that it is for, as written; `**` where it names files or labels only.
    pub pattern: &'a str,
    /// Where it stands.
    pub at: Option<&'a Place>,
    /// Its last day.
    pub until: Day,
    pub owner: &'a str,
    pub reason: &'a str,
    pub state: ExceptionState,
    /// Whether it matched something that the policy refuses; that it was lifted only where the exception holds.
    pub used: bool,
}

/// Whether an exception holds on the gate's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionState {
    /// It holds, for more than [`SOON`] days.
    Holds,
    /// It holds, for so many more days; 0 is today for the last time.
    EndsSoon(i32),
    /// It is over.
    Ended,
    /// It lasts longer than the policy's `exceptions-max` of so many days allows, and does not hold.
    TooLong(u32),
}

impl ExceptionState {
    /// Does it let anything through?
    pub fn holds(self) -> bool {
        matches!(self, ExceptionState::Holds | ExceptionState::EndsSoon(_))
    }

    pub(crate) fn of(exception: &Exception, max: Option<u32>, today: Day) -> ExceptionState {
        let left = exception.until.days_since(today);
        match max {
            _ if left < 0 => ExceptionState::Ended,
            Some(max) if i64::from(left) > i64::from(max) => ExceptionState::TooLong(max),
            _ if left <= SOON => ExceptionState::EndsSoon(left),
            _ => ExceptionState::Holds,
        }
    }
}

impl Gate {
    /// All exceptions, the organisation's first, each policy's in the order of its file; `verdicts` are those in which
    /// they may have been used.
    pub fn exceptions<'v>(
        &self,
        verdicts: impl IntoIterator<Item = &'v Verdict>,
    ) -> Vec<ExceptionReport<'_>> {
        let mut used: Vec<Vec<bool>> = (self.layers.iter())
            .map(|layer| vec![false; layer.policy.exceptions.len()])
            .collect();
        for id in verdicts.into_iter().flat_map(|v| &v.exceptions) {
            let place = used
                .get_mut(id.layer)
                .and_then(|list| list.get_mut(id.index));
            if let Some(used) = place {
                *used = true;
            }
        }
        let mut all = Vec::new();
        for (layer, used) in self.layers.iter().zip(used) {
            let max = layer.policy.exceptions_max;
            all.extend(
                layer
                    .policy
                    .exceptions
                    .iter()
                    .zip(used)
                    .map(|(exception, used)| ExceptionReport {
                        who: layer.who,
                        pattern: &exception.pattern.text,
                        at: exception.at.as_ref(),
                        until: exception.until,
                        owner: &exception.owner,
                        reason: &exception.reason,
                        state: ExceptionState::of(exception, max, self.today),
                        used,
                    }),
            );
        }
        all
    }
}
