//! Writing JSON byte for byte as Go's `encoding/json` does.

/// Appends a JSON string: `<`, `>`, `&`, U+2028 and U+2029 are escaped, as `json.Marshal` does.
pub fn push_json_string(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let mut taken = 1;
        let short: Option<&[u8]> = match byte {
            b'"' => Some(b"\\\""),
            b'\\' => Some(b"\\\\"),
            0x08 => Some(b"\\b"),
            0x0c => Some(b"\\f"),
            b'\n' => Some(b"\\n"),
            b'\r' => Some(b"\\r"),
            b'\t' => Some(b"\\t"),
            0..=0x1f | b'<' | b'>' | b'&' => None,
            0xe2 if bytes[at..].starts_with(b"\xe2\x80\xa8") => {
                taken = 3;
                Some(b"\\u2028")
            }
            0xe2 if bytes[at..].starts_with(b"\xe2\x80\xa9") => {
                taken = 3;
                Some(b"\\u2029")
            }
            _ => {
                at += 1;
                continue;
            }
        };
        out.extend_from_slice(&bytes[start..at]);
        match short {
            Some(escape) => out.extend_from_slice(escape),
            None => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
        }
        at += taken;
        start = at;
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

/// One JSON string, quotes included.
pub fn json_string(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    push_json_string(&mut out, text);
    into_text(out)
}

/// A JSON array of strings, `[]` when there are none.
pub fn json_strings<S: AsRef<str>>(texts: &[S]) -> String {
    let mut out = Vec::new();
    push_json_strings(&mut out, texts);
    into_text(out)
}

/// Appends a JSON array of strings.
pub fn push_json_strings<S: AsRef<str>>(out: &mut Vec<u8>, texts: &[S]) {
    out.push(b'[');
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        push_json_string(out, text.as_ref());
    }
    out.push(b']');
}

fn into_text(bytes: Vec<u8>) -> String {
    // Only whole characters of a `str` and ASCII were written.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Writes the members of one JSON object in the order of the calls, with Go's `omitempty` where asked.
#[derive(Debug)]
pub struct ObjectWriter<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> ObjectWriter<'a> {
    /// Opens an object.
    pub fn new(out: &'a mut Vec<u8>) -> ObjectWriter<'a> {
        out.push(b'{');
        ObjectWriter { out, first: true }
    }

    /// Writes a member's key; the caller writes its value to what is handed back.
    pub fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        push_json_string(self.out, key);
        self.out.push(b':');
        self.out
    }

    /// A string member, also when it is empty.
    pub fn string(&mut self, key: &str, value: &str) {
        push_json_string(self.key(key), value);
    }

    /// A string member, left out when empty.
    pub fn string_omitempty(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.string(key, value);
        }
    }

    /// An array of strings, left out when there are none.
    pub fn strings_omitempty(&mut self, key: &str, value: Option<&[String]>) {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            push_json_strings(self.key(key), value);
        }
    }

    /// A whole number, left out when zero.
    pub fn int_omitempty(&mut self, key: &str, value: i64) {
        if value != 0 {
            self.key(key)
                .extend_from_slice(value.to_string().as_bytes());
        }
    }

    /// `true`, left out when false.
    pub fn bool_omitempty(&mut self, key: &str, value: bool) {
        if value {
            self.key(key).extend_from_slice(b"true");
        }
    }

    /// Closes the object.
    pub fn end(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::{json_string, json_strings};

    // Expectations printed by Go's json.Marshal.
    #[test]
    fn escapes_as_go_does() {
        assert_eq!(
            json_string("<a&b>\u{2028}\u{2029}\u{2027}é\u{7f}"),
            "\"\\u003ca\\u0026b\\u003e\\u2028\\u2029\u{2027}é\u{7f}\""
        );
        assert_eq!(
            json_string("\x00\x08\x0b\x0c\n\r\t\"\\/"),
            "\"\\u0000\\b\\u000b\\f\\n\\r\\t\\\"\\\\/\""
        );
        assert_eq!(json_strings(&["a", "b c"]), r#"["a","b c"]"#);
        assert_eq!(json_strings::<&str>(&[]), "[]");
    }
}
