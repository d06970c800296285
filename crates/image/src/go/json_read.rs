//! Reading JSON as Go's `encoding/json` does: syntax is checked first, then values are picked with a
//! cursor. Nothing recurses on the input.

/// What is wrong with the text, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SyntaxError(pub String);

/// Go's limit on nesting.
const MAX_DEPTH: usize = 10_000;

fn unexpected(byte: u8, context: &str) -> SyntaxError {
    let shown = match byte {
        b'\'' => "'\\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        byte => {
            let quoted = super::quote(char::from(byte).encode_utf8(&mut [0; 4]));
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    };
    SyntaxError(format!("invalid character {shown} {context}"))
}

fn ended() -> SyntaxError {
    SyntaxError("unexpected end of JSON input".to_owned())
}

/// Checks a whole document, as `json.Valid` does; the error is that of `json.Unmarshal`.
pub fn validate(text: &[u8]) -> Result<(), SyntaxError> {
    let mut at = 0;
    // One entry for each open value: is it an object?
    let mut open: Vec<bool> = Vec::new();
    'value: loop {
        skip_space(text, &mut at);
        let first = *text.get(at).ok_or_else(ended)?;
        match first {
            b'{' | b'[' => {
                let object = first == b'{';
                open.push(object);
                if open.len() > MAX_DEPTH {
                    return Err(unexpected(first, "exceeded max depth"));
                }
                at += 1;
                skip_space(text, &mut at);
                match text.get(at) {
                    Some(b'}') if object => {}
                    Some(b']') if !object => {}
                    Some(_) if object => {
                        check_key(text, &mut at)?;
                        continue 'value;
                    }
                    Some(_) => continue 'value,
                    None => return Err(ended()),
                }
            }
            b'"' => check_string(text, &mut at)?,
            b'-' | b'0'..=b'9' => check_number(text, &mut at)?,
            b't' => check_literal(text, &mut at, "true")?,
            b'f' => check_literal(text, &mut at, "false")?,
            b'n' => check_literal(text, &mut at, "null")?,
            byte => return Err(unexpected(byte, "looking for beginning of value")),
        }
        // A value ended (or an empty composite is about to end).
        loop {
            skip_space(text, &mut at);
            let Some(&byte) = text.get(at) else {
                return if open.is_empty() {
                    Ok(())
                } else {
                    Err(ended())
                };
            };
            at += 1;
            match (open.last(), byte) {
                (None, _) => return Err(unexpected(byte, "after top-level value")),
                (Some(true), b',') => {
                    skip_space(text, &mut at);
                    check_key(text, &mut at)?;
                    continue 'value;
                }
                (Some(false), b',') => continue 'value,
                (Some(true), b'}') | (Some(false), b']') => {
                    open.pop();
                }
                (Some(true), _) => return Err(unexpected(byte, "after object key:value pair")),
                (Some(false), _) => return Err(unexpected(byte, "after array element")),
            }
        }
    }
}

/// Go feeds its scanner one blank at the end, to see whether a value is complete.
fn at_or_blank(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(b' ')
}

fn skip_space(text: &[u8], at: &mut usize) {
    while matches!(text.get(*at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        *at += 1;
    }
}

fn check_key(text: &[u8], at: &mut usize) -> Result<(), SyntaxError> {
    match text.get(*at) {
        Some(b'"') => check_string(text, at)?,
        Some(&byte) => {
            return Err(unexpected(
                byte,
                "looking for beginning of object key string",
            ));
        }
        None => return Err(ended()),
    }
    skip_space(text, at);
    match text.get(*at) {
        Some(b':') => {
            *at += 1;
            Ok(())
        }
        Some(&byte) => Err(unexpected(byte, "after object key")),
        None => Err(ended()),
    }
}

fn check_string(text: &[u8], at: &mut usize) -> Result<(), SyntaxError> {
    *at += 1;
    loop {
        let byte = *text.get(*at).ok_or_else(ended)?;
        *at += 1;
        match byte {
            b'"' => return Ok(()),
            b'\\' => {
                let escape = at_or_blank(text, *at);
                *at += 1;
                match escape {
                    b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => {}
                    b'u' => {
                        for _ in 0..4 {
                            let digit = at_or_blank(text, *at);
                            if !digit.is_ascii_hexdigit() {
                                return Err(unexpected(
                                    digit,
                                    "in \\u hexadecimal character escape",
                                ));
                            }
                            *at += 1;
                        }
                    }
                    escape => return Err(unexpected(escape, "in string escape code")),
                }
            }
            0..=0x1f => return Err(unexpected(byte, "in string literal")),
            _ => {}
        }
    }
}

fn check_literal(text: &[u8], at: &mut usize, word: &str) -> Result<(), SyntaxError> {
    for expected in word.bytes() {
        let byte = at_or_blank(text, *at);
        if byte != expected {
            let expected = char::from(expected);
            return Err(unexpected(
                byte,
                &format!("in literal {word} (expecting '{expected}')"),
            ));
        }
        *at += 1;
    }
    Ok(())
}

fn check_number(text: &[u8], at: &mut usize) -> Result<(), SyntaxError> {
    let digits = |at: &mut usize| {
        let start = *at;
        while text.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        *at > start
    };
    let need = |at: usize, context: &str| unexpected(at_or_blank(text, at), context);
    if text.get(*at) == Some(&b'-') {
        *at += 1;
    }
    if text.get(*at) == Some(&b'0') {
        *at += 1;
    } else if !digits(at) {
        return Err(need(*at, "in numeric literal"));
    }
    if text.get(*at) == Some(&b'.') {
        *at += 1;
        if !digits(at) {
            return Err(need(*at, "after decimal point in numeric literal"));
        }
    }
    if matches!(text.get(*at), Some(b'e' | b'E')) {
        *at += 1;
        if matches!(text.get(*at), Some(b'+' | b'-')) {
            *at += 1;
        }
        if !digits(at) {
            return Err(need(*at, "in exponent of numeric literal"));
        }
    }
    Ok(())
}

/// What kind of value comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// As Go's type errors call it (`cannot unmarshal array into …`).
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

/// A cursor over a document that [`validate`] found good.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Checks the document and stands before its value.
    pub fn new(text: &'a [u8]) -> Result<Reader<'a>, SyntaxError> {
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

    /// Steps over the next value, whatever it is.
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

    /// The text of the next value, stepped over.
    pub fn raw(&mut self) -> &'a [u8] {
        self.kind();
        let start = self.at;
        self.skip();
        &self.text[start..self.at]
    }

    /// A string; bad escapes and bad UTF-8 become U+FFFD. Anything else is stepped over and gives `None`.
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

    /// Calls `each` with every key of an object, standing before its value; `each` must read or skip it.
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
        Err(error) => super::lossy(error.as_bytes()),
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
    #![allow(clippy::unwrap_used)]
    use super::{Reader, validate};

    // Expectations printed by Go's json.Unmarshal.
    #[test]
    fn bad_syntax_is_told_as_go_tells_it() {
        for (given, expected) in [
            ("", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            ("-", "invalid character ' ' in numeric literal"),
            (
                "1.",
                "invalid character ' ' after decimal point in numeric literal",
            ),
            (
                "nul",
                "invalid character ' ' in literal null (expecting 'l')",
            ),
            ("{}x", "invalid character 'x' after top-level value"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            (
                "{\"a\":1 2}",
                "invalid character '2' after object key:value pair",
            ),
            ("[1 2]", "invalid character '2' after array element"),
            (
                "{a}",
                "invalid character 'a' looking for beginning of object key string",
            ),
            (
                "[1,]",
                "invalid character ']' looking for beginning of value",
            ),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            ("\"\n\"", "invalid character '\\n' in string literal"),
            (
                "'",
                "invalid character '\\'' looking for beginning of value",
            ),
            (
                "<html>",
                "invalid character '<' looking for beginning of value",
            ),
            ("01", "invalid character '1' after top-level value"),
        ] {
            assert_eq!(
                validate(given.as_bytes()).unwrap_err().0,
                expected,
                "{given}"
            );
        }
    }

    #[test]
    fn deep_nesting_ends_in_an_error_and_not_in_a_crash() {
        assert!(
            validate("[".repeat(20_000).as_bytes())
                .unwrap_err()
                .0
                .ends_with("exceeded max depth")
        );
        let deep = "[".repeat(9_999) + &"]".repeat(9_999);
        let mut reader = Reader::new(deep.as_bytes()).unwrap();
        reader.skip();
        assert_eq!(reader.at, deep.len());
    }

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
