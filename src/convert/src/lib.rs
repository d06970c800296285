//! How does a Dockerfile become a build graph? Syntax tree, resolved bases and approved sources in; LLB and an image
//! config out.
//!
//! Entry points:
//!
//! - [`convert`] converts a Dockerfile's bytes. [`outline()`], [`targets()`] and [`lint`] answer the client's other requests.
//! - [`sources`] and [`trigger_sources`] list the sources of a file without a build, for the command line.
//! - [`Scanner`] adds an SBOM scan to a converted build. [`MainContext::place`] puts a remote context into a graph.
//! - [`Resolver`] is the only door to the outside; the caller implements it.
//!
//! One instruction is one file in `dispatch`, over its stage (`stage`). `base` resolves the bases, `context` the named contexts,
//! and `plan` links the stages.
//!
//! This crate must never use a source without the gate's approval (the graph only takes approved ones), do input or output
//! itself, or need an async runtime: its futures run on one thread under any executor.

mod base;
mod chmod;
mod context;
mod converter;
mod denial;
mod dispatch;
mod evaluate;
mod history;
mod meta;
mod name;
mod options;
mod outline;
mod paths;
mod plan;
mod resolver;
mod result;
mod run;
mod sbom;
mod source_date;
mod stage;
mod tar;
mod targets;
mod traps;
mod vars;

#[cfg(test)]
mod tests;

pub use base::trigger_chain::MAX_TRIGGER_CHAIN;
pub use context::main::PlacedContext;
pub use context::main_context::{Context, MainContext};
pub use denial::denial_error;
pub use meta::pb_ranges;
pub use options::{NoCache, Options};
pub use outline::Outline;
pub use outline::capture::{ArgInfo, CredentialMount};
pub use plan::sources::{
    PlannedSource, PlannedTrap, PlannedUser, SourceKind, SourcePlan, sources, trigger_sources,
};
pub use resolver::{
    OciStore, ResolveError, ResolveImage, ResolvedImage, Resolver, SourceMetadata,
    SourceMetadataRequest,
};
pub use result::{Converted, Outcome, SbomTargets, SourceVerdict};
pub use run::{convert, lint, outline};
pub use sbom::Scanner;
pub use targets::{Target, targets};
pub use traps::{FoundTrap, traps_of_invalid};

/// The name of the empty base image.
pub(crate) const SCRATCH: &str = "scratch";
