//! The kinds of top directories.

/// The kind of a top directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootKind {
    /// The top of a git repository.
    Repository,
    /// A directory that no repository contains.
    Directory,
}

impl RootKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            RootKind::Repository => "the repository",
            RootKind::Directory => "the directory",
        }
    }
}
