//! Double-quoted text, as `strconv.Quote` and `%q` write it.

use std::fmt::Write as _;

/// Returns the text in double quotes, with escapes (`strconv.Quote`, `%q`).
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            ' '..='~' => out.push(c),
            '\0'..='\x7f' => out.push_str(&format!("\\x{:02x}", c as u32)),
            _ if is_printable(c) => out.push(c),
            '\u{80}'..='\u{ffff}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            _ => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Returns bytes in double quotes, as `%q` prints them: bytes that aren't UTF-8 as `\xNN`.
pub fn quote_bytes(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        let valid = quote(chunk.valid());
        out.push_str(&valid[1..valid.len() - 1]);
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

/// `unicode.IsPrint` for characters beyond ASCII.
fn is_printable(c: char) -> bool {
    // Rust's table has the same categories, but it escapes combining marks at the start of a string:
    // hence the letter before.
    let mut buf = [0u8; 5];
    buf[0] = b'a';
    let len = 1 + c.encode_utf8(&mut buf[1..]).len();
    std::str::from_utf8(&buf[..len]).is_ok_and(|s| s.escape_debug().eq(['a', c]))
}

#[cfg(test)]
mod tests {
    use super::{quote, quote_bytes};

    // Expectations printed by Go's strconv.Quote.
    #[test]
    fn quotes_as_go_does() {
        assert_eq!(quote("plain"), r#""plain""#);
        assert_eq!(
            quote("a\"b\\c\n\t\u{7}\x01\x7f"),
            r#""a\"b\\c\n\t\a\x01\x7f""#
        );
        assert_eq!(quote("ü\u{a0}\u{301}世"), "\"ü\\u00a0\u{301}世\"");
        assert_eq!(quote("\u{1f600}\u{e0001}"), "\"\u{1f600}\\U000e0001\"");
        assert_eq!(quote("\u{feff}\u{80}"), r#""\ufeff\u0080""#);
    }

    #[test]
    fn stray_bytes_are_quoted_by_number() {
        assert_eq!(quote_bytes(b"a\"\xe9\xe4\xb8z"), r#""a\"\xe9\xe4\xb8z""#);
        assert_eq!(quote_bytes(b""), "\"\"");
    }
}
