//! The policy gate: which sources a build may use.
//!
//! Its question: given one request, the policies, a lock file, and a day, what is the verdict?
//!
//! Entry points: [`Policy`] and [`Lock`] parse their files, [`Organization`] and [`Gate::new`] make gates, and
//! [`Gate::request`], [`Gate::admit`] and [`Gate::source`] judge. [`Gate::trace`] records how, and [`Policy::advice`]
//! reviews a policy without a build.
//!
//! It must never do input or output, read a clock (the day is an argument), panic on input, or make an
//! [`ApprovedImage`] or [`ApprovedSource`] outside the gate.
//!
//! Its layers, from the lowest: the data of policies and verdicts ([`Code`], [`Owner`], [`Finding`]), the rules, which
//! never call the gate, suggestions for their findings, the judge, which takes the gate's steps, and the gate. Errors in
//! Dockerfiles, on a lower floor, have a code as text only.

mod active_policy;
mod advice;
mod classify;
mod code;
mod download;
mod draft;
pub mod error;
mod exception_state;
mod exception_subject;
pub mod exceptions;
pub mod expectations;
mod explain;
mod file;
mod findings;
#[cfg(test)]
mod fixtures;
pub mod gate;
mod glob;
mod image_rule;
mod index;
mod judge;
mod layer;
pub mod lock;
mod owner;
mod pattern;
mod per_variant;
mod place;
mod policies;
pub mod policy;
mod policy_index;
mod profile;
mod recorder;
mod request;
mod rewrite;
mod rewriting;
mod rules;
mod scope;
mod setting_key;
mod settings;
pub mod severity;
mod spelling;
mod suggest;
mod tag_range;
#[cfg(test)]
mod tests;
mod tier;
pub mod trace;
pub mod verdict;

pub use code::{Code, SeverityRule, UnknownCode};
pub use error::PolicyError;
pub use exception_state::ExceptionState;
pub use exception_subject::ExceptionSubject;
pub use exceptions::ExceptionReport;
pub use explain::{explain_command, explain_lines};
pub use file::schema;
pub use fromtier_catalog::Day;
pub use gate::{ApprovedImage, ApprovedSource, Gate, LockCandidate, Organization, Pass};
pub use lock::Lock;
pub use owner::Owner;
pub use place::Place;
pub use policy::Policy;
pub use scope::Scope;
pub use setting_key::SettingKey;
pub use settings::{Check, SourceKind, Trap};
pub use tier::Tier;
pub use verdict::{Denial, Finding, JudgedKind, Severity, Verdict};
