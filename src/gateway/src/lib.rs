//! Talks to the BuildKit that started this process, over standard input and output.
//!
//! BuildKit starts a frontend as a process and serves its gRPC service `LLBBridge` to it through a pair of pipes. The
//! frontend is the client; tonic speaks gRPC over the pipes (module `grpc`).
//!
//! # Entry points
//!
//! - [`BuildOptions::from_env`] reads the options of the build.
//! - [`Bridge::connect`] connects; the methods of [`Bridge`] are the calls of one build.
//! - [`Detail`] and [`message_json`] write the error details and answers that BuildKit's clients read.
//!
//! # What it must never do
//!
//! - Name another frontend in [`Bridge::solve`]: a build must not be forwarded past the policy.
//! - Start a thread, or open a connection of its own.

mod bridge;
mod caps;
mod details;
mod error;
mod gather;
mod grpc;
pub mod message_json;
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
