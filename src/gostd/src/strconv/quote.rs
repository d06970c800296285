//! What Go's standard library does, where its results reach the user: quoting, JSON, paths, times.
//!
//! The reference frontend is a Go program, so the bytes that it writes (image configs, local source
//! attributes, error texts) follow these rules.

pub mod json;
pub mod json_read;
pub mod json_syntax;
pub mod path;
pub mod time;

pub use json::{json_string, json_strings};

/// A double-quoted string as `strconv.Quote` (and `%q`) writes it.
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

/// The text, with one U+FFFD for every byte that isn't a part of valid UTF-8.
pub fn lossy(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for _ in chunk.invalid() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
    out
}

/// `unicode.IsPrint` for characters beyond ASCII.
fn is_printable(c: char) -> bool {
    // The standard library's table has the same categories; only at the start of a string does it
    // treat combining marks in another way, hence the letter before.
    let mut buf = [0u8; 5];
    buf[0] = b'a';
    let len = 1 + c.encode_utf8(&mut buf[1..]).len();
    std::str::from_utf8(&buf[..len]).is_ok_and(|s| s.escape_debug().eq(['a', c]))
}

#[cfg(test)]
mod tests {
    use super::quote;

    // Expectations printed by Go's strconv.Quote.
    #[test]
    fn quotes_as_go_does() {
        assert_eq!(quote("plain"), r#""plain""#);
        assert_eq!(quote("a\"b\\c\n\t\x01\x7f"), r#""a\"b\\c\n\t\x01\x7f""#);
        assert_eq!(quote("ü\u{a0}\u{301}世"), "\"ü\\u00a0\u{301}世\"");
        assert_eq!(quote("\u{1f600}\u{e0001}"), "\"\u{1f600}\\U000e0001\"");
    }
}
