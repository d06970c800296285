//! Builds the graph that BuildKit runs (LLB), and writes it byte for byte as the reference's `client/llb` does.
//!
//! # Entry points
//!
//! - [`Graph`] is an arena of operations. An [`Output`] names an operation and one of its outputs.
//! - [`State`] is a value: an output (none is scratch) and the values that the next operation inherits (environment,
//!   directory, user, platform, network, security, host name, hosts, limits, control group). It clones in O(1).
//! - [`Graph::image`], [`Graph::oci_layout`], [`Graph::git`], [`Graph::http`] and [`Graph::local`] add sources. Each takes
//!   a type that only `fromtier_policy`'s gate makes. A client's own definition comes in through [`Graph::input`], which
//!   asks the gate about every source in it.
//! - [`Graph::defer`] and [`Graph::fill`] put an operation in place later: the main context is known last.
//! - [`Graph::marshal`] returns the [`Definition`] of one state.
//!
//! # What it must never do
//!
//! - Add a source that the gate didn't approve, or change a client's definition.
//! - Read files, the clock or the network: the same calls give the same bytes.
//! - Recurse on the graph: 10,000 instructions are a chain of 10,000 operations.

pub mod caps;
mod constraints;
mod definition;
mod env;
mod error;
mod exec;
mod file;
mod graph;
mod input;
mod marshal;
mod merge;
mod op_inputs;
mod output;
mod source;
mod source_map;
mod state;

pub use caps::{Cap, CapSet, CapState, CapStatus, KnownCap};
pub use constraints::{Constraints, Metadata, platform_to_pb};
pub use definition::Definition;
pub use env::EnvList;
pub use error::MarshalError;
pub use exec::{CacheMount, ContentCache, Exec, Mount, Secret, Ssh};
pub use file::{CopyInfo, FileAction, MakeInfo, MkdirInfo, Mode, Owner, OwnerId};
pub use fromtier_proto::pb::{NetMode, SecurityMode};
pub use graph::Graph;
pub use input::{Input, InputError, might_be_root_file_system};
pub use marshal::MarshalOptions;
pub use output::Output;
pub use source::{
    Differ, GitOptions, HttpOptions, ImageOptions, LocalOptions, OciLayoutOptions, ResolveMode,
};
pub use source_map::{SourceLocation, SourceMap, range};
pub use state::{HostIp, State};

#[cfg(test)]
mod tests;
