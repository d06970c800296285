//! One policy, one request, one verdict: the gate. Pure; the day is an argument.

pub mod gate;
pub mod verdict;

pub use gate::{ApprovedImage, ApprovedSource, Gate, Pass};
pub use verdict::{Denial, Finding, Verdict};
