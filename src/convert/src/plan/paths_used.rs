//! The paths that a build uses of a context. A local directory sends only these.

use std::collections::BTreeSet;

use fromtier_gostd::path;

/// Some paths, or all.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathsUsed {
    all: bool,
    paths: BTreeSet<String>,
}

impl PathsUsed {
    /// Marks a path as used. It is relative to the context's root.
    pub fn mark(&mut self, path: &str) {
        if self.all {
            return;
        }
        match path::join(&["/", path]).as_str() {
            "/" => self.mark_all(),
            path => {
                self.paths.insert(path.trim_start_matches('/').to_owned());
            }
        }
    }

    /// Marks all paths as used.
    pub fn mark_all(&mut self) {
        self.all = true;
        self.paths.clear();
    }

    pub fn extend(&mut self, other: &PathsUsed) {
        if other.all {
            self.mark_all();
        } else if !self.all {
            self.paths.extend(other.paths.iter().cloned());
        }
    }

    /// Returns the sorted filter for a local source; empty for all files.
    pub fn filter(&self) -> Vec<String> {
        self.paths.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_lifts_the_filter() {
        let mut used = PathsUsed::default();
        used.mark("b/../c");
        used.mark("/a");
        assert_eq!(used.filter(), ["a", "c"]);
        used.mark(".");
        assert!(used.filter().is_empty());
    }
}
