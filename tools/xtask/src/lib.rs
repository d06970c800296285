//! What the project's scripts and end-to-end tests need done to images, without Docker.

pub mod bundle;
pub mod frontend;
pub mod layer;
pub mod oci;
pub mod registry;
pub mod standins;
