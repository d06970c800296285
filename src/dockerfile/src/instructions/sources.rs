//! The common part of `ADD` and `COPY`: sources, with heredocs among them, and a destination.

use std::borrow::Cow;

use super::request::Request;
use crate::error::{Error, Result};
use crate::parser::{Heredoc, chomp_heredoc_bytes, chomp_heredoc_content, parse_heredoc};

/// A heredoc as a file to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceContent {
    /// The name of the file, which is the heredoc's delimiter.
    pub path: String,
    /// Its content.
    pub data: String,
    /// The data as bytes, if it isn't UTF-8. Expansion replaces stray bytes by U+FFFD, as in `data`.
    pub raw: Option<Vec<u8>>,
    /// Whether variables in it are expanded.
    pub expand: bool,
}

impl SourceContent {
    /// The bytes of the file without expansion.
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.data.as_bytes())
    }
}

/// The sources and the destination of a `COPY` or `ADD`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourcesAndDest {
    /// The destination, as written.
    pub dest: String,
    /// The sources, as written, without heredocs.
    pub sources: Vec<String>,
    /// The heredocs, in order.
    pub contents: Vec<SourceContent>,
}

pub(super) fn require_two(request: &Request, instruction: &str) -> Result<()> {
    if request.args().len() < 2 {
        return Err(Error::new(format!(
            "{instruction} requires at least two arguments, but only one was provided. Destination could not be determined"
        )));
    }
    Ok(())
}

/// Sources and destination of an instruction with two arguments or more.
pub(super) fn parse(request: &Request, instruction: &str) -> Result<SourcesAndDest> {
    let Some((dest, args)) = request.args().split_last() else {
        return Ok(SourcesAndDest::default());
    };
    if opened_by(dest).is_some() {
        return Err(Error::new(format!(
            "{instruction} cannot accept a heredoc as a destination"
        )));
    }
    let mut sources = Vec::new();
    let mut contents = Vec::new();
    for arg in args {
        match opened_by(arg) {
            None => sources.push(arg.clone()),
            Some(opened) => contents.push(content(request, opened)),
        }
    }
    Ok(SourcesAndDest {
        dest: dest.clone(),
        sources,
        contents,
    })
}

fn opened_by(word: &str) -> Option<Heredoc> {
    parse_heredoc(word).ok().flatten()
}

/// The text of an opened heredoc: the last of its name; none (in the JSON form) is empty.
fn content(request: &Request, opened: Heredoc) -> SourceContent {
    let read = request
        .node
        .heredocs
        .iter()
        .rfind(|read| read.name == opened.name);
    let (mut data, mut raw) = match read {
        Some(read) => (Cow::Borrowed(read.content.as_str()), read.raw.clone()),
        None => (Cow::Borrowed(""), None),
    };
    if opened.chomp {
        data = Cow::Owned(chomp_heredoc_content(&data));
        raw = raw.map(|bytes| chomp_heredoc_bytes(&bytes));
    }
    SourceContent {
        path: opened.name,
        data: data.into_owned(),
        raw,
        expand: opened.expand,
    }
}
