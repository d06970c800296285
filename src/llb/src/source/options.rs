//! How sources are taken.

use fromtier_image::Digest;

/// When an image's tag is looked up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResolveMode {
    /// The builder decides.
    #[default]
    Default,
    /// The registry is always asked.
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
}

/// How an image is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageOptions {
    /// Whether the registry is asked.
    pub resolve_mode: ResolveMode,
    /// Shown as internal in usage lists.
    pub internal: bool,
    /// Only so many of its layers.
    pub layer_limit: Option<i64>,
    /// The digest that the image must have.
    pub checksum: Option<Digest>,
}

/// How an OCI layout is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OciLayoutOptions {
    /// The session that holds the layout; empty for any.
    pub session_id: String,
    /// Only so many of its layers.
    pub layer_limit: Option<i64>,
}

/// How a Git repository is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitOptions {
    /// Branch, tag or commit; empty for the default branch.
    pub reference: String,
    /// The directory that is used; empty for all.
    pub subdir: String,
    /// Whether `.git` is kept.
    pub keep_git_dir: bool,
    /// The commit that must come back.
    pub checksum: String,
    /// Whether submodules are left out.
    pub skip_submodules: bool,
    /// `commit` or `checkout`: the files' modification time. Empty for the builder's choice.
    pub mtime: String,
    /// Whether the commit is fetched by its hash.
    pub fetch_by_commit: bool,
    /// Lines of a known-hosts file, for SSH remotes.
    pub known_ssh_hosts: String,
    /// The SSH agent's name, for SSH remotes; empty for `default`.
    pub ssh_socket: String,
}

/// How a file is downloaded.
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
    /// The name of a secret.
    pub auth_header_secret: String,
}

/// How files of a local directory are compared with those sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differ {
    /// Not at all: everything is sent.
    None,
    /// By size, times, mode and so on.
    Metadata,
}

/// How a client's directory is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalOptions {
    /// The session that holds it; empty for any.
    pub session_id: String,
    /// Only files that match one of these; all if there are none.
    pub include_patterns: Vec<String>,
    /// Not the files that match these, in the form of `.dockerignore`.
    pub exclude_patterns: Vec<String>,
    /// Paths whose symbolic links are followed.
    pub follow_paths: Vec<String>,
    /// A name under which the builder keeps the files between builds.
    pub shared_key_hint: String,
    /// And whether the server must know it.
    pub differ: Option<(Differ, bool)>,
    /// Only names and metadata are sent, but for these.
    pub metadata_only: Option<Vec<String>>,
}
