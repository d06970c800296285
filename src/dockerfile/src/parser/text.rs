//! Dockerfile text as Go reads it: bytes, decoded as UTF-8 one character at a time. A byte that isn't part of a
//! character is U+FFFD.

use std::ops::Range;

use fromtier_gostd::utf8::decode;

/// Whether a byte, taken as a character, is a blank, as in Go's loops over bytes.
pub(crate) fn is_space_byte(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0)
}

/// Whether a byte separates the words of an instruction: all ASCII blanks except the newline.
pub(crate) fn is_gap(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | b'\r' | b' ')
}

/// Whether a byte is `\s` in a regular expression.
pub(crate) fn is_re_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// Returns the number of bytes of the Unicode blanks at the start.
fn leading(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        let (c, len) = decode(&bytes[at..]);
        if !c.is_whitespace() {
            break;
        }
        at += len;
    }
    at
}

/// The length without the Unicode blanks at the end.
fn without_trailing(bytes: &[u8]) -> usize {
    let mut end = bytes.len();
    while end > 0 {
        let mut start = end - 1;
        let floor = end.saturating_sub(4);
        while start > floor && bytes[start] & 0xc0 == 0x80 {
            start -= 1;
        }
        let (c, len) = decode(&bytes[start..end]);
        if start + len != end || !c.is_whitespace() {
            break;
        }
        end = start;
    }
    end
}

pub(crate) fn trim_start(bytes: &[u8]) -> &[u8] {
    &bytes[leading(bytes)..]
}

pub(crate) fn trim(bytes: &[u8]) -> &[u8] {
    let bytes = trim_start(bytes);
    &bytes[..without_trailing(bytes)]
}

/// Returns `range` of `text` without blanks at either end; an empty range if there are only blanks.
pub(crate) fn trim_range(text: &[u8], range: Range<usize>) -> Range<usize> {
    let start = range.start + leading(&text[range.clone()]);
    let end = start + without_trailing(&text[start..range.end]);
    start..end
}

/// The line without the newlines and carriage returns at its end.
pub(crate) fn trim_newline(line: &[u8]) -> &[u8] {
    let mut end = line.len();
    while end > 0 && matches!(line[end - 1], b'\r' | b'\n') {
        end -= 1;
    }
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_of_unicode_are_trimmed_and_stray_bytes_are_not() {
        assert_eq!(trim("\u{a0}\u{3000} x \u{85}".as_bytes()), b"x");
        assert_eq!(trim(b"\xa0 x \xa0"), b"\xa0 x \xa0");
        assert_eq!(trim_range(b"  ab ", 0..5), 2..4);
        assert_eq!(trim_range(b"    ", 1..3), 3..3);
        assert_eq!(trim(b" \xe3\x80"), b"\xe3\x80");
    }
}
