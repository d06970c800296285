//! One build: options, contexts, platforms, sub-requests, result.

mod archive;
mod build;
mod cache_imports;
mod excerpt;
mod export;
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
