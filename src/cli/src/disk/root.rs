//! A top directory: nothing outside of it is read or written.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileType, OpenOptions};
use cap_tempfile::TempFile;

use super::{FileKind, ReadError, RootKind, WriteError};

/// A top directory. Paths in it are opened relative to its handle, and the system refuses those that lead out of it, so
/// a link that is replaced meanwhile leads nowhere else.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) top: PathBuf,
    pub(super) kind: RootKind,
    directory: Dir,
}

impl Root {
    /// The repository that a directory is in, or else the directory itself. The path has no links.
    pub(super) fn of(directory: &Path) -> io::Result<Root> {
        let top = directory
            .ancestors()
            .find(|directory| directory.join(".git").symlink_metadata().is_ok());
        match top {
            Some(top) => Root::open(top, RootKind::Repository),
            None => Root::open(directory, RootKind::Directory),
        }
    }

    /// A directory. The path has no links.
    fn open(top: &Path, kind: RootKind) -> io::Result<Root> {
        Ok(Root {
            top: top.to_owned(),
            kind,
            directory: Dir::open_ambient_dir(top, ambient_authority())?,
        })
    }

    /// Whether there is anything at this path, readable or not. A link counts, wherever it leads.
    pub(super) fn has(&self, inside: &Path) -> bool {
        match self.directory.symlink_metadata(inside) {
            Ok(_) => true,
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }

    /// Whether the path, or the link there, is a directory.
    pub(super) fn is_directory(&self, inside: &Path) -> bool {
        (self.directory.metadata(inside)).is_ok_and(|found| found.is_dir())
    }

    /// The entries of a directory, in the order of their names.
    pub(super) fn entries(&self, inside: &Path) -> Result<Vec<(OsString, FileType)>, ReadError> {
        let entries = || -> io::Result<Vec<_>> {
            let mut found = Vec::new();
            for entry in self.directory.read_dir(inside)? {
                let entry = entry?;
                found.push((entry.file_name(), entry.file_type()?));
            }
            Ok(found)
        };
        let mut found = entries().map_err(|error| self.error(error))?;
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// Reads a file.
    pub(super) fn read(&self, inside: &Path, kind: FileKind) -> Result<Vec<u8>, ReadError> {
        let target = self.target(inside, kind)?;
        // Some devices act when they are opened, so this one isn't if it is a device already.
        let found = self.directory.symlink_metadata(&target);
        regular(found.map_err(|error| self.error(error))?.file_type())?;
        let mut options = OpenOptions::new();
        options.read(true).nonblock(true).follow(FollowSymlinks::No);
        let opened = self.directory.open_with(&target, &options);
        let opened = opened.map_err(|error| self.error(error))?;
        read_regular(opened, kind)
    }

    /// Replaces a file, or creates it. There is never half a file, and its permissions stay.
    pub(super) fn write(
        &self,
        inside: &Path,
        kind: FileKind,
        text: &str,
    ) -> Result<(), WriteError> {
        let target = match self.target(inside, kind) {
            Err(ReadError::Absent) => inside.to_owned(),
            target => target.map_err(WriteError::Unreadable)?,
        };
        let failed = |error| WriteError::Unreadable(self.error(error));
        let old = match self.directory.symlink_metadata(&target) {
            Ok(found) => {
                regular(found.file_type()).map_err(WriteError::Unreadable)?;
                Some(found.permissions())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let folder = target.parent().filter(|folder| *folder != Path::new(""));
        let folder = self.directory.open_dir(folder.unwrap_or(Path::new(".")));
        let folder = folder.map_err(failed)?;
        let name = target.file_name().unwrap_or_default();
        let written = || {
            let mut file = TempFile::new(&folder)?;
            file.write_all(text.as_bytes())?;
            if let Some(permissions) = old {
                file.as_file().set_permissions(permissions)?;
            }
            file.as_file().sync_all()?;
            file.replace(name)
        };
        written().map_err(failed)
    }

    /// Creates a file that must not exist yet, not even as a link.
    pub(super) fn create(&self, inside: &Path, text: &str) -> Result<(), WriteError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let written = (self.directory.open_with(inside, &options))
            .and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Exists,
            _ => WriteError::Unreadable(self.error(error)),
        })
    }

    /// The path without links. A link can lead to a file of its kind that is in the top directory and not in `.git`,
    /// which keeps the credentials of the checkout.
    fn target(&self, inside: &Path, kind: FileKind) -> Result<PathBuf, ReadError> {
        if inside.components().next() == Some(Component::ParentDir) {
            return Err(ReadError::Outside(self.kind));
        }
        let target = match self.directory.canonicalize(inside) {
            Ok(target) => target,
            Err(error) => {
                let is_link = self.directory.symlink_metadata(inside).is_ok();
                return Err(match self.error(error) {
                    ReadError::Absent if is_link => ReadError::BrokenLink,
                    error => error,
                });
            }
        };
        if target.components().any(|part| {
            (part.as_os_str().to_str()).is_some_and(|part| part.eq_ignore_ascii_case(".git"))
        }) {
            return Err(ReadError::InGit);
        }
        let name = target.file_name().and_then(|name| name.to_str());
        if target != inside && !name.is_some_and(|name| kind.can_be_named(name)) {
            return Err(ReadError::LinkToOtherKind(kind));
        }
        Ok(target)
    }

    fn error(&self, error: io::Error) -> ReadError {
        // A path that leads out of the directory is refused without the system's number.
        let is_outside =
            error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none();
        if is_outside {
            ReadError::Outside(self.kind)
        } else {
            error.into()
        }
    }
}

/// Reads an open file.
pub(super) fn read_regular(file: File, kind: FileKind) -> Result<Vec<u8>, ReadError> {
    regular(file.metadata()?.file_type())?;
    let mut bytes = Vec::new();
    file.take(kind.limit() + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size <= kind.limit()) {
        Ok(bytes)
    } else {
        Err(ReadError::TooLarge(kind))
    }
}

fn regular(found: FileType) -> Result<(), ReadError> {
    if found.is_file() {
        return Ok(());
    }
    if found.is_dir() {
        return Err(ReadError::IsDirectory);
    }
    Err(ReadError::Special(special(found)))
}

#[cfg(unix)]
fn special(found: FileType) -> &'static str {
    use cap_fs_ext::FileTypeExt as _;
    if found.is_fifo() {
        "a named pipe"
    } else if found.is_socket() {
        "a socket"
    } else if found.is_symlink() {
        "a link"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a special file"
}
