//! The messages between a frontend and BuildKit, compiled from `proto/`. Messages only: `fromtier-gateway` sends them.

/// The build graph (LLB).
#[allow(missing_docs, clippy::all)]
pub mod pb {
    include!(concat!(env!("OUT_DIR"), "/pb.rs"));
}

/// The calls of the gateway, and what they carry.
#[allow(missing_docs, clippy::all)]
pub mod gw {
    include!(concat!(env!("OUT_DIR"), "/moby.buildkit.v1.frontend.rs"));
}

mod encode;
mod places;

pub use prost::Message;

#[cfg(test)]
mod tests;
