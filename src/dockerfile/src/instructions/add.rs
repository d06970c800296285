//! `ADD`: files, archives, URLs and git repositories to an image path.

use super::flags::Kind::{Bool, Text, Texts};
use super::request::Request;
use super::sources::{self, SourcesAndDest};
use super::{Command, Common};
use crate::error::Result;

/// `ADD`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Add {
    /// The part that all instructions have.
    pub common: Common,
    /// Sources and destination.
    pub files: SourcesAndDest,
    /// The value of `--chown`; empty without it.
    pub chown: String,
    /// The value of `--chmod`; empty without it.
    pub chmod: String,
    /// Whether `--link` is set.
    pub link: bool,
    /// The values of `--exclude`.
    pub exclude: Vec<String>,
    /// The value of `--keep-git-dir`; none without it.
    pub keep_git_dir: Option<bool>,
    /// The value of `--checksum`; empty without it.
    pub checksum: String,
    /// The value of `--unpack`; none without it.
    pub unpack: Option<bool>,
}

pub(super) fn parse(request: &Request) -> Result<Command> {
    sources::require_two(request, "ADD")?;
    let flags = request.flags(&[
        ("chown", Text),
        ("chmod", Text),
        ("link", Bool),
        ("keep-git-dir", Bool),
        ("checksum", Text),
        ("unpack", Bool),
        ("exclude", Texts),
    ])?;
    Ok(Command::Add(Add {
        common: request.common(),
        files: sources::parse(request, "ADD")?,
        chown: flags.text("chown").unwrap_or_default(),
        chmod: flags.text("chmod").unwrap_or_default(),
        link: flags.bool("link").unwrap_or_default(),
        exclude: flags.texts("exclude"),
        keep_git_dir: flags.bool("keep-git-dir"),
        checksum: flags.text("checksum").unwrap_or_default(),
        unpack: flags.bool("unpack"),
    }))
}
