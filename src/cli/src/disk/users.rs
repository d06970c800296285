//! Files of the user, which no repository brings.

use std::path::{Path, PathBuf};

use cap_fs_ext::OpenOptionsSyncExt as _;
use cap_std::ambient_authority;
use cap_std::fs::{File, OpenOptions};

use super::root::read_regular;
use super::{FileKind, ReadError};

/// Reads a file of the user's own, wherever its links lead.
pub fn read_users_file(path: &Path, kind: FileKind) -> Result<Vec<u8>, ReadError> {
    let mut options = OpenOptions::new();
    options.read(true).nonblock(true);
    let file = File::open_ambient_with(path, &options, ambient_authority())?;
    read_regular(file, kind)
}

/// Lists a directory of the user's own, sorted.
pub fn list_users_directory(path: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}
