//! The files that `.gitignore` excludes. `.gitignore` files are read by [`crate::disk`], because a hostile one can be a
//! pipe or endless.

use std::path::Path;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::disk::RootedPath;

/// The rules of the `.gitignore` files from the top of a repository down to a directory.
#[derive(Debug, Clone, Default)]
pub(super) struct IgnoreRules {
    files: Vec<Arc<Gitignore>>,
}

impl IgnoreRules {
    /// Adds the rules of a directory. Git skips lines that aren't valid patterns, too.
    pub(super) fn with(&self, folder: &RootedPath, text: &str) -> IgnoreRules {
        let mut builder = GitignoreBuilder::new(Path::new("/").join(folder.inside()));
        for line in text.trim_start_matches('\u{feff}').lines() {
            let _ = builder.add_line(None, line);
        }
        let mut files = self.files.clone();
        files.extend(builder.build().ok().map(Arc::new));
        IgnoreRules { files }
    }

    /// Whether the path is excluded. The rules of the directory that is nearest to it decide.
    pub(super) fn ignores(&self, path: &RootedPath, is_directory: bool) -> bool {
        let path = Path::new("/").join(path.inside());
        let matches = self.files.iter().rev();
        let decided = matches
            .map(|file| file.matched(&path, is_directory))
            .find(|found| !found.is_none());
        decided.is_some_and(|found| found.is_ignore())
    }
}
