//! As Go's `time`: moments in RFC 3339, durations, and the calendar that they stand on. No clock.

pub mod calendar;
mod duration;
mod rfc3339;

pub use duration::parse_duration;
pub use rfc3339::Time;
