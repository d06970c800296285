//! Where the main context comes from.

use fromtier_proto::pb;

/// The main context: its source, and the directory in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MainContext {
    /// The source.
    pub source: Context,
    /// The `contextsubdir` option. Only contexts that aren't a directory of the client have it.
    pub subdir: Option<String>,
}

/// The source of the main context.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Context {
    /// The client's directory `context`.
    #[default]
    Local,
    /// A git repository.
    Git {
        /// As in the option.
        url: String,
        /// `BUILDKIT_CONTEXT_KEEP_GIT_DIR`.
        keep_git_dir: Option<bool>,
        /// `BUILDKIT_GIT_ADVICE`.
        advice: bool,
        /// Whether files get the commit's time, because the build sets `SOURCE_DATE_EPOCH`.
        commit_mtime: bool,
    },
    /// A file from the web: an archive with the context in it, or the Dockerfile itself.
    Http {
        /// As in the option.
        url: String,
        /// Whether it is an archive, which is unpacked.
        archive: bool,
    },
    /// A definition that the client sent with the build.
    Input(pb::Definition),
}
