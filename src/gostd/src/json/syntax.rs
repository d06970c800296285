//! Whether a text is JSON, and Go's errors for texts that aren't.

use crate::strconv::quote;
use crate::{Error, Result};

/// Go's limit on nesting.
const MAX_DEPTH: usize = 10_000;

fn unexpected(byte: u8, context: &str) -> Error {
    let shown = match byte {
        b'\'' => "'\\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        byte => {
            let quoted = quote(char::from(byte).encode_utf8(&mut [0; 4]));
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    };
    Error(format!("invalid character {shown} {context}"))
}

fn unexpected_end() -> Error {
    Error("unexpected end of JSON input".to_owned())
}

/// Checks a whole document, as `json.Valid` does; the error is that of `json.Unmarshal`.
pub fn validate(text: &[u8]) -> Result<()> {
    let mut at = 0;
    // One entry for each open value: whether it is an object.
    let mut open: Vec<bool> = Vec::new();
    'value: loop {
        skip_space(text, &mut at);
        let first = *text.get(at).ok_or_else(unexpected_end)?;
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
                    None => return Err(unexpected_end()),
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
                    Err(unexpected_end())
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

pub(super) fn skip_space(text: &[u8], at: &mut usize) {
    while matches!(text.get(*at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        *at += 1;
    }
}

fn check_key(text: &[u8], at: &mut usize) -> Result<()> {
    match text.get(*at) {
        Some(b'"') => check_string(text, at)?,
        Some(&byte) => {
            return Err(unexpected(
                byte,
                "looking for beginning of object key string",
            ));
        }
        None => return Err(unexpected_end()),
    }
    skip_space(text, at);
    match text.get(*at) {
        Some(b':') => {
            *at += 1;
            Ok(())
        }
        Some(&byte) => Err(unexpected(byte, "after object key")),
        None => Err(unexpected_end()),
    }
}

pub(super) fn check_string(text: &[u8], at: &mut usize) -> Result<()> {
    *at += 1;
    loop {
        let byte = *text.get(*at).ok_or_else(unexpected_end)?;
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

fn check_literal(text: &[u8], at: &mut usize, word: &str) -> Result<()> {
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

fn check_number(text: &[u8], at: &mut usize) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::validate;

    // Expectations printed by Go's json.Unmarshal.
    #[test]
    fn syntax_errors_have_the_text_of_go() {
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
        let error = validate("[".repeat(20_000).as_bytes()).unwrap_err();
        assert!(error.0.ends_with("exceeded max depth"));
    }
}
