//! A directory in memory.

use std::collections::BTreeMap;

use fromtier_proto::gw;

/// The kind of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A regular file.
    File {
        /// Contents.
        data: Vec<u8>,
        /// Permission bits.
        mode: u32,
    },
    /// A directory.
    Dir,
    /// A symbolic link.
    Symlink(String),
}

/// Entries by clean relative path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
}

impl Tree {
    /// Puts an entry at `path`, making its parents.
    pub fn insert(&mut self, path: &str, entry: Entry) {
        let path = clean(path);
        let mut end = 0;
        while let Some(slash) = path[end..].find('/') {
            end += slash;
            self.entries
                .entry(path[..end].to_owned())
                .or_insert(Entry::Dir);
            end += 1;
        }
        self.entries.insert(path, entry);
    }

    /// A regular file with usual permissions.
    pub fn insert_file(&mut self, path: &str, data: impl Into<Vec<u8>>) {
        self.insert(
            path,
            Entry::File {
                data: data.into(),
                mode: 0o644,
            },
        );
    }

    /// All entries, by path.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (&**path, entry))
    }

    /// The entry at `path`, with links followed.
    fn find(&self, path: &str) -> Option<(String, &Entry)> {
        let mut path = clean(path);
        for _ in 0..40 {
            match self.entries.get(&path) {
                Some(Entry::Symlink(target)) if target.starts_with('/') => path = clean(target),
                Some(Entry::Symlink(target)) => {
                    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
                    path = clean(&format!("{parent}/{target}"));
                }
                Some(entry) => return Some((path, entry)),
                None => return None,
            }
        }
        None
    }

    /// A file's contents. `None` if there is none of that name.
    ///
    /// # Errors
    /// The text of BuildKit's error.
    pub fn read(&self, path: &str) -> Result<&[u8], String> {
        match self.find(path) {
            Some((_, Entry::File { data, .. })) => Ok(data),
            Some(_) => Err(format!("{path} is not a regular file")),
            None if clean(path).is_empty() => Err(format!("{path} is not a regular file")),
            None => Err(format!("open {path}: no such file or directory")),
        }
    }

    /// BuildKit's metadata of a path.
    ///
    /// # Errors
    /// The text of BuildKit's error.
    pub fn stat(&self, path: &str) -> Result<gw::Stat, String> {
        let clean = clean(path);
        if clean.is_empty() {
            return Ok(stat("", &Entry::Dir));
        }
        match self.entries.get(&clean) {
            Some(entry) => Ok(stat(
                clean.rsplit_once('/').map_or(&*clean, |(_, name)| name),
                entry,
            )),
            None => Err(format!("lstat {path}: no such file or directory")),
        }
    }

    /// The entries right below `path`.
    ///
    /// # Errors
    /// The text of BuildKit's error.
    pub fn list(&self, path: &str) -> Result<Vec<gw::Stat>, String> {
        let dir = clean(path);
        if !dir.is_empty() && !matches!(self.find(&dir), Some((_, Entry::Dir))) {
            return Err(format!("open {path}: no such file or directory"));
        }
        let prefix = if dir.is_empty() {
            String::new()
        } else {
            format!("{dir}/")
        };
        Ok(self
            .entries
            .iter()
            .filter_map(|(path, entry)| {
                let name = path.strip_prefix(&prefix)?;
                (!name.is_empty() && !name.contains('/')).then(|| stat(name, entry))
            })
            .collect())
    }

    /// The subtree at `path`; empty if there is none.
    pub fn below(&self, path: &str) -> Self {
        let dir = clean(path);
        if dir.is_empty() {
            return self.clone();
        }
        let prefix = format!("{dir}/");
        Self {
            entries: self
                .entries
                .iter()
                .filter_map(|(path, entry)| {
                    Some((path.strip_prefix(&prefix)?.to_owned(), entry.clone()))
                })
                .collect(),
        }
    }

    /// The entries that `keep` is true for, and their parents.
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        let mut out = Self::default();
        for (path, entry) in self.entries() {
            if keep(path) {
                out.insert(path, entry.clone());
            }
        }
        out
    }

    /// Puts all of `other` into the directory `path`.
    pub fn merge(&mut self, path: &str, other: &Self) {
        for (name, entry) in other.entries() {
            self.insert(&format!("{path}/{name}"), entry.clone());
        }
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn stat(name: &str, entry: &Entry) -> gw::Stat {
    const DIR: u32 = 1 << 31;
    const SYMLINK: u32 = 1 << 27;
    let (mode, size, linkname) = match entry {
        Entry::File { data, mode } => (*mode, data.len() as i64, ""),
        Entry::Dir => (DIR | 0o755, 0, ""),
        Entry::Symlink(target) => (SYMLINK | 0o777, 0, &**target),
    };
    gw::Stat {
        path: name.to_owned(),
        mode,
        size,
        linkname: linkname.to_owned(),
        ..Default::default()
    }
}

/// A path without `.`, `..` and repeated slashes, relative to the root.
fn clean(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_and_missing_files_named() {
        let mut tree = Tree::default();
        tree.insert_file("a/b", "x");
        tree.insert("c", Entry::Symlink("a/b".into()));
        assert_eq!(tree.read("/c").unwrap(), b"x");
        assert_eq!(
            tree.read("d").unwrap_err(),
            "open d: no such file or directory"
        );
        assert_eq!(tree.read("a").unwrap_err(), "a is not a regular file");
        assert_eq!(tree.list("").unwrap().len(), 2);
    }
}
