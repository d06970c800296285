//! Image references, digests, platforms and the OCI image config. Pure.

pub mod config;
pub mod digest;
pub mod platform;
pub mod reference;

pub use config::ImageConfig;
pub use digest::Digest;
pub use platform::Platform;
pub use reference::ImageRef;
