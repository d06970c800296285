//! How sources are taken.

use fromtier_image::Digest;

/// When an image's tag is looked up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResolveMode {
    #[default]
    Default,
    ForcePull,
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
    pub resolve_mode: ResolveMode,
    /// Shown as internal in usage lists.
    pub internal: bool,
    /// Only so many of its layers.
    pub layer_limit: Option<i64>,
    pub checksum: Option<Digest>,
}

/// How an OCI layout is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OciLayoutOptions {
    /// The session that holds the layout; empty for any.
    pub session_id: String,
    pub layer_limit: Option<i64>,
}

/// How a Git repository is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitOptions {
    /// Branch, tag or commit; empty for the default branch.
    pub reference: String,
    pub subdir: String,
    pub keep_git_dir: bool,
    /// The commit that must come back.
    pub checksum: String,
    pub skip_submodules: bool,
    /// `commit` or `checkout`: the files' modification time. Empty for the builder's choice.
    pub mtime: String,
    pub fetch_by_commit: bool,
    /// Lines of a known-hosts file, for SSH remotes.
    pub known_ssh_hosts: String,
    /// The SSH agent's name, for SSH remotes; empty for `default`.
    pub ssh_socket: String,
}

/// How a file is downloaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpOptions {
    pub filename: String,
    pub checksum: Option<Digest>,
    pub permissions: u32,
    pub uid: u32,
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
    pub include_patterns: Vec<String>,
    pub exclude_patterns: Vec<String>,
    pub follow_paths: Vec<String>,
    pub shared_key_hint: String,
    /// And whether the server must know it.
    pub differ: Option<(Differ, bool)>,
    /// Only names and metadata are sent, but for these.
    pub metadata_only: Option<Vec<String>>,
}
