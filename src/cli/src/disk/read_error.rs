//! Why a file can't be read or written.

use std::fmt;
use std::io;

use super::{FileKind, RootKind};

/// Why a file can't be read. It never quotes the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    Absent,
    IsDirectory,
    /// A named pipe, a device, a socket: what it is.
    Special(&'static str),
    TooLarge(FileKind),
    /// The path, or a link on it, leads out of the repository or the directory.
    Outside(RootKind),
    /// The path leads into the `.git` directory.
    InGit,
    /// The link's target is not named as its kind.
    LinkToOtherKind(FileKind),
    /// The link's target doesn't exist.
    BrokenLink,
    NotNamed(FileKind),
    NotUtf8,
    Other(String),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        match error.kind() {
            io::ErrorKind::NotFound => ReadError::Absent,
            io::ErrorKind::IsADirectory => ReadError::IsDirectory,
            _ => ReadError::Other(without_number(&error)),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Absent => f.write_str("no such file or directory"),
            ReadError::IsDirectory => f.write_str("expected a file, found a directory"),
            ReadError::Special(what) => write!(f, "expected a regular file, found {what}"),
            ReadError::TooLarge(kind) => {
                let (size, unit) = match kind.limit() {
                    limit if limit >> 20 > 0 => (limit >> 20, "MiB"),
                    limit => (limit >> 10, "KiB"),
                };
                write!(
                    f,
                    "the file is larger than {size} {unit}, the limit for {}",
                    kind.name()
                )
            }
            ReadError::Outside(kind) => write!(f, "the path leads out of {}", kind.name()),
            ReadError::InGit => f.write_str("the path leads into a `.git` directory"),
            ReadError::LinkToOtherKind(kind) => {
                write!(
                    f,
                    "it is a link to a file that isn't named as {}",
                    kind.name()
                )
            }
            ReadError::BrokenLink => f.write_str("it is a link to a file that doesn't exist"),
            ReadError::NotNamed(kind) => {
                write!(f, "it isn't named as {}, such as `base.yaml`", kind.name())
            }
            ReadError::NotUtf8 => f.write_str("the file is not valid UTF-8"),
            ReadError::Other(text) => f.write_str(text),
        }
    }
}

/// Why a file can't be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// The file exists, and must not.
    Exists,
    /// The existing file can't be replaced.
    Unreadable(ReadError),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Exists => f.write_str("the file already exists"),
            WriteError::Unreadable(error) => error.fmt(f),
        }
    }
}

/// The system's text without `(os error 13)`, and with a lowercase letter at the start.
fn without_number(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
