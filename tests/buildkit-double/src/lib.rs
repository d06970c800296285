//! A test double of BuildKit's side of the gateway.
//!
//! It starts any frontend — this project's or the reference — as BuildKit would, serves it one [`Case`] and records all
//! that the frontend sends ([`Recording`]). Two recordings of one case can be compared ([`compare`]); the graphs in them can
//! be read ([`graph`]). For development only: nothing of this is in a product.

pub mod case;
pub mod compare;
pub mod graph;
pub mod record;
pub mod run;

mod calls;
mod evaluate;
#[cfg(test)]
mod fixtures;
mod grpc;

pub use case::Case;
pub use record::{Call, Outcome, Recording};
pub use run::run;
