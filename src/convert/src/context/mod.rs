//! The sources that aren't base images: the main context, named contexts, remote sources.

pub(crate) mod lookup;
pub(crate) mod main;
pub(crate) mod main_context;
mod metadata;
pub(crate) mod named;
mod oci;
mod placed;
pub(crate) mod remote;
pub(crate) mod waiting;
