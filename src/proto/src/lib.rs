//! Defines the messages that a frontend and BuildKit exchange, and how they are encoded.
//!
//! # Entry points
//!
//! [`pb`] has the messages of the build graph, [`gw`] those of the gateway. Both are compiled from `proto/`.
//! `pb::Op::encode_to_vec` is the encoding that digests are computed from.
//!
//! # What it must never do
//!
//! Send anything (`fromtier-gateway` does), or encode the same operation in two ways.

/// The build graph (LLB).
#[allow(missing_docs, clippy::all)]
pub mod pb {
    include!(concat!(env!("OUT_DIR"), "/pb.rs"));
}

/// The calls of the gateway, and their messages.
#[allow(missing_docs, clippy::all)]
pub mod gw {
    include!(concat!(env!("OUT_DIR"), "/moby.buildkit.v1.frontend.rs"));
}

mod encode;
mod places;

pub use prost::Message;

#[cfg(test)]
mod tests;
