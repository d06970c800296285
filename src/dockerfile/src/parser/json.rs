//! JSON exactly as Go's `encoding/json` takes it: which texts are JSON decides between exec and shell form.

use fromtier_gostd::utf8::decode;

use super::text::trim_start;

/// How deep arrays and objects may nest.
const MAX_DEPTH: usize = 10_000;

/// Why a text is not an exec form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotStrings {
    /// Not a JSON array at all; it is taken as shell form.
    NotArray,
    /// A JSON array with something that isn't a string in it.
    OtherElements,
}

/// The strings of a JSON array. Blanks may come before it.
pub(super) fn string_array(text: &[u8]) -> Result<Vec<String>, NotStrings> {
    let text = trim_start(text);
    if text.first() != Some(&b'[') {
        return Err(NotStrings::NotArray);
    }
    let mut strings = Vec::new();
    let mut others = false;
    Reader::new(text)
        .array(|reader| {
            if reader.peek()? == b'"' {
                strings.push(reader.string()?);
            } else {
                others = true;
                reader.skip_value(1)?;
            }
            Some(())
        })
        .ok_or(NotStrings::NotArray)?;
    if others {
        return Err(NotStrings::OtherElements);
    }
    Ok(strings)
}

/// The string under `key` of a text that is one JSON object. The last of equal keys counts.
pub(super) fn object_string(text: &[u8], key: &str) -> Option<String> {
    let mut found = None;
    Reader::new(text).object(|reader| {
        let this = reader.string()? == key;
        reader.colon()?;
        let value = if reader.peek()? == b'"' {
            Some(reader.string()?)
        } else {
            reader.skip_value(1)?;
            None
        };
        if this {
            found = value;
        }
        Some(())
    })?;
    found
}

/// Walks over JSON text. All steps give `None` where the text isn't what they expect.
struct Reader<'a> {
    text: &'a [u8],
    pos: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8]) -> Self {
        Reader { text, pos: 0 }
    }

    /// The next byte that isn't a blank; stays before it.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.pos) {
            self.pos += 1;
        }
        self.text.get(self.pos).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.pos += 1)
    }

    fn colon(&mut self) -> Option<()> {
        self.take(b':')
    }

    /// The whole text as one array, `element` reading each.
    fn array(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.whole(b'[', b']', element)
    }

    /// The whole text as one object, `member` reading each key and value.
    fn object(&mut self, member: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.whole(b'{', b'}', member)
    }

    fn whole(
        &mut self,
        open: u8,
        close: u8,
        mut each: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        if self.peek()? == close {
            self.pos += 1;
        } else {
            loop {
                each(self)?;
                let next = self.peek()?;
                self.pos += 1;
                match next {
                    b',' => {}
                    _ if next == close => break,
                    _ => return None,
                }
            }
        }
        self.peek().is_none().then_some(())
    }

    /// Any value, `depth` arrays and objects deep in the text. Walks without recursion.
    fn skip_value(&mut self, depth: usize) -> Option<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            let first = self.peek()?;
            let mut value_done = true;
            match first {
                b'[' | b'{' => {
                    self.pos += 1;
                    let close = if first == b'[' { b']' } else { b'}' };
                    open.push(close);
                    if depth + open.len() > MAX_DEPTH {
                        return None;
                    }
                    if self.peek()? == close {
                        self.pos += 1;
                        open.pop();
                    } else {
                        value_done = false;
                    }
                }
                b'"' => {
                    self.string()?;
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            if value_done {
                // Close what ends here, and stop when nothing is open.
                loop {
                    let Some(&close) = open.last() else {
                        return Some(());
                    };
                    let next = self.peek()?;
                    self.pos += 1;
                    if next == b',' {
                        break;
                    }
                    if next != close {
                        return None;
                    }
                    open.pop();
                }
            }
            if open.last() == Some(&b'}') {
                if self.peek()? != b'"' {
                    return None;
                }
                self.string()?;
                self.colon()?;
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text[self.pos..]
            .starts_with(word)
            .then(|| self.pos += word.len())
    }

    /// A number; one too large for a float is an error, as it is for Go.
    fn number(&mut self) -> Option<()> {
        let start = self.pos;
        if self.text.get(self.pos) == Some(&b'-') {
            self.pos += 1;
        }
        if self.text.get(self.pos) == Some(&b'0') {
            self.pos += 1;
        } else {
            self.digits()?;
        }
        if self.text.get(self.pos) == Some(&b'.') {
            self.pos += 1;
            self.digits()?;
        }
        if matches!(self.text.get(self.pos), Some(b'e' | b'E')) {
            self.pos += 1;
            if matches!(self.text.get(self.pos), Some(b'+' | b'-')) {
                self.pos += 1;
            }
            self.digits()?;
        }
        let digits = std::str::from_utf8(&self.text[start..self.pos]).ok()?;
        digits.parse::<f64>().ok()?.is_finite().then_some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let start = self.pos;
        while self.text.get(self.pos).is_some_and(u8::is_ascii_digit) {
            self.pos += 1;
        }
        (self.pos > start).then_some(())
    }

    /// A string. What isn't UTF-8 and halves of surrogate pairs become U+FFFD.
    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut out = String::new();
        loop {
            match *self.text.get(self.pos)? {
                b'"' => {
                    self.pos += 1;
                    return Some(out);
                }
                b'\\' => {
                    self.pos += 1;
                    out.push(self.escape()?);
                }
                0..=0x1f => return None,
                byte @ 0x20..=0x7f => {
                    self.pos += 1;
                    out.push(char::from(byte));
                }
                _ => {
                    let (c, len) = decode(&self.text[self.pos..]);
                    self.pos += len;
                    out.push(c);
                }
            }
        }
    }

    /// What comes behind a backslash.
    fn escape(&mut self) -> Option<char> {
        let byte = *self.text.get(self.pos)?;
        self.pos += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex4(self.pos)?;
                self.pos += 4;
                return Some(self.pair(unit));
            }
            _ => return None,
        })
    }

    /// The character of a UTF-16 unit, with the unit that follows when both are a pair.
    fn pair(&mut self, unit: u32) -> char {
        if let Some(c) = char::from_u32(unit) {
            return c;
        }
        let second = match self.text[self.pos..].starts_with(b"\\u") {
            true => self.hex4(self.pos + 2),
            false => None,
        };
        match second {
            Some(low @ 0xdc00..=0xdfff) if unit < 0xdc00 => {
                self.pos += 6;
                char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => char::REPLACEMENT_CHARACTER,
        }
    }

    fn hex4(&self, at: usize) -> Option<u32> {
        self.text.get(at..at + 4)?.iter().try_fold(0, |value, &b| {
            Some(value * 16 + char::from(b).to_digit(16)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_of_strings_is_read() {
        assert_eq!(
            string_array(b" [ \"a\" ,\"b\\n\\u00e9\"] ").unwrap(),
            ["a", "b\né"]
        );
        assert_eq!(string_array(b"[]").unwrap(), [] as [&str; 0]);
    }

    #[test]
    fn what_is_not_json_is_left_to_the_shell() {
        for text in [
            "",
            "a",
            "[",
            "[\"a\"",
            "[\"a\",]",
            "['a']",
            "[\"a\"] x",
            "[\"\\x\"]",
            "[\"a\tb\"]",
            "[01]",
            "[1e999]",
            "[\"a\", 1e999]",
            "[\"\\u12\"]",
            "[,]",
            "{}",
            "[+1]",
            "[1.]",
            "[nul]",
            "[{\"a\"}]",
            "[{1:2}]",
            "[[}]",
            "[\"a\" \"b\"]",
            "\u{a0}x",
        ] {
            assert_eq!(
                string_array(text.as_bytes()),
                Err(NotStrings::NotArray),
                "{text}"
            );
        }
    }

    #[test]
    fn other_elements_are_an_error_of_their_own() {
        for text in [
            "[1]",
            "[\"a\", null]",
            "[[\"a\"]]",
            "[{\"a\": [1, {}, []]}, -0.5e+3]",
            "[true,false]",
        ] {
            assert_eq!(
                string_array(text.as_bytes()),
                Err(NotStrings::OtherElements),
                "{text}"
            );
        }
    }

    #[test]
    fn surrogates_pair_or_are_replaced() {
        let read = |text: &str| string_array(text.as_bytes()).unwrap().concat();
        assert_eq!(read(r#"["\ud83d\ude00"]"#), "😀");
        assert_eq!(read(r#"["\ud83dx\ude00"]"#), "\u{fffd}x\u{fffd}");
        assert_eq!(read(r#"["\ud83d\ud83d\ude00"]"#), "\u{fffd}😀");
        assert_eq!(read(r#"["\ud83d\u0041"]"#), "\u{fffd}A");
        assert_eq!(
            string_array(b"[\"\xff\xe4\xb8\"]").unwrap(),
            ["\u{fffd}\u{fffd}\u{fffd}"]
        );
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(
            string_array(nested(10_000).as_bytes()),
            Err(NotStrings::OtherElements)
        );
        assert_eq!(
            string_array(nested(10_001).as_bytes()),
            Err(NotStrings::NotArray)
        );
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        let get = |text: &str| object_string(text.as_bytes(), "syntax");
        assert_eq!(
            get(r#" {"a": [1], "syntax": "x", "s\u0079ntax": "y z"} "#).unwrap(),
            "y z"
        );
        assert_eq!(get(r#"{"syntax": "x", "syntax": 1}"#), None);
        assert_eq!(get(r#"{"syntax": "x"} FROM"#), None);
        assert_eq!(get(r#"{"Syntax": "x"}"#), None);
        assert_eq!(get(r#"{"syntax": "x", "a": 1e999}"#), None);
    }
}
