//! The state of an exception on a day.

use fromtier_catalog::Day;

use crate::policy::Exception;

/// An exception ends soon if this many days are left, or fewer.
pub const ENDS_SOON: i32 = 14;

/// The state of an exception on the gate's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionState {
    /// It applies, for more than 14 more days.
    Active,
    /// It applies, for this many more days; 0 on its last day.
    EndsSoon(i32),
    /// Its last day is past, so it has no effect.
    Ended,
    /// It lasts longer than the policy's `exceptions-max`, in days, so it has no effect.
    TooLong(u32),
}

impl ExceptionState {
    /// Whether the exception applies.
    pub fn is_active(self) -> bool {
        matches!(self, ExceptionState::Active | ExceptionState::EndsSoon(_))
    }

    /// The state of an exception on a day; `max` is the `exceptions-max` of its policy, in days.
    pub(crate) fn new(exception: &Exception, max: Option<u32>, today: Day) -> ExceptionState {
        let days_left = exception.until.days_since(today);
        match max {
            _ if days_left < 0 => ExceptionState::Ended,
            Some(max) if i64::from(days_left) > i64::from(max) => ExceptionState::TooLong(max),
            _ if days_left <= ENDS_SOON => ExceptionState::EndsSoon(days_left),
            _ => ExceptionState::Active,
        }
    }
}
