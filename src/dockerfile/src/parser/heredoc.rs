//! Heredocs: `<<EOF`, `<<-"EOF"`, `3<<EOF`, found in a line and cut out of the lines after it.

use super::text::is_re_space;
use crate::error::{Error, Result};
use crate::shell::{Lex, NoEnv};
use crate::span::Span;

/// A heredoc's text and how it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heredoc {
    /// The delimiter, without quotes.
    pub name: String,
    /// The number before `<<`; 0 if there is none.
    pub file_descriptor: u64,
    /// Whether variables in the text are expanded (no quotes around the name).
    pub expand: bool,
    /// Whether it is written `<<-`: leading tabs are removed.
    pub chomp: bool,
    /// The lines up to the delimiter.
    pub content: String,
    /// The content as bytes, if it isn't UTF-8 (`content` then has U+FFFD for each stray byte).
    pub raw: Option<Vec<u8>>,
    /// The bytes of the content in the file, without the line that ends it.
    pub span: Span,
}

/// Returns the heredoc that a word opens; `None` if it opens none.
pub fn parse_heredoc(word: &str) -> Result<Option<Heredoc>> {
    let Some((number, chomp, rest)) = take_apart(word) else {
        return Ok(None);
    };
    let words = lex(false).words(rest, &NoEnv)?;
    let [name] = words.as_slice() else {
        return Ok(None);
    };
    let raw = lex(true).words(rest, &NoEnv)?;
    let [raw] = raw.as_slice() else {
        return Err(Error::new(format!(
            "internal lexing of heredoc produced inconsistent results: {rest}"
        )));
    };
    Ok(Some(Heredoc {
        name: name.clone(),
        file_descriptor: if number.is_empty() {
            0
        } else {
            number.parse().unwrap_or(u64::MAX)
        },
        expand: quotes(name) == quotes(raw),
        chomp,
        ..Heredoc::default()
    }))
}

/// Returns all heredocs that a logical line opens, in order. A line with unbalanced quotes opens none.
pub(super) fn heredocs_of_line(line: &str) -> Result<Vec<Heredoc>> {
    let lex = Lex {
        raw_escapes: true,
        ..lex(true)
    };
    let mut found = Vec::new();
    for word in lex.words(line, &NoEnv).unwrap_or_default() {
        found.extend(parse_heredoc(&word)?);
    }
    Ok(found)
}

/// Returns the content of a `<<-` heredoc without the tabs at the start of its lines.
pub fn chomp_heredoc_content(content: &str) -> String {
    content
        .split_inclusive('\n')
        .map(|line| line.trim_start_matches('\t'))
        .collect()
}

/// [`chomp_heredoc_content`] for bytes that aren't UTF-8.
pub fn chomp_heredoc_bytes(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|&b| b == b'\n') {
        let tabs = line.iter().take_while(|&&b| b == b'\t').count();
        out.extend_from_slice(&line[tabs..]);
    }
    out
}

/// Number, whether `-` follows `<<`, and the rest, which isn't empty and has no `<`.
fn take_apart(word: &str) -> Option<(&str, bool, &str)> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = word.split_at(digits);
    let rest = rest.strip_prefix("<<")?;
    let (chomp, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = &rest[rest.bytes().take_while(|&b| is_re_space(b)).count()..];
    (!rest.is_empty() && !rest.contains('<')).then_some((number, chomp, rest))
}

fn quotes(text: &str) -> usize {
    text.bytes().filter(|b| matches!(b, b'\'' | b'"')).count()
}

/// Words of a heredoc always use the backslash, whatever the file's escape character.
fn lex(raw_quotes: bool) -> Lex {
    Lex {
        raw_quotes,
        skip_unset_env: true,
        ..Lex::new('\\')
    }
}
