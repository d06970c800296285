//! Which image does a text name, and what do its parts mean?
//!
//! # Entry points
//!
//! [`ImageRef::parse`] (normalized once: `node` is `docker.io/library/node`), [`Digest::parse`],
//! [`Platform::parse`], and [`ImageConfig::from_json`]. Results, texts and bytes are those of the Go packages that
//! BuildKit uses: distribution/reference, go-digest, containerd/platforms, and docker-image-spec.
//!
//! # What it must never do
//!
//! This crate never contacts a registry, never decides whether an image is allowed, and never panics on input.

pub mod config;
pub mod digest;
pub mod platform;
pub mod reference;

pub use config::ImageConfig;
pub use digest::Digest;
pub use platform::Platform;
pub use reference::ImageRef;
