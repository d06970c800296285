//! Checks whether a pattern is well formed.
//!
//! The reference finds out by matching the path `.` with Go's `filepath.Match`, which reads a pattern in chunks, each
//! of leading stars and what follows them up to the next star, and stops at the first chunk that can't match. So a
//! mistake behind that chunk isn't seen, and ours must not be seen either. For `a*[` and `*[`:
//!
//! 1. `a*[` begins with the chunk `a`. It doesn't match `.`, so matching ends, and the pattern counts as well formed.
//! 2. `*[` begins with the chunk `*[`. To match it, the class that `[` opens is read, and it has no end: an error.

/// A pattern isn't well formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedPattern;

/// Reports the mistakes that matching `.` meets.
///
/// # Errors
///
/// A class without an end, or a backslash at the end of the pattern, in a chunk that matching reaches.
pub fn check(pattern: &str) -> Result<(), MalformedPattern> {
    let mut pattern = pattern;
    let mut name = ".";
    while !pattern.is_empty() {
        let (star, chunk, rest) = split(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(());
        }
        let fits = |left: Option<&str>| left.is_some_and(|n| n.is_empty() || !rest.is_empty());
        let mut left = chunk_matches(chunk, name)?;
        if !fits(left) && star && !name.is_empty() {
            left = chunk_matches(chunk, "")?;
        }
        match left {
            Some(after) if fits(left) => name = after,
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// Splits a pattern: whether it begins with stars, the text up to the next star that isn't in brackets, and the rest.
fn split(pattern: &str) -> (bool, &str, &str) {
    let body = pattern.trim_start_matches('*');
    let star = body.len() < pattern.len();
    let mut in_range = false;
    let mut bytes = body.bytes().enumerate();
    while let Some((i, b)) = bytes.next() {
        match b {
            b'\\' => {
                bytes.next();
            }
            b'[' => in_range = true,
            b']' => in_range = false,
            b'*' if !in_range => return (star, &body[..i], &body[i..]),
            _ => {}
        }
    }
    (star, body, "")
}

/// Returns the rest of `name` (`.` or nothing) after the chunk; `None` if it doesn't match.
fn chunk_matches<'n>(chunk: &str, name: &'n str) -> Result<Option<&'n str>, MalformedPattern> {
    let mut left = name.chars();
    let mut failed = false;
    let mut chars = chunk.chars();
    while let Some(c) = chars.next() {
        // `left` holds at most one character, so it is never read once there was none.
        let here = left.next();
        failed |= here.is_none();
        match c {
            '[' => failed |= !class_matches(&mut chars, here)?,
            '?' => {}
            '\\' => failed |= Some(chars.next().ok_or(MalformedPattern)?) != here,
            c => failed |= Some(c) != here,
        }
    }
    Ok((!failed).then_some(left.as_str()))
}

/// Matches a class, starting after its `[`.
fn class_matches(
    chars: &mut std::str::Chars<'_>,
    here: Option<char>,
) -> Result<bool, MalformedPattern> {
    let negated = chars.as_str().starts_with('^');
    if negated {
        chars.next();
    }
    let mut found = false;
    let mut first = true;
    while first || !chars.as_str().starts_with(']') {
        first = false;
        let low = class_char(chars)?;
        let mut high = low;
        if chars.as_str().starts_with('-') {
            chars.next();
            high = class_char(chars)?;
        }
        found |= here.is_some_and(|c| (low..=high).contains(&c));
    }
    chars.next();
    Ok(found != negated)
}

/// Reads a character of a class. Another one must follow.
fn class_char(chars: &mut std::str::Chars<'_>) -> Result<char, MalformedPattern> {
    let c = match chars.next() {
        None | Some('-' | ']') => return Err(MalformedPattern),
        Some('\\') => chars.next().ok_or(MalformedPattern)?,
        Some(c) => c,
    };
    if chars.as_str().is_empty() {
        return Err(MalformedPattern);
    }
    Ok(c)
}

#[cfg(test)]
mod tests {
    use super::{MalformedPattern, check};

    #[test]
    fn a_mistake_is_seen_only_where_matching_reaches_it() {
        assert_eq!(check("a*["), Ok(()));
        assert_eq!(check("*["), Err(MalformedPattern));
        assert_eq!(check("["), Err(MalformedPattern));
        assert_eq!(check("b\\"), Err(MalformedPattern));
    }
}
