//! What a conversion asks of the outside: the one door out of this crate.

use std::collections::BTreeMap;
use std::future::Future;

use fromtier_dockerfile::error::Error;
use fromtier_gostd::time::Time;
use fromtier_image::Platform;
use fromtier_proto::pb;

use fromtier_llb::ResolveMode;

/// Answers what cannot be known from the Dockerfile and the options. All futures run on one thread, several at
/// once; equal questions about images are asked once a conversion.
pub trait Resolver {
    /// An image's reference, digest and config, from a registry or from an OCI layout of the client.
    fn image(
        &self,
        request: ResolveImage<'_>,
    ) -> impl Future<Output = Result<ResolvedImage, ResolveError>>;

    /// A file of what a definition builds. `evaluate` runs it first. No file is `None`.
    fn read_file(
        &self,
        definition: pb::Definition,
        evaluate: bool,
        path: &str,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, ResolveError>>;

    /// The definitions that were handed in with the build, by name.
    fn inputs(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<String, pb::Definition>, ResolveError>>;

    /// The patterns of the main context's `.dockerignore`; none when the context is not local.
    fn dockerignore(&self) -> impl Future<Output = Result<Vec<String>, ResolveError>>;

    /// What a git or http source is at this moment, without fetching it (for `SOURCE_DATE_EPOCH`).
    fn source_metadata(
        &self,
        request: SourceMetadataRequest<'_>,
    ) -> impl Future<Output = Result<SourceMetadata, ResolveError>>;
}

/// A question about an image.
#[derive(Debug, Clone, Copy)]
pub struct ResolveImage<'a> {
    /// The whole reference, as the gate let it pass.
    pub reference: &'a str,
    /// The platform whose config is returned; none for the builder's own.
    pub platform: Option<&'a Platform>,
    /// Whether the registry is asked.
    pub resolve_mode: ResolveMode,
    /// What the builder shows while it looks. Empty for a scanner's image: the builder names it itself, and is asked for an
    /// image (not for any source that has a configuration).
    pub log_name: &'a str,
    /// Where to look instead of a registry.
    pub store: Option<OciStore<'a>>,
}

/// An OCI layout that the client serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OciStore<'a> {
    /// The client's session that has the layout; empty for any.
    pub session_id: &'a str,
    /// The layout's name in the session.
    pub store_id: &'a str,
}

/// An answer about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedImage {
    /// The reference; the builder's own source policies may have changed it.
    pub reference: String,
    /// The digest, empty when there is none.
    pub digest: String,
    /// The image config as JSON.
    pub config: Vec<u8>,
}

/// A question about a source as the graph holds it.
#[derive(Debug, Clone)]
pub struct SourceMetadataRequest<'a> {
    /// The identifier of the source operation.
    pub identifier: &'a str,
    /// The attributes of the source operation.
    pub attrs: &'a BTreeMap<String, String>,
    /// The text that the builder shows meanwhile.
    pub log_name: &'a str,
    /// Ask for the commit object of a git source.
    pub return_object: bool,
}

/// An answer about a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceMetadata {
    /// The raw commit, when it was asked for.
    pub git_commit: Option<Vec<u8>>,
    /// The `Last-Modified` of an http source.
    pub http_last_modified: Option<Time>,
}

/// Why an answer failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The builder's own words, with its status.
    #[error("{0}")]
    Failed(Box<Error>),
    /// A source policy of the builder made something else of an image (`https://…`, `git://…`).
    #[error("ref mutated by policy to non-image: docker-image://{reference} -> {updated}")]
    NotAnImage {
        /// The requested reference.
        reference: String,
        /// The identifier that the builder returned.
        updated: String,
    },
}

impl From<Error> for ResolveError {
    fn from(error: Error) -> Self {
        ResolveError::Failed(Box::new(error))
    }
}

impl From<ResolveError> for Error {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Failed(error) => *error,
            other @ ResolveError::NotAnImage { .. } => Error::new(other.to_string()),
        }
    }
}
