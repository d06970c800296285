//! One policy, one request, one verdict: the gate. Pure; the day is an argument.

mod advice;
mod code;
mod decide;
pub mod error;
pub mod exceptions;
pub mod expectations;
mod file;
pub mod gate;
mod glob;
mod image_rule;
mod index;
mod layer;
#[cfg(test)]
mod layers_tests;
pub mod lock;
#[cfg(test)]
mod mirror_tests;
mod owner;
mod pattern;
mod per_variant;
mod place;
pub mod policy;
mod policy_index;
mod profile;
mod rewrite;
mod rules;
mod said;
mod scope;
mod setting_key;
mod settings;
mod spelling;
mod suggest;
mod tag_range;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tier;
pub mod trace;
pub mod verdict;

pub use code::{Code, SeverityRule, UnknownCode};
pub use error::PolicyError;
pub use exceptions::{ExceptionReport, ExceptionState};
pub use file::schema;
pub use fromtier_catalog::Day;
pub use gate::{ApprovedImage, ApprovedSource, Gate, Lockable, Organisation, Pass};
pub use lock::Lock;
pub use owner::Owner;
pub use place::Place;
pub use policy::Policy;
pub use scope::Scope;
pub use setting_key::SettingKey;
pub use settings::{Check, SourceKind};
pub use tier::Tier;
pub use verdict::{Denial, Finding, JudgedKind, Severity, Verdict};
