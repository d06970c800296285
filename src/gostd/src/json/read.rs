//! Reading JSON. The [syntax is checked](super::validate) first; then a cursor picks values.
//! Nothing recurses on the input.

use super::syntax::{check_string, skip_space, validate};
use crate::Result;
use crate::utf8::lossy;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number of any form.
    Number,
    /// A string.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// The name in Go's type errors (`cannot unmarshal array into …`).
    pub fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "bool",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
        }
    }
}

/// A cursor over a valid document.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Checks the document and starts before its value.
    pub fn new(text: &'a [u8]) -> Result<Reader<'a>> {
        validate(text)?;
        Ok(Reader { text, at: 0 })
    }

    /// The kind of the value that comes next.
    pub fn kind(&mut self) -> Kind {
        skip_space(self.text, &mut self.at);
        match self.text.get(self.at) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Null,
        }
    }

    /// Steps over the next value of any kind.
    pub fn skip(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.kind() {
                Kind::String => {
                    let _ = check_string(self.text, &mut self.at);
                }
                Kind::Array | Kind::Object => {
                    depth += 1;
                    self.at += 1;
                }
                _ => {
                    while !matches!(
                        self.text.get(self.at),
                        None | Some(b',' | b':' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n')
                    ) {
                        self.at += 1;
                    }
                }
            }
            loop {
                if depth == 0 {
                    return;
                }
                skip_space(self.text, &mut self.at);
                match self.text.get(self.at) {
                    Some(b']' | b'}') => {
                        depth -= 1;
                        self.at += 1;
                    }
                    Some(b',' | b':') => self.at += 1,
                    Some(_) => break,
                    None => return,
                }
            }
        }
    }

    /// Steps over the next value. Returns whether Go decodes it into an `any`: a number must fit into a `float64`.
    pub fn skip_decodable(&mut self) -> bool {
        let raw = self.raw();
        let mut at = 0;
        let mut decodes = true;
        while let Some(byte) = raw.get(at) {
            match byte {
                b'"' => {
                    let _ = check_string(raw, &mut at);
                }
                b'-' | b'0'..=b'9' => {
                    let rest = &raw[at..];
                    let number = rest.iter().take_while(|b| {
                        matches!(b, b'+' | b'-' | b'.' | b'0'..=b'9' | b'e' | b'E')
                    });
                    let len = number.count();
                    let value = std::str::from_utf8(&rest[..len]).map(str::parse::<f64>);
                    decodes &= matches!(value, Ok(Ok(value)) if value.is_finite());
                    at += len;
                }
                _ => at += 1,
            }
        }
        decodes
    }

    /// Returns the text of the next value and steps over it.
    pub fn raw(&mut self) -> &'a [u8] {
        self.kind();
        let start = self.at;
        self.skip();
        &self.text[start..self.at]
    }

    /// Reads a string; bad escapes and bad UTF-8 become U+FFFD. Steps over any other value and returns `None`.
    pub fn string(&mut self) -> Option<String> {
        if self.kind() != Kind::String {
            self.skip();
            return None;
        }
        let raw = self.raw();
        Some(unescape(
            raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default(),
        ))
    }

    /// `true` or `false`.
    pub fn bool(&mut self) -> Option<bool> {
        match self.raw() {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// Calls `each` before every element of an array; `each` must read or skip it.
    pub fn array(&mut self, mut each: impl FnMut(&mut Reader<'a>)) {
        self.members(|reader, _| each(reader), false);
    }

    /// Calls `each` with every key of an object; `each` must read or skip the key's value.
    pub fn object(&mut self, mut each: impl FnMut(&mut Reader<'a>, String)) {
        self.members(|reader, key| each(reader, key), true);
    }

    fn members(&mut self, mut each: impl FnMut(&mut Reader<'a>, String), keyed: bool) {
        self.at += 1;
        loop {
            skip_space(self.text, &mut self.at);
            match self.text.get(self.at) {
                None => return,
                Some(b']' | b'}') => {
                    self.at += 1;
                    return;
                }
                Some(b',') => self.at += 1,
                Some(_) => {
                    let mut key = String::new();
                    if keyed {
                        key = self.string().unwrap_or_default();
                        skip_space(self.text, &mut self.at);
                        self.at += 1;
                    }
                    each(self, key);
                }
            }
        }
    }
}

fn unescape(raw: &[u8]) -> String {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        if raw[at] != b'\\' {
            out.push(raw[at]);
            at += 1;
            continue;
        }
        let escape = raw.get(at + 1).copied().unwrap_or(b'\\');
        at += 2;
        match escape {
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let mut code = hex4(raw, at);
                at += 4;
                if (0xd800..0xdc00).contains(&code) && raw[at.min(raw.len())..].starts_with(b"\\u")
                {
                    let low = hex4(raw, at + 2);
                    if (0xdc00..0xe000).contains(&low) {
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                        at += 6;
                    }
                }
                let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => out.push(other),
        }
    }
    match String::from_utf8(out) {
        Ok(text) => text,
        Err(error) => lossy(error.as_bytes()),
    }
}

fn hex4(raw: &[u8], at: usize) -> u32 {
    raw.iter()
        .skip(at)
        .take(4)
        .fold(0, |n, b| n * 16 + char::from(*b).to_digit(16).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::Reader;

    #[test]
    fn deep_nesting_is_stepped_over() {
        let deep = "[".repeat(9_999) + &"]".repeat(9_999);
        let mut reader = Reader::new(deep.as_bytes()).unwrap();
        reader.skip();
        assert_eq!(reader.at, deep.len());
    }

    // Expectations: whether Go's json.Unmarshal into an `any` returns an error.
    #[test]
    fn numbers_must_fit_into_a_float() {
        for (text, want) in [
            ("1e308", true),
            ("-1e309", false),
            ("1e-999", true),
            (r#""1e999""#, true),
            (r#"{"1e999":[true,{"a\"":-0.5E+3}]}"#, true),
            (r#"{"a":[null,[1e999]]}"#, false),
        ] {
            let mut reader = Reader::new(text.as_bytes()).unwrap();
            assert_eq!(reader.skip_decodable(), want, "{text}");
            assert_eq!(reader.at, text.len());
        }
    }

    // Expectations printed by Go's json.Unmarshal.
    #[test]
    fn strings_are_read_as_go_reads_them() {
        let read = |text: &[u8]| Reader::new(text).unwrap().string().unwrap();
        assert_eq!(
            read(br#""\ud83d\ude00\ud800x\u00e9\/""#),
            "\u{1f600}\u{fffd}xé/"
        );
        assert_eq!(
            read(b"\"a\xff\xfeb\xe4\xb8\""),
            "a\u{fffd}\u{fffd}b\u{fffd}\u{fffd}"
        );
    }
}
