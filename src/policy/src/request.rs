//! The requests to a gate.

use crate::scope::Scope;
use crate::verdict::JudgedKind;

/// How a source comes into the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// `FROM`
    From,
    /// `COPY --from`
    CopyFrom,
    /// `RUN --mount=from=`
    MountFrom,
    /// A trigger of a base image.
    Onbuild,
    /// A named context.
    NamedContext,
    /// The build context itself.
    MainContext,
    /// `ADD`
    Add,
    /// The scanner that writes the software bill of materials.
    SbomGenerator,
    /// A client's own definition (`input:`).
    Input,
    /// `--cache-from`
    CacheImport,
}

impl Via {
    /// Returns the word for it in data.
    pub const fn key(self) -> &'static str {
        match self {
            Via::From => "from",
            Via::CopyFrom => "copy-from",
            Via::MountFrom => "mount-from",
            Via::Onbuild => "onbuild",
            Via::NamedContext => "named-context",
            Via::MainContext => "main-context",
            Via::Add => "add",
            Via::SbomGenerator => "sbom-generator",
            Via::Input => "input",
            Via::CacheImport => "cache-import",
        }
    }
}

/// A request for an image.
#[derive(Debug, Clone)]
pub struct ImageRequest<'a> {
    /// The reference as written, after expansion of arguments.
    pub reference: &'a str,
    /// How the image comes into the build.
    pub via: Via,
    /// The part of the build that requests it.
    pub scope: Scope<'a>,
}

/// A request for a source that is not an image.
#[derive(Debug, Clone)]
pub enum SourceRequest<'a> {
    /// A git repository.
    Git {
        /// The repository's URL.
        url: &'a str,
        /// The commit that is expected.
        checksum: Option<&'a str>,
    },
    /// A download.
    Http {
        /// The file's URL.
        url: &'a str,
        /// The digest that is expected.
        checksum: Option<&'a str>,
    },
    /// A directory of the client.
    Local {
        /// The client's name for it.
        name: &'a str,
    },
    /// An OCI layout on the client.
    OciLayout {
        /// The reference: a store and a digest.
        reference: &'a str,
        /// The named context that it is, if it is one. A client gives its store a name of its own.
        context: Option<&'a str>,
    },
    /// `FROM scratch`
    Scratch,
    /// What might be a root file system: a base that isn't an image, so no rule for images judges it.
    RootFileSystem {
        /// The path or URL that `ADD` unpacks at the root of a stage on scratch, or the value of the named context that a stage is
        /// built on.
        path: &'a str,
    },
    /// Imported cache. Its author decides the content of the layers that replace a step.
    CacheImport {
        /// The cache's location.
        from: &'a str,
    },
}

/// The URL below which BuildKit reads what the client sends in its session, as a build context on standard input. Nothing is
/// downloaded.
const CLIENT_UPLOADS: &str = "http://buildkit-session/";

impl<'a> SourceRequest<'a> {
    /// Returns a download as what it is if the client itself sends the file: local.
    pub(crate) fn as_clients_upload(&self) -> Option<SourceRequest<'a>> {
        match self {
            SourceRequest::Http { url, .. } if url.starts_with(CLIENT_UPLOADS) => {
                Some(SourceRequest::Local { name: url })
            }
            _ => None,
        }
    }

    /// Returns the kind of the source.
    pub(crate) fn kind(&self) -> JudgedKind {
        match self {
            SourceRequest::Git { .. } => JudgedKind::Git,
            SourceRequest::Http { .. } => JudgedKind::Http,
            SourceRequest::Local { .. } => JudgedKind::Local,
            SourceRequest::OciLayout { .. } => JudgedKind::OciLayout,
            SourceRequest::Scratch => JudgedKind::Scratch,
            SourceRequest::RootFileSystem { .. } => JudgedKind::RootFileSystem,
            SourceRequest::CacheImport { .. } => JudgedKind::Cache,
        }
    }

    /// Returns the source as requested: its URL, name, reference, or path.
    pub fn identifier(&self) -> &'a str {
        match self {
            SourceRequest::Git { url, .. } | SourceRequest::Http { url, .. } => url,
            SourceRequest::Local { name } => name,
            SourceRequest::OciLayout { reference, .. } => reference,
            SourceRequest::Scratch => "scratch",
            SourceRequest::RootFileSystem { path } => path,
            SourceRequest::CacheImport { from } => from,
        }
    }
}
