//! Splits bytes into physical lines, and joins them to logical lines that map back to the bytes of the file.

use std::ops::Range;

use super::text::{trim_newline, trim_start};
use crate::span::Span;

/// The reference reads lines through a buffer of this many bytes; a longer line is an error.
const BUFFER: usize = 64 * 1024;

/// The longest line, in bytes, that is always read; the error names it.
pub(super) const MAX_LINE: usize = BUFFER - 1;

/// An iterator over lines with their line ends.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    source: &'a [u8],
    pos: usize,
    /// Whether a line was too long. The next call returns what the reference has in its buffer, the one after
    /// that nothing.
    pub too_long: bool,
}

impl<'a> Lines<'a> {
    pub fn new(source: &'a [u8]) -> Self {
        Lines {
            source,
            pos: 0,
            too_long: false,
        }
    }

    /// Returns the next line with its newline, and its offset. A line of exactly the buffer's size is accepted if it ends
    /// with a newline.
    pub fn next_line(&mut self) -> Option<(usize, &'a [u8])> {
        let rest = &self.source[self.pos..];
        if rest.is_empty() {
            return None;
        }
        let window = &rest[..rest.len().min(BUFFER)];
        let len = match window.iter().position(|&b| b == b'\n') {
            Some(newline) => newline + 1,
            None if window.len() < BUFFER => window.len(),
            None if self.too_long => {
                let start = self.pos;
                self.pos = self.source.len();
                return Some((start, window));
            }
            None => {
                self.too_long = true;
                return None;
            }
        };
        let start = self.pos;
        self.pos += len;
        Some((start, &rest[..len]))
    }
}

/// Whether the line is a comment: the first thing in it is `#`.
pub(super) fn is_comment(line: &[u8]) -> bool {
    trim_start(line).first() == Some(&b'#')
}

/// Whether the line is empty.
pub(super) fn is_blank(line: &[u8]) -> bool {
    trim_start(trim_newline(line)).is_empty()
}

/// The line without a continuation at its end, and whether there was one: a lone escape character (none before
/// it), followed by spaces and tabs.
pub(super) fn trim_continuation(line: &[u8], escape: u8) -> (&[u8], bool) {
    let mut body = line;
    while let [head @ .., b' ' | b'\t'] = body {
        body = head;
    }
    match body {
        [.., before, last] if *last == escape && *before == escape => (line, false),
        [head @ .., last] if *last == escape => (head, true),
        _ => (line, false),
    }
}

/// A logical line: continuations are joined, comments between them removed.
#[derive(Debug, Default)]
pub(super) struct LogicalLine {
    pub text: Vec<u8>,
    /// Where each joined piece starts, in `text` and in the source.
    pieces: Vec<(usize, usize)>,
}

impl LogicalLine {
    pub fn push(&mut self, piece: &[u8], offset: usize) {
        self.pieces.push((self.text.len(), offset));
        self.text.extend_from_slice(piece);
    }

    /// Returns the bytes of the source for a range of the text.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.offset(range.start);
        let end = if range.is_empty() {
            start
        } else {
            self.offset(range.end - 1) + 1
        };
        Span { start, end }
    }

    fn offset(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|(start, _)| *start <= at);
        match self.pieces[..next].last() {
            Some((start, source)) => source + (at - start),
            None => at,
        }
    }
}
