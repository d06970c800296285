//! Formats the results of commands for people and for programs.

pub mod check_json;
pub mod exceptions;
pub mod human;
pub mod json;
pub mod printer;
pub mod style;
pub mod terminal;

use std::ops::Range;

use fromtier_convert::PlannedSource;

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

/// Line and column of a byte, counted from 1, the column in characters.
pub fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
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
        assert_eq!(position(text, 16), (2, 9));
        assert_eq!(position(text, 999), (3, 1));
    }
}
