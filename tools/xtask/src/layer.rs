//! Reproducible layers: the same files always give the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

/// The time stamped on every file: 2024-01-01T00:00:00Z, in seconds since 1970.
pub const MTIME: u64 = 1_704_067_200;

/// The entry at one path in a layer.
#[derive(Debug, Clone)]
pub enum Node {
    /// A folder.
    Dir,
    /// A file and its bytes.
    File(Vec<u8>),
    /// A symbolic link and where it points.
    Symlink(String),
    /// A hard link to another path of the same layer.
    Link(String),
}

#[derive(Debug, Clone)]
struct Entry {
    node: Node,
    mode: u32,
    owner: (u64, u64),
}

/// The files of one layer, kept in the order of their paths.
#[derive(Debug, Default, Clone)]
pub struct Layer {
    entries: BTreeMap<String, Entry>,
}

/// A blob and its digest.
#[derive(Debug, Clone)]
pub struct Blob {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The stored bytes.
    pub bytes: Vec<u8>,
}

/// A packed layer: the compressed blob and the digest of what it unpacks to.
#[derive(Debug, Clone)]
pub struct Packed {
    /// The gzip-compressed tar.
    pub blob: Blob,
    /// Digest of the uncompressed tar, as the image config lists it.
    pub diff_id: String,
}

impl Blob {
    /// Wraps bytes and names them by their digest.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            digest: digest(&bytes),
            bytes,
        }
    }
}

/// `sha256:…` of some bytes.
pub fn digest(bytes: &[u8]) -> String {
    let mut name = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        name.push_str(&format!("{byte:02x}"));
    }
    name
}

impl Layer {
    /// Puts something at an absolute path, with the folders that lead to it, replacing what was there.
    pub fn put(&mut self, path: &str, mode: u32, owner: (u64, u64), node: Node) {
        let path = path.trim_matches('/');
        for (at, _) in path.match_indices('/') {
            self.entries
                .entry(path[..at].to_owned())
                .or_insert_with(|| Entry {
                    node: Node::Dir,
                    mode: 0o755,
                    owner: (0, 0),
                });
        }
        self.entries
            .insert(path.to_owned(), Entry { node, mode, owner });
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a folder's content below `/`, with the modes it has on disk (owner root).
    ///
    /// # Errors
    /// When something below the folder can't be read.
    pub fn add_tree(&mut self, root: &Path) -> io::Result<()> {
        let mut todo = vec![root.to_path_buf()];
        while let Some(dir) = todo.pop() {
            for entry in fs::read_dir(&dir)? {
                let path = entry?.path();
                let name = path
                    .strip_prefix(root)
                    .map_err(io::Error::other)?
                    .to_string_lossy()
                    .into_owned();
                let meta = fs::symlink_metadata(&path)?;
                // Only the executable bit survives git, and a stricter umask must change nothing.
                let executable = meta.is_dir() || meta.permissions().mode() & 0o100 != 0;
                let mode = if executable { 0o755 } else { 0o644 };
                let node = if meta.is_symlink() {
                    Node::Symlink(fs::read_link(&path)?.to_string_lossy().into_owned())
                } else if meta.is_dir() {
                    todo.push(path);
                    Node::Dir
                } else {
                    Node::File(fs::read(&path)?)
                };
                self.put(&name, mode, (0, 0), node);
            }
        }
        Ok(())
    }

    /// The layer as a compressed tar.
    ///
    /// # Errors
    /// When a path is too long for the tar format.
    pub fn pack(&self, level: u32) -> io::Result<Packed> {
        let mut tar = tar::Builder::new(Vec::new());
        // A hard link comes after what it links to.
        let (links, rest): (Vec<_>, Vec<_>) = self
            .entries
            .iter()
            .partition(|(_, entry)| matches!(entry.node, Node::Link(_)));
        for (path, entry) in rest.into_iter().chain(links) {
            let mut header = tar::Header::new_gnu();
            header.set_mode(entry.mode);
            header.set_uid(entry.owner.0);
            header.set_gid(entry.owner.1);
            header.set_mtime(MTIME);
            header.set_size(0);
            match &entry.node {
                Node::Dir => {
                    header.set_entry_type(tar::EntryType::Directory);
                    tar.append_data(&mut header, format!("{path}/"), io::empty())?;
                }
                Node::File(bytes) => {
                    header.set_entry_type(tar::EntryType::Regular);
                    header.set_size(bytes.len() as u64);
                    tar.append_data(&mut header, path, bytes.as_slice())?;
                }
                Node::Symlink(to) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    tar.append_link(&mut header, path, to)?;
                }
                Node::Link(to) => {
                    header.set_entry_type(tar::EntryType::Link);
                    tar.append_link(&mut header, path, to.trim_matches('/'))?;
                }
            }
        }
        let tar = tar.into_inner()?;
        let diff_id = digest(&tar);
        let mut gzip = GzBuilder::new()
            .mtime(0)
            .write(Vec::new(), Compression::new(level));
        gzip.write_all(&tar)?;
        Ok(Packed {
            blob: Blob::new(gzip.finish()?),
            diff_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_make_the_same_layer_in_whatever_order_they_are_put() {
        let mut one = Layer::default();
        one.put("/b/c", 0o644, (0, 0), Node::File(b"c".to_vec()));
        one.put("/a", 0o644, (0, 0), Node::File(b"a".to_vec()));
        let mut other = Layer::default();
        other.put("/a", 0o644, (0, 0), Node::File(b"a".to_vec()));
        other.put("/b/c", 0o644, (0, 0), Node::File(b"c".to_vec()));
        assert_eq!(
            one.pack(6).unwrap().blob.digest,
            other.pack(6).unwrap().blob.digest
        );
    }

    #[test]
    fn folders_come_before_what_is_in_them() {
        let mut layer = Layer::default();
        layer.put("/etc/a/b", 0o644, (0, 0), Node::File(Vec::new()));
        let names: Vec<_> = layer.entries.keys().cloned().collect();
        assert_eq!(names, ["etc", "etc/a", "etc/a/b"]);
    }
}
