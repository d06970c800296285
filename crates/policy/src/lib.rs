//! One policy, one request, one verdict: the gate. Pure; the day is an argument.

pub mod error;
pub mod gate;
pub mod lock;
pub mod policy;
pub mod verdict;

pub use error::PolicyError;
pub use fromtier_catalog::Day;
pub use gate::{ApprovedImage, ApprovedSource, Gate, Pass};
pub use lock::Lock;
pub use policy::Policy;
pub use verdict::{Denial, Finding, Verdict};
