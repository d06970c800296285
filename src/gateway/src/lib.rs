//! BuildKit's gateway, spoken over the process's standard input and output.
//!
//! BuildKit starts a frontend as a process and serves `LLBBridge` to it through a pair of pipes: the frontend is the gRPC
//! client. tonic speaks gRPC over them (module `grpc`).
//!
//! There is no way to name another frontend in [`Bridge::solve`]: a build cannot be forwarded past the policy.

mod bridge;
mod caps;
mod details;
mod error;
mod gather;
pub mod go_json;
mod grpc;
mod options;
mod pipe;

pub use bridge::{
    Bridge, BuildResult, ImageConfig, ImageConfigRequest, Ref, Refs, SolveOptions, Solved,
};
pub use caps::{CapError, Caps};
pub use details::Detail;
pub use error::{CallError, Code, Error};
pub use gather::Gather;
pub use options::BuildOptions;
