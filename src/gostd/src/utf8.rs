//! As Go's `unicode/utf8`, and as Go turns bytes into text: a byte that isn't part of valid UTF-8 counts as one U+FFFD.

/// Returns the first character and its length in bytes (`utf8.DecodeRune`). A byte that isn't UTF-8 is
/// U+FFFD, one byte long. An empty slice gives U+FFFD and 0.
pub fn decode(bytes: &[u8]) -> (char, usize) {
    let Some(&first) = bytes.first() else {
        return (char::REPLACEMENT_CHARACTER, 0);
    };
    let len = match first {
        0..=0x7f => return (char::from(first), 1),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    bytes
        .get(..len)
        .and_then(|b| std::str::from_utf8(b).ok())
        .and_then(|s| s.chars().next())
        .map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, len))
}

/// Returns the text, with one U+FFFD for every byte that isn't part of valid UTF-8.
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

#[cfg(test)]
mod tests {
    use super::{decode, lossy};

    #[test]
    fn each_bad_byte_is_one_replacement_character() {
        assert_eq!(lossy(b"a\xe4\xb8b\xff"), "a\u{fffd}\u{fffd}b\u{fffd}");
        assert_eq!(lossy("é世".as_bytes()), "é世");
    }

    #[test]
    fn a_character_has_its_length() {
        for (bytes, want) in [
            (&b""[..], ('\u{fffd}', 0)),
            (b"a\xff", ('a', 1)),
            (b"\xff\xff", ('\u{fffd}', 1)),
            (b"\xe4\xb8", ('\u{fffd}', 1)),
            (b"\xe4\xb8\x96x", ('世', 3)),
            (b"\xed\xa0\x80", ('\u{fffd}', 1)),
            (b"\xf0\x9f\x98\x80", ('😀', 4)),
            (b"\xc0\x80", ('\u{fffd}', 1)),
        ] {
            assert_eq!(decode(bytes), want, "{bytes:?}");
        }
    }
}
