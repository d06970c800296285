//! Work for the project's scripts and end-to-end tests: images without Docker, and the check of the source's layout.

pub mod bundle;
pub mod frontend;
pub mod layer;
pub mod layout;
pub mod oci;
pub mod registry;
pub mod standins;
