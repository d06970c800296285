//! The questions of a conversion to the outside: the only door out of this crate.

use std::collections::BTreeMap;
use std::future::Future;

use fromtier_dockerfile::error::Error;
use fromtier_gostd::time::Time;
use fromtier_image::Platform;
use fromtier_llb::ResolveMode;
use fromtier_proto::pb;

/// Answers the questions that the Dockerfile and the options leave open. All futures run on one thread, several at a time.
/// Equal questions about images are sent once per conversion.
pub trait Resolver {
    /// An image's reference, digest and config, from a registry or from an OCI layout of the client.
    fn image(
        &self,
        request: ResolveImage<'_>,
    ) -> impl Future<Output = Result<ResolvedImage, ResolveError>>;

    /// A file of a definition's result; `None` if there is no such file. `evaluate` runs the definition first.
    fn read_file(
        &self,
        definition: pb::Definition,
        evaluate: bool,
        path: &str,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, ResolveError>>;

    /// The definitions that the client sent with the build, by name.
    fn inputs(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<String, pb::Definition>, ResolveError>>;

    /// The patterns of the main context's `.dockerignore`; none if the context is not local.
    fn dockerignore(&self) -> impl Future<Output = Result<Vec<String>, ResolveError>>;

    /// The current metadata of a git or HTTP source, without fetching it (for `SOURCE_DATE_EPOCH`).
    fn source_metadata(
        &self,
        request: SourceMetadataRequest<'_>,
    ) -> impl Future<Output = Result<SourceMetadata, ResolveError>>;
}

/// A question about an image.
#[derive(Debug, Clone, Copy)]
pub struct ResolveImage<'a> {
    /// The full reference that the gate approved.
    pub reference: &'a str,
    /// The requested platform.
    pub platform: Option<&'a Platform>,
    /// The `image-resolve-mode` option.
    pub resolve_mode: ResolveMode,
    /// The mode that the image's operation in the graph has as an attribute. It is part of the question, so that a source
    /// policy of the client that looks at it applies here, before the gate admits the image, and not only to the graph.
    pub operation_mode: ResolveMode,
    /// The name that BuildKit shows while it resolves the image. Empty for a scanner's image: BuildKit names that itself, and
    /// is asked for an image, not for just any source with a config.
    pub log_name: &'a str,
    /// The OCI layout to look in instead of a registry.
    pub store: Option<OciStore<'a>>,
}

/// An OCI layout that the client serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OciStore<'a> {
    /// The client's session.
    pub session_id: &'a str,
    /// The name of the layout in that session.
    pub store_id: &'a str,
}

/// An answer about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedImage {
    /// The reference, which BuildKit's source policies might have changed.
    pub reference: String,
    /// The digest, or empty.
    pub digest: String,
    /// The image config as JSON.
    pub config: Vec<u8>,
}

/// A question about a source of the graph.
#[derive(Debug, Clone)]
pub struct SourceMetadataRequest<'a> {
    /// The source's identifier in LLB: `git://…`, `https://…`.
    pub identifier: &'a str,
    /// The source's attributes in LLB.
    pub attrs: &'a BTreeMap<String, String>,
    /// The name that BuildKit shows meanwhile.
    pub log_name: &'a str,
    /// Whether to return the commit object of a git source.
    pub return_object: bool,
}

/// An answer about a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceMetadata {
    /// The raw commit, if it was requested.
    pub git_commit: Option<Vec<u8>>,
    /// The `Last-Modified` of an http source.
    pub http_last_modified: Option<Time>,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// BuildKit's own error with its status.
    #[error("{0}")]
    Failed(Box<Error>),
    /// A source policy of BuildKit replaced an image with another kind of source (`https://…`, `git://…`).
    #[error("ref mutated by policy to non-image: docker-image://{reference} -> {updated}")]
    NotAnImage {
        /// The requested image.
        reference: String,
        /// The identifier of the source that replaced it.
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
