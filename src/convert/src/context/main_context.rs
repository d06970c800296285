//! The place of the main context.

use fromtier_proto::pb;

/// Where the main context is, and which directory of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MainContext {
    /// Where the context comes from.
    pub source: Context,
    /// The `contextsubdir` option; only of contexts that aren't a directory of the client.
    pub subdir: Option<String>,
}

/// Where a context is.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Context {
    /// The client's directory `context`.
    #[default]
    Local,
    /// A repository, as the option names it.
    Git {
        /// The URL, as the option has it.
        url: String,
        /// `BUILDKIT_CONTEXT_KEEP_GIT_DIR`.
        keep_git_dir: Option<bool>,
        /// Files get the commit's time: the build sets `SOURCE_DATE_EPOCH`.
        commit_mtime: bool,
    },
    /// A file from the web: an archive with the context in it, or the Dockerfile itself.
    Http {
        /// The URL, as the option has it.
        url: String,
        /// Whether it is an archive with the context in it.
        archive: bool,
    },
    /// A definition that was handed in with the build.
    Input(pb::Definition),
}
