//! Parses lines to a syntax tree: directives, continuations, comments, heredocs. Each node has its lines and bytes.

mod args;
mod directive;
mod heredoc;
mod json;
mod lines;
mod split;
pub(crate) mod text;
mod words;

#[cfg(test)]
mod tests;

pub use directive::{Directive, detect_syntax, directive, requested_frontend};
use fromtier_gostd::strings::to_lower;
use fromtier_gostd::utf8::lossy;
pub use heredoc::{Heredoc, chomp_heredoc_bytes, chomp_heredoc_content, parse_heredoc};

use self::directive::Directives;
use self::lines::{Lines, LogicalLine};
use self::text::{trim, trim_newline, trim_start};
use crate::error::{Error, Result};
use crate::span::{Range, Span};

/// How an instruction's arguments were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Args {
    /// Words, or one raw string for the instructions that keep their line.
    Words(Vec<String>),
    /// The JSON (exec) form. The first element of a `HEALTHCHECK` is its type.
    Json(Vec<String>),
    /// `key=value` pairs (`ENV`, `LABEL`); `delim` is false for the old `KEY value` form.
    Pairs(Vec<Pair>),
    /// The instruction inside an `ONBUILD`. Of an inner `ONBUILD` only the keyword and the flags are kept.
    Sub(Box<Node>),
}

/// One `key=value` of `ENV` or `LABEL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key, as written.
    pub key: String,
    /// The value, as written.
    pub value: String,
    /// Whether a `=` is between them.
    pub delim: bool,
}

/// One instruction as written. Texts have U+FFFD for each byte that isn't UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The keyword as written (`FROM`, `from`).
    pub keyword: String,
    /// The arguments.
    pub args: Args,
    /// Whether bytes of the arguments aren't UTF-8.
    pub invalid_utf8: bool,
    /// The words as bytes, for `FROM` and other instructions of plain words; empty unless `invalid_utf8`.
    pub raw_words: Vec<Vec<u8>>,
    /// The bytes of each of [`Args::Words`] in the file; empty for `ARG` and the other forms.
    pub word_spans: Vec<Span>,
    /// The flags, as written.
    pub flags: Vec<String>,
    /// The bytes of each flag in the file, with its quotes.
    pub flag_spans: Vec<Span>,
    /// The bytes of the value of each flag in the file: the text after its `=`, if it has one.
    pub flag_value_spans: Vec<Option<Span>>,
    /// The heredocs, in order.
    pub heredocs: Vec<Heredoc>,
    /// The logical line, continuations joined, as the reference's `Original`.
    pub original: String,
    /// The first line, counted from 1.
    pub start_line: i32,
    /// The last line, counted from 1.
    pub end_line: i32,
    /// From the keyword to the end of the last line, heredocs included.
    pub span: Span,
    /// The comments since the last instruction and the last empty comment, without `#`.
    pub comments: Vec<String>,
}

impl Node {
    /// The lines of the instruction, one range for each line, as in the reference.
    pub fn location(&self) -> Vec<Range> {
        Range::lines(self.start_line, self.end_line)
    }

    /// Whether heredocs can follow: the shell form of `ADD`, `COPY` and `RUN`, also after `ONBUILD`.
    pub fn takes_heredocs(&self) -> bool {
        let node = match &self.args {
            Args::Sub(trigger) => trigger,
            _ => self,
        };
        matches!(to_lower(&node.keyword).as_str(), "add" | "copy" | "run")
            && !matches!(node.args, Args::Json(_))
    }
}

/// A parser's warning (only `NoEmptyContinuation` today).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseWarning {
    /// The warning, with the reference's text.
    pub message: String,
    /// The lines of the warning.
    pub range: Range,
}

/// A parsed Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// The instructions, in order.
    pub nodes: Vec<Node>,
    /// The escape character: `\` or a backtick.
    pub escape: char,
    /// The parser's warnings, in order.
    pub warnings: Vec<ParseWarning>,
}

/// Parses a Dockerfile. Errors have the reference's text and ranges.
pub fn parse(source: &[u8]) -> Result<Dockerfile> {
    let mut parser = Parser {
        lines: Lines::new(source),
        current: 0,
        directives: Directives::new(),
        comments: Vec::new(),
        nodes: Vec::new(),
        warnings: Vec::new(),
    };
    while let Some((offset, line)) = parser.lines.next_line() {
        parser.line(offset, line)?;
    }
    let too_long = parser.lines.too_long;
    let message = if parser.nodes.is_empty() {
        "file with no instructions".to_owned()
    } else if too_long {
        format!(
            "dockerfile line greater than max allowed size of {}",
            lines::MAX_LINE
        )
    } else {
        return Ok(Dockerfile {
            nodes: parser.nodes,
            escape: char::from(parser.directives.escape),
            warnings: parser.warnings,
        });
    };
    Err(Error::new(message).at(&[Range::line(parser.current)]))
}

struct Parser<'a> {
    lines: Lines<'a>,
    /// The number of lines that were read.
    current: i32,
    directives: Directives,
    comments: Vec<String>,
    nodes: Vec<Node>,
    warnings: Vec<ParseWarning>,
}

impl Parser<'_> {
    /// Reads what starts on a line: nothing, a comment, a directive, or an instruction with all its lines.
    fn line(&mut self, offset: usize, line: &[u8]) -> Result<()> {
        let full = line;
        let line = match self.current {
            0 => directive::discard_bom(line),
            _ => line,
        };
        self.see_comment(line);
        let body = trim_start(trim_newline(line));
        // The line isn't counted yet; the reference reports the one before.
        let is_directive = self
            .directives
            .see(body)
            .map_err(|e| e.at(&[Range::line(self.current)]))?;
        if is_directive {
            self.comments.pop();
        }
        self.current += 1;
        if body.first() == Some(&b'#') {
            return Ok(());
        }
        let (piece, goes_on) = lines::trim_continuation(body, self.directives.escape);
        if piece.is_empty() && !goes_on {
            return Ok(());
        }
        let offset = offset + full.len() - trim_start_len(line);
        self.instruction(piece, goes_on, offset)
    }

    /// Keeps a comment; an empty one ends the block of those before it.
    fn see_comment(&mut self, line: &[u8]) {
        if !lines::is_comment(line) {
            return;
        }
        // One byte is removed, whatever it is: an indented comment keeps its `#`.
        match trim(&line[1..]) {
            [] => self.comments.clear(),
            comment => self.comments.push(lossy(comment)),
        }
    }

    fn instruction(&mut self, first: &[u8], goes_on: bool, offset: usize) -> Result<()> {
        let start = self.current;
        let mut line = LogicalLine::default();
        line.push(first, offset);
        let end = self.continuations(&mut line, goes_on, offset + first.len());
        let place = |e: Error, end: i32| e.at(&Range::lines(start, end));

        let mut node = args::read(&line, 0..line.text.len(), self.directives.escape)
            .map_err(|e| place(e, self.current))?;
        node.span.start = offset;
        node.span.end = end;
        if node.takes_heredocs() && line.text.windows(2).any(|w| w == b"<<") {
            node.heredocs =
                heredoc::heredocs_of_line(&node.original).map_err(|e| place(e, self.current))?;
            for heredoc in &mut node.heredocs {
                match self.heredoc_content(heredoc) {
                    Some(end) => node.span.end = end,
                    None => {
                        return Err(place(Error::new("unterminated heredoc"), self.current));
                    }
                }
            }
        }
        node.start_line = start;
        node.end_line = self.current;
        node.comments = std::mem::take(&mut self.comments);
        self.nodes.push(node);
        Ok(())
    }

    /// Appends the lines that a continuation requires. Returns the offset where the last one ends. Comments and empty
    /// lines between them are skipped, empty ones with a warning.
    fn continuations(
        &mut self,
        line: &mut LogicalLine,
        mut goes_on: bool,
        mut end: usize,
    ) -> usize {
        let mut has_empty = false;
        while goes_on {
            let Some((offset, next)) = self.lines.next_line() else {
                break;
            };
            self.current += 1;
            let body = trim_newline(next);
            end = offset + body.len();
            if lines::is_comment(body) {
                continue;
            }
            if lines::is_blank(body) {
                has_empty = true;
                continue;
            }
            let (piece, more) = lines::trim_continuation(body, self.directives.escape);
            line.push(piece, offset);
            goes_on = more;
        }
        if has_empty {
            self.warnings.push(ParseWarning {
                message: format!("Empty continuation line found in: {}", lossy(&line.text)),
                range: Range::line(self.current),
            });
        }
        end
    }

    /// Reads a heredoc's content up to the line that ends it. Returns the offset where that line ends; `None`
    /// if no line does.
    fn heredoc_content(&mut self, heredoc: &mut Heredoc) -> Option<usize> {
        let mut content = Vec::new();
        while let Some((offset, line)) = self.lines.next_line() {
            self.current += 1;
            let mut end = trim_newline(line);
            let last = offset + end.len();
            if heredoc.chomp {
                while let [b'\t', rest @ ..] = end {
                    end = rest;
                }
            }
            if end == heredoc.name.as_bytes() {
                heredoc.span = Span {
                    start: offset - content.len(),
                    end: offset,
                };
                match String::from_utf8(content) {
                    Ok(text) => heredoc.content = text,
                    Err(e) => {
                        heredoc.content = lossy(e.as_bytes());
                        heredoc.raw = Some(e.into_bytes());
                    }
                }
                return Some(last);
            }
            content.extend_from_slice(line);
        }
        None
    }
}

/// The length of the line without the blanks before its first character.
fn trim_start_len(line: &[u8]) -> usize {
    trim_start(line).len()
}
