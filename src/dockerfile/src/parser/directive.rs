//! Parser directives: `# syntax=…`, `# escape=…`, `# check=…` in the first lines.

use fromtier_gostd::utf8::lossy;

use super::json;
use super::lines::Lines;
use super::text::{is_re_space, trim_newline, trim_start};
use crate::error::{Error, Result};
use crate::span::Range;

/// The names that make a comment a directive.
const NAMES: [&str; 3] = ["syntax", "escape", "check"];

/// A directive that was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// The value up to the first space: for `syntax`, the reference of the frontend.
    pub value: String,
    /// The whole value.
    pub cmdline: String,
    /// The line of the directive.
    pub location: Vec<Range>,
}

/// Returns the frontend that a file requests: `# syntax=…`, or `// syntax=…`, or a JSON object with a `syntax` key.
/// A first line that starts with `#!` doesn't count.
pub fn detect_syntax(source: &[u8]) -> Option<Directive> {
    find("syntax", source, true)
}

/// Returns the frontend that a build requests: that of the build argument `BUILDKIT_SYNTAX` if it is set, or else that of
/// the file. An argument has no place in the file.
pub fn requested_frontend(argument: Option<&str>, source: &[u8]) -> Option<Directive> {
    let Some(argument) = argument else {
        return detect_syntax(source);
    };
    Some(Directive {
        value: first_word(argument.trim()).to_owned(),
        cmdline: argument.to_owned(),
        location: Vec::new(),
    })
}

/// Returns the value of `# name=…` among the directives at the top of a file.
pub fn directive(name: &str, source: &[u8]) -> Option<Directive> {
    find(name, source, false)
}

fn find(name: &str, source: &[u8], any_format: bool) -> Option<Directive> {
    let source = discard_bom(source);
    let (source, first_line) = discard_shebang(source);
    if let Some(found) = find_in_comments(name, source, first_line, b"#") {
        return Some(found);
    }
    if !any_format {
        return None;
    }
    find_in_comments(name, source, first_line, b"//").or_else(|| {
        let value = json::object_string(source, name)?;
        Some(Directive {
            cmdline: value.clone(),
            value,
            location: vec![Range::line(first_line)],
        })
    })
}

fn find_in_comments(
    name: &str,
    source: &[u8],
    first_line: i32,
    prefix: &'static [u8],
) -> Option<Directive> {
    let mut parser = DirectiveParser::new(prefix);
    parser.line = first_line;
    let mut lines = Lines::new(source);
    while let Some((_, line)) = lines.next_line() {
        // Only one carriage return belongs to the line's end here; the others are part of the value's blanks.
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match parser.parse_line(line) {
            Ok(Some(found)) if found.name == name => {
                let value = first_word(&found.value).to_owned();
                return Some(Directive {
                    value,
                    cmdline: found.value,
                    location: vec![Range::line(found.line)],
                });
            }
            Ok(_) if !parser.done => {}
            Ok(_) | Err(_) => return None,
        }
    }
    None
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// `source` without a byte order mark in front.
pub(super) fn discard_bom(source: &[u8]) -> &[u8] {
    source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source)
}

fn discard_shebang(source: &[u8]) -> (&[u8], i32) {
    if !source.starts_with(b"#!") {
        return (source, 0);
    }
    match source.iter().position(|&b| b == b'\n') {
        Some(end) => (&source[end + 1..], 1),
        None => (&[], 1),
    }
}

/// One directive line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub name: &'static str,
    pub value: String,
    pub line: i32,
}

/// Reads lines as long as they are directives.
#[derive(Debug)]
pub(super) struct DirectiveParser {
    prefix: &'static [u8],
    line: i32,
    seen: [bool; NAMES.len()],
    /// Whether a line came that isn't a directive: nothing after it can be one.
    pub done: bool,
}

impl DirectiveParser {
    pub fn new(prefix: &'static [u8]) -> Self {
        DirectiveParser {
            prefix,
            line: 0,
            seen: [false; NAMES.len()],
            done: false,
        }
    }

    /// Reads the next line, given without its end. A directive that comes twice is an error.
    pub fn parse_line(&mut self, line: &[u8]) -> Result<Option<Line>> {
        self.line += 1;
        if self.done {
            return Ok(None);
        }
        let found = line
            .strip_prefix(self.prefix)
            .and_then(|rest| split(trim_start(rest)));
        let Some((index, value)) = found else {
            self.done = true;
            return Ok(None);
        };
        let name = NAMES[index];
        if std::mem::replace(&mut self.seen[index], true) {
            return Err(Error::new(format!(
                "only one {name} parser directive can be used"
            )));
        }
        Ok(Some(Line {
            name,
            value: lossy(value),
            line: self.line,
        }))
    }
}

/// `name = value` as the index of the name and the value without blanks around it. A value of blanks alone is
/// its last blank.
fn split(line: &[u8]) -> Option<(usize, &[u8])> {
    let end = line
        .iter()
        .position(|b| !b.is_ascii_alphanumeric())
        .unwrap_or(line.len());
    let (key, rest) = line.split_at(end);
    let index = NAMES
        .iter()
        .position(|name| key.eq_ignore_ascii_case(name.as_bytes()))?;
    let skip = |b: &[u8]| b.iter().take_while(|&&b| is_re_space(b)).count();
    let rest = rest[skip(rest)..].strip_prefix(b"=")?;
    let (_, last) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
    let mut value = &rest[skip(rest)..];
    while let [head @ .., b] = value
        && is_re_space(*b)
    {
        value = head;
    }
    Some((index, if value.is_empty() { last } else { value }))
}

/// The escape character that directives have set, while a file is read.
#[derive(Debug)]
pub(super) struct Directives {
    parser: DirectiveParser,
    pub escape: u8,
}

impl Directives {
    pub fn new() -> Self {
        Directives {
            parser: DirectiveParser::new(b"#"),
            escape: b'\\',
        }
    }

    /// Whether the line, without blanks around it, is a directive. Remembers `escape`.
    pub fn see(&mut self, line: &[u8]) -> Result<bool> {
        let Some(found) = self.parser.parse_line(trim_newline(line))? else {
            return Ok(false);
        };
        if found.name == "escape" {
            self.escape = match found.value.as_str() {
                "`" => b'`',
                "\\" => b'\\',
                other => {
                    return Err(Error::new(format!(
                        "invalid escape token '{other}' does not match ` or \\"
                    )));
                }
            };
        }
        Ok(true)
    }
}
