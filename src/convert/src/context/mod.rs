//! Sources that aren't the Dockerfile's bases: the main context, named contexts, remote sources.

pub(crate) mod main;
mod metadata;
pub(crate) mod named;
mod oci;
mod placed;
pub(crate) mod remote;

pub(crate) use placed::WaitingLocal;

pub use main::{Context, MainContext, PlacedContext};
