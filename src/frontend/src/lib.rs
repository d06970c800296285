//! Answers one build or one sub-request of BuildKit, from the options to the result.
//!
//! # Entry points
//!
//! [`PreparedBuild::new`] reads the policy and the options that need no builder; [`PreparedBuild::run`] does the rest.
//! `main.rs` connects before, and returns the result afterwards.
//!
//! # What it must never do
//!
//! - Build without a valid policy, or use a source that the gate didn't approve.
//! - Let a build option weaken the organization's policy.
//! - Forward the build to another frontend.
//! - Free memory that the end of the process frees faster.

mod archive;
mod build;
mod cache_imports;
mod excerpt;
mod export;
mod frames;
mod ids;
mod options;
mod policy;
mod requests;
mod resolver;
mod sbom;
mod source;
mod status;
mod syntax;
mod verdicts;
mod warnings;

pub use build::PreparedBuild;
