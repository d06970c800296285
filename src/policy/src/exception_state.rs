//! Whether an exception applies on a day.

use fromtier_catalog::Day;

use crate::policy::Exception;

/// How many days before its end an exception is said to end soon.
pub const ENDS_SOON: i32 = 14;

/// Whether an exception holds on the gate's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionState {
    /// It holds, for more than 14 days.
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
            _ if left <= ENDS_SOON => ExceptionState::EndsSoon(left),
            _ => ExceptionState::Holds,
        }
    }
}
