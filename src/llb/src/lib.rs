//! The build graph: operations, capabilities, metadata, marshalling, digests. Pure.
//!
//! - [`Graph`] is an arena of operations; an [`Output`] names one and an output of it. Nothing recurses on the graph
//!   (10,000 instructions are a chain of 10,000 operations).
//! - [`State`] is a value: an output (none is scratch) and what the next operation inherits (environment, directory,
//!   user, platform, network, security, hostname, hosts, ulimits, cgroup). It clones in O(1).
//! - Image, OCI-layout, git, http and local sources are made only from `fromtier_policy`'s approved types; a client's
//!   definition comes in through [`Graph::input`], which asks the gate.
//! - An operation can be put in place later ([`Graph::defer`], [`Graph::fill`]): the main context is known last.
//! - [`Graph::marshal`] gives the [`Definition`] of one state, byte for byte as the reference's client/llb does.

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
pub use file::{CopyInfo, FileAction, Id, MakeInfo, MkdirInfo, Mode, Owner};
pub use fromtier_proto::pb::{NetMode, SecurityMode};
pub use graph::Graph;
pub use input::{Input, InputError};
pub use marshal::MarshalOptions;
pub use output::Output;
pub use source::{
    Differ, GitOptions, HttpOptions, ImageOptions, LocalOptions, OciLayoutOptions, ResolveMode,
};
pub use source_map::{SourceLocation, SourceMap, range};
pub use state::{HostIp, State};

#[cfg(test)]
mod tests;
