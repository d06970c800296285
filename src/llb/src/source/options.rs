//! Options of the sources.

use fromtier_image::Digest;

/// Whether an image's tag is looked up in the registry again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ResolveMode {
    /// The builder decides.
    #[default]
    Default,
    /// Always look the image up in its registry.
    ForcePull,
    /// An image in the builder's own store is used if there is one.
    PreferLocal,
}

impl ResolveMode {
    /// The name that BuildKit's API gives it.
    pub fn name(self) -> &'static str {
        match self {
            ResolveMode::Default => "default",
            ResolveMode::ForcePull => "pull",
            ResolveMode::PreferLocal => "local",
        }
    }

    /// The attribute with which an image's operation says it; none for the default.
    pub fn attr(self) -> Option<(&'static str, &'static str)> {
        (self != ResolveMode::Default).then(|| ("image.resolvemode", self.name()))
    }
}

/// Options of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageOptions {
    /// Whether the registry is asked.
    pub resolve_mode: ResolveMode,
    /// Whether usage lists show it as internal.
    pub internal: bool,
    /// The number of layers to use; all without it.
    pub layer_limit: Option<i64>,
    /// The digest that the image must have.
    pub checksum: Option<Digest>,
}

/// Options of an image in an OCI layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OciLayoutOptions {
    /// The session that has the layout; empty for any.
    pub session_id: String,
    /// The number of layers to use; all without it.
    pub layer_limit: Option<i64>,
}

/// Options of a Git repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitOptions {
    /// Branch, tag or commit; empty for the default branch.
    pub reference: String,
    /// The directory that is used; empty for all.
    pub subdir: String,
    /// Whether `.git` is kept.
    pub keep_git_dir: bool,
    /// The commit that the reference must resolve to; empty for any.
    pub checksum: String,
    /// Whether submodules are left out.
    pub skip_submodules: bool,
    /// The source of the files' modification times: `commit` or `checkout`. Empty for the builder's choice.
    pub mtime: String,
    /// Whether the commit is fetched by its hash.
    pub fetch_by_commit: bool,
    /// Whether Git shows its advice in the build log.
    pub advice: bool,
    /// Lines of a known-hosts file, for SSH remotes.
    pub known_ssh_hosts: String,
    /// The SSH agent's name, for SSH remotes; empty for `default`.
    pub ssh_socket: String,
}

/// Options of a downloaded file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpOptions {
    /// The name of the file; empty for the URL's or the server's.
    pub filename: String,
    /// The digest that the file must have.
    pub checksum: Option<Digest>,
    /// Permission bits of the file.
    pub permissions: u32,
    /// The owner of the file.
    pub uid: u32,
    /// The group of the file.
    pub gid: u32,
    /// The name of the secret that is sent as the `Authorization` header; empty for none.
    pub auth_header_secret: String,
}

/// How the files of a local directory are compared with those that were sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differ {
    /// Not at all: everything is sent.
    None,
    /// By size, times, mode and so on.
    Metadata,
}

/// Options of a client's directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalOptions {
    /// The session that has it; empty for any.
    pub session_id: String,
    /// Only files that match one of these; all if there are none.
    pub include_patterns: Vec<String>,
    /// Not the files that match these, in the form of `.dockerignore`.
    pub exclude_patterns: Vec<String>,
    /// Paths whose symbolic links are followed.
    pub follow_paths: Vec<String>,
    /// A name under which the builder keeps the files between builds.
    pub shared_key_hint: String,
    /// How files are compared, and whether the server must support it.
    pub differ: Option<(Differ, bool)>,
    /// Sends only names and metadata, except for these files.
    pub metadata_only: Option<Vec<String>>,
}
