//! `COPY`: files of the context, a stage or an image to an image path.

use super::flags::Kind::{Bool, Text, Texts};
use super::request::Request;
use super::sources::{self, SourcesAndDest};
use super::{Command, Common};
use crate::error::Result;
use crate::span::Span;

/// `COPY`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copy {
    /// The part that all instructions have.
    pub common: Common,
    /// Sources and destination.
    pub files: SourcesAndDest,
    /// The value of `--from`; empty without it.
    pub from: String,
    /// The bytes of the value of `--from=` in the file, for messages that point at it.
    pub from_span: Option<Span>,
    /// The value of `--chown`; empty without it.
    pub chown: String,
    /// The value of `--chmod`; empty without it.
    pub chmod: String,
    /// Whether `--link` is set.
    pub link: bool,
    /// The values of `--exclude`.
    pub exclude: Vec<String>,
    /// Whether `--parents` is set.
    pub parents: bool,
}

pub(super) fn parse(request: &Request) -> Result<Command> {
    sources::require_two(request, "COPY")?;
    let flags = request.flags(&[
        ("chown", Text),
        ("from", Text),
        ("chmod", Text),
        ("link", Bool),
        ("exclude", Texts),
        ("parents", Bool),
    ])?;
    let from_place = flags.places("from").first().copied();
    Ok(Command::Copy(Copy {
        common: request.common(),
        files: sources::parse(request, "COPY")?,
        from: flags.text("from").unwrap_or_default(),
        from_span: from_place.and_then(|place| request.value_span(place)),
        chown: flags.text("chown").unwrap_or_default(),
        chmod: flags.text("chmod").unwrap_or_default(),
        link: flags.bool("link").unwrap_or_default(),
        exclude: flags.texts("exclude"),
        parents: flags.bool("parents").unwrap_or_default(),
    }))
}
