//! A path below a top directory.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use cap_std::fs::FileType;

use super::root::Root;
use super::{FileKind, ReadError, RootKind, WriteError};

/// A file or directory, and the directory that it must not lead out of.
#[derive(Debug, Clone)]
pub struct RootedPath {
    root: Arc<Root>,
    /// From the top of the root, without `.` and `..`, except at the start of a path that leads out of it.
    inside: PathBuf,
    /// The path in messages, as the user would write it.
    shown: PathBuf,
}

/// An entry of a directory.
#[derive(Debug)]
pub struct DirectoryEntry {
    pub path: RootedPath,
    /// The name; bytes that are not UTF-8 are replaced.
    pub name: String,
    /// Whether it is a directory. A link isn't.
    pub is_directory: bool,
}

impl RootedPath {
    /// A path of the command line. Its root is the repository that its directory is in, or else that directory.
    pub fn named(path: &Path) -> Result<RootedPath, ReadError> {
        let (folder, name) = match (path.is_dir(), path.file_name()) {
            (false, Some(name)) => (folder_of(path), Some(name)),
            (_, None) | (true, _) => (path, None),
        };
        let whole = folder.canonicalize()?;
        let root = Root::of(&whole)?;
        let mut inside = whole.strip_prefix(&root.top).unwrap_or(&whole).to_owned();
        inside.extend(name);
        let shown = path.strip_prefix(".").unwrap_or(path).to_owned();
        Ok(RootedPath {
            root: Arc::new(root),
            inside,
            shown,
        })
    }

    /// The path in messages.
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// The path in messages; `.` for the current directory.
    pub fn shown_or_dot(&self) -> &Path {
        nonempty(&self.shown)
    }

    /// The path from the top of the root.
    pub fn inside(&self) -> &Path {
        &self.inside
    }

    /// The same file has the same path here, from wherever it is named.
    pub fn absolute(&self) -> PathBuf {
        self.root.top.join(&self.inside)
    }

    /// Whether the root is a repository.
    pub fn is_in_repository(&self) -> bool {
        self.root.kind == RootKind::Repository
    }

    /// A file or directory in this directory.
    pub fn join(&self, name: impl AsRef<Path>) -> RootedPath {
        RootedPath {
            root: Arc::clone(&self.root),
            inside: self.inside.join(&name),
            shown: self.shown.join(&name),
        }
    }

    /// The directory that this is in. `None` for the root itself.
    pub fn parent(&self) -> Option<RootedPath> {
        Some(RootedPath {
            root: Arc::clone(&self.root),
            inside: self.inside.parent()?.to_owned(),
            shown: above(&self.shown),
        })
    }

    /// A file in the same directory.
    pub fn sibling(&self, name: impl AsRef<Path>) -> RootedPath {
        let folder = self.parent();
        folder.map_or_else(|| self.join(&name), |folder| folder.join(&name))
    }

    /// The file that a path in this file leads to.
    pub fn resolve(&self, written: &Path) -> Result<RootedPath, ReadError> {
        if written.is_absolute() {
            return Err(ReadError::Outside(self.root.kind));
        }
        let mut to = self.sibling("");
        to.shown = cleaned(&to.shown.join(written));
        to.inside = cleaned(&to.inside.join(written));
        Ok(to)
    }

    /// Whether there is anything at this path, readable or not.
    pub fn exists(&self) -> bool {
        self.root.has(nonempty(&self.inside))
    }

    /// Whether this, or what it links to, is a directory.
    pub fn is_directory(&self) -> bool {
        self.root.is_directory(nonempty(&self.inside))
    }

    /// The entries of the directory, in the order of their names. Links are entries that are neither.
    pub fn entries(&self) -> Result<Vec<DirectoryEntry>, ReadError> {
        let entries = self.root.entries(nonempty(&self.inside))?;
        let entry = |(name, kind): (OsString, FileType)| DirectoryEntry {
            path: self.join(&name),
            name: name.to_string_lossy().into_owned(),
            is_directory: kind.is_dir(),
        };
        Ok(entries.into_iter().map(entry).collect())
    }

    /// Reads the file.
    pub fn read(&self, kind: FileKind) -> Result<Vec<u8>, ReadError> {
        self.root.read(nonempty(&self.inside), kind)
    }

    /// Reads the file as text.
    pub fn read_text(&self, kind: FileKind) -> Result<String, ReadError> {
        String::from_utf8(self.read(kind)?).map_err(|_| ReadError::NotUtf8)
    }

    /// Replaces the file at once, or creates it.
    pub fn write(&self, kind: FileKind, text: &str) -> Result<(), WriteError> {
        self.root.write(nonempty(&self.inside), kind, text)
    }

    /// Creates the file. It must not exist.
    pub fn create(&self, text: &str) -> Result<(), WriteError> {
        self.root.create(nonempty(&self.inside), text)
    }
}

/// The directory that a file is in, as a path that can be opened.
pub fn folder_of(file: &Path) -> &Path {
    let folder = file.parent();
    folder
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The empty path is the directory itself.
fn nonempty(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}

/// The directory above, as a user would write it: `..` above the current directory.
fn above(shown: &Path) -> PathBuf {
    match shown.components().next_back() {
        Some(Component::Normal(_)) => shown.parent().unwrap_or(shown).to_owned(),
        _ => shown.join(".."),
    }
}

/// The path without `.`, and without `..` where a directory before it can be left out.
fn cleaned(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match (part, out.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                out.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            _ => out.push(part),
        }
    }
    out
}
