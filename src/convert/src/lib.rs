//! Syntax tree, resolved bases and approved sources to a graph and an image config. Pure but for [`Resolver`].
//!
//! - [`convert`] is the whole way from a Dockerfile's bytes to a graph; [`outline()`], [`targets()`] and [`lint`] are the
//!   parts of it that a client can ask for by themselves.
//! - Every source that a build takes from outside is asked of the gate, in `base::images` (images) and
//!   `base::images::Ledger` (all else); the graph takes nothing that the gate didn't approve.
//! - One instruction is one file in `dispatch`, over the state of its stage (`stage`).

mod base;
mod chmod;
mod context;
mod converter;
mod dispatch;
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
mod vars;

#[cfg(test)]
mod tests;

pub use context::main::PlacedContext;
pub use context::main_context::{Context, MainContext};
pub use meta::to_pb as pb_ranges;
pub use options::{NoCache, Options};
pub use outline::Outline;
pub use outline::capture::{ArgInfo, Need};
pub use plan::sources::{PlannedSource, SourceKind, sources, trigger_sources};
pub use resolver::{
    OciStore, ResolveError, ResolveImage, ResolvedImage, Resolver, SourceMetadata,
    SourceMetadataRequest,
};
pub use result::{Converted, Outcome, SbomTargets, SourceVerdict};
pub use run::{convert, lint, outline};
pub use sbom::Scanner;
pub use targets::{Target, targets};

/// The name of the empty image.
pub(crate) const SCRATCH: &str = "scratch";
