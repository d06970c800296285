//! Formats the results of commands for people and for programs.

pub mod check_json;
pub mod exceptions;
pub mod findings;
pub mod human;
pub mod json;
pub mod printer;
pub mod style;
pub mod terminal;

use std::ops::Range;

use fromtier_convert::{PlannedSource, PlannedTrap};

/// `1 file`, `2 files`
pub fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The bytes of a source's reference in the file, or else those of its first line.
pub fn place(text: &str, source: &PlannedSource) -> Range<usize> {
    match source.span {
        Some(span)
            if text.is_char_boundary(span.start)
                && text.is_char_boundary(span.end)
                && span.start < span.end =>
        {
            span.start..span.end
        }
        _ => line_of(
            text,
            source.ranges.first().map_or(1, |range| range.start.line),
        ),
    }
}

/// The bytes of the first line of a trap.
pub fn trap_place(text: &str, trap: &PlannedTrap) -> Range<usize> {
    let first = trap.found.ranges.first();
    line_of(text, first.map_or(1, |range| range.start.line))
}

/// The bytes of a line, counted from 1, without surrounding spaces.
pub fn line_of(text: &str, number: i32) -> Range<usize> {
    let number = usize::try_from(number).unwrap_or(1).max(1);
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index + 1 == number {
            let trimmed = line.trim_end();
            let indent = trimmed.len() - trimmed.trim_start().len();
            return start + indent..start + trimmed.len();
        }
        start += line.len();
    }
    text.len()..text.len()
}

/// A text in which many places are looked up.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    /// The bytes at which lines begin.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text.
    pub fn new(text: &'a str) -> Lines<'a> {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = breaks.map(|(at, _)| at + 1);
        Lines {
            text,
            starts: [0].into_iter().chain(starts).collect(),
        }
    }

    /// Line and column of a byte, counted from 1, the column in characters.
    pub fn position(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = self
            .text
            .get(start..at.min(self.text.len()))
            .unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

/// The number of line breaks. Bytes are counted many at once, unlike characters.
pub fn line_breaks(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// The whole lines that a range of bytes is in, as a range of bytes. The end of a text belongs to its last line.
pub fn whole_lines(text: &str, at: &Range<usize>) -> Range<usize> {
    let before = text.get(..at.start).unwrap_or(text);
    let is_end = at.start >= text.len();
    let before = before
        .strip_suffix('\n')
        .filter(|_| is_end)
        .unwrap_or(before);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let after = text.get(at.end..).unwrap_or_default();
    let end = after
        .find('\n')
        .map_or(text.len(), |newline| at.end + newline + 1);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_lines_and_columns() {
        let text = "FROM a\n  RUN é x\n";
        assert_eq!(line_of(text, 2), 9..17);
        assert_eq!(&text[line_of(text, 2)], "RUN é x");
        assert_eq!(line_of(text, 9), text.len()..text.len());
        let lines = Lines::new(text);
        assert_eq!(lines.position(16), (2, 9));
        assert_eq!(lines.position(999), (3, 1));
    }
}
