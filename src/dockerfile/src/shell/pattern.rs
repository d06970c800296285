//! The glob patterns of `${a#…}`, `${a%…}` and `${a/…}`: `?` is one character, `*` any number, `\` escapes.

use fromtier_gostd::unicode::{is_digit, is_letter};

/// A pattern, ready to search with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobPattern {
    parts: Vec<Part>,
    greedy: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// This character.
    Char(char),
    /// One character that doesn't end a line.
    One,
    /// Any number of those.
    Many,
}

/// A state of the match: the part of the pattern that comes next, and where the match began.
type State = (usize, usize);

impl GlobPattern {
    /// Parses a pattern. If `greedy`, `*` takes as much as it can, otherwise as little. The error is an escape
    /// of a character that needs none.
    pub fn parse(text: &str, greedy: bool) -> Result<GlobPattern, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut parts = Vec::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '*' if parts.last() == Some(&Part::Many) => continue,
                '*' => Part::Many,
                '?' => Part::One,
                // These had to be escaped to get here at all.
                '\\' if matches!(chars.peek(), Some('}' | '/')) => continue,
                '\\' => match chars.next() {
                    Some(c @ ('*' | '?' | '\\')) => Part::Char(c),
                    other => {
                        let other = other.unwrap_or(char::REPLACEMENT_CHARACTER);
                        return Err(format!("invalid escape '\\{other}'"));
                    }
                },
                c => Part::Char(c),
            });
        }
        Ok(GlobPattern { parts, greedy })
    }

    /// The length in bytes of the match that begins where `text` begins.
    pub fn prefix(&self, text: &str) -> Option<usize> {
        self.search(text, 0, true).map(|(_, end)| end)
    }

    /// The first match that begins at byte `from` or later, as byte offsets.
    pub fn find(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        self.search(text, from, false)
    }

    /// Follows all ways through the pattern at once, in the order of their preference.
    fn search(&self, text: &str, from: usize, anchored: bool) -> Option<(usize, usize)> {
        let mut found = None;
        let mut now: Vec<State> = Vec::new();
        let mut next: Vec<State> = Vec::new();
        let mut seen = vec![usize::MAX; self.parts.len() + 1];
        let mut pos = from;
        let mut rest = text.get(from..)?.chars();
        loop {
            if found.is_none() && (!anchored || pos == from) {
                self.enter(&mut now, &mut seen, pos, (0, pos));
            }
            let c = rest.next();
            let after = pos + c.map_or(1, char::len_utf8);
            let in_line = c.is_some_and(|c| c != '\n');
            for &(part, start) in &now {
                match self.parts.get(part) {
                    None => {
                        found = Some((start, pos));
                        break;
                    }
                    Some(Part::Char(wanted)) if c == Some(*wanted) => {
                        self.enter(&mut next, &mut seen, after, (part + 1, start));
                    }
                    Some(Part::One) if in_line => {
                        self.enter(&mut next, &mut seen, after, (part + 1, start));
                    }
                    Some(Part::Many) if in_line => {
                        self.enter(&mut next, &mut seen, after, (part, start));
                    }
                    Some(_) => {}
                }
            }
            std::mem::swap(&mut now, &mut next);
            next.clear();
            if c.is_none() || (now.is_empty() && (anchored || found.is_some())) {
                return found;
            }
            pos = after;
        }
    }

    /// Adds a state for position `pos`, and the one after a `*` that can be empty.
    fn enter(&self, list: &mut Vec<State>, seen: &mut [usize], pos: usize, state: State) {
        let (part, start) = state;
        if seen[part] == pos {
            return;
        }
        seen[part] = pos;
        if self.parts.get(part) != Some(&Part::Many) {
            list.push(state);
        } else if self.greedy {
            list.push(state);
            self.enter(list, seen, pos, (part + 1, start));
        } else {
            self.enter(list, seen, pos, (part + 1, start));
            list.push(state);
        }
    }
}

/// Returns `value` without the pattern at its start, if it is there.
pub fn trim_prefix(pattern: &str, value: &str, greedy: bool) -> Result<String, String> {
    let found = compile(pattern, greedy)?.prefix(value);
    Ok(value[found.unwrap_or(0)..].to_owned())
}

/// Returns `value` without the pattern at its end, if it is there.
pub fn trim_suffix(pattern: &str, value: &str, greedy: bool) -> Result<String, String> {
    let backwards: String = value.chars().rev().collect();
    let rest = trim_prefix(&reverse_pattern(pattern), &backwards, greedy)?;
    Ok(rest.chars().rev().collect())
}

/// Returns `value` with the first match or every match replaced. In the latter case `$0`, `${0}` and `$$` in the
/// replacement stand for the match and for a dollar, and any other `$name` for nothing.
pub fn replace(pattern: &str, value: &str, replacement: &str, all: bool) -> Result<String, String> {
    let compiled = compile(pattern, true)?;
    if all {
        return replace_all(&compiled, value, replacement);
    }
    Ok(match compiled.find(value, 0) {
        Some((start, end)) => [&value[..start], replacement, &value[end..]].concat(),
        None => value.to_owned(),
    })
}

fn compile(pattern: &str, greedy: bool) -> Result<GlobPattern, String> {
    GlobPattern::parse(pattern, greedy)
        .map_err(|why| format!("invalid pattern ({pattern}) in substitution: {why}"))
}

fn replace_all(pattern: &GlobPattern, value: &str, replacement: &str) -> Result<String, String> {
    let mut out = String::with_capacity(value.len());
    let mut copied = 0;
    let mut from = 0;
    while let Some((start, end)) = pattern.find(value, from) {
        out.push_str(&value[copied..start]);
        // An empty match right after a match doesn't count.
        if end > copied || start == 0 {
            fill_in(&mut out, replacement, &value[start..end]);
            super::check_length(&out)?;
        }
        copied = end;
        let width = value[from..].chars().next().map_or(1, char::len_utf8);
        from = end.max(from + width);
    }
    out.push_str(&value[copied..]);
    Ok(out)
}

/// Appends a replacement with its `$` references to the match filled in.
fn fill_in(out: &mut String, mut replacement: &str, matched: &str) {
    while let Some((before, after)) = replacement.split_once('$') {
        out.push_str(before);
        replacement = after;
        if let Some(rest) = after.strip_prefix('$') {
            out.push('$');
            replacement = rest;
        } else if let Some((name, rest)) = reference(after) {
            if name == "0" {
                out.push_str(matched);
            }
            replacement = rest;
        } else {
            out.push('$');
        }
    }
    out.push_str(replacement);
}

/// Splits off `name` or `{name}` after a dollar.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (brace, text) = match text.strip_prefix('{') {
        Some(inner) => (true, inner),
        None => (false, text),
    };
    let len = text
        .find(|c| !(is_letter(c) || is_digit(c) || c == '_'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(len);
    let rest = if brace { rest.strip_prefix('}')? } else { rest };
    (!name.is_empty()).then_some((name, rest))
}

/// Reverses the pattern. Each escape stays before the character that it escapes.
fn reverse_pattern(pattern: &str) -> String {
    let mut pieces: Vec<&str> = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let mut len = c.len_utf8();
        if c == '\\' {
            len += rest[len..].chars().next().map_or(0, char::len_utf8);
        }
        let (piece, after) = rest.split_at(len);
        pieces.push(piece);
        rest = after;
    }
    pieces.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn the_shortest_or_the_longest_match_goes() {
        for (pattern, value, shortest, longest) in [
            ("*/", "/usr/local/bin", "usr/local/bin", "bin"),
            ("?b", "abab", "ab", "ab"),
            ("", "abc", "abc", "abc"),
            ("*", "abc", "abc", ""),
            ("\\*", "*abc", "abc", "abc"),
            ("a*c", "abcabcd", "abcd", "d"),
            ("*b", "a\nb", "a\nb", "a\nb"),
        ] {
            assert_eq!(
                trim_prefix(pattern, value, false).unwrap(),
                shortest,
                "{pattern}"
            );
            assert_eq!(
                trim_prefix(pattern, value, true).unwrap(),
                longest,
                "{pattern}"
            );
        }
        assert_eq!(trim_suffix(".*", "a.tar.gz", false).unwrap(), "a.tar");
        assert_eq!(trim_suffix(".*", "a.tar.gz", true).unwrap(), "a");
        assert_eq!(trim_suffix("\\*é", "xé*é", true).unwrap(), "xé");
    }

    #[test]
    fn matches_are_replaced() {
        assert_eq!(replace("b", "abab", "x", false).unwrap(), "axab");
        assert_eq!(replace("b", "abab", "x", true).unwrap(), "axax");
        assert_eq!(replace("", "ab", "-", true).unwrap(), "-a-b-");
        assert_eq!(replace("*", "ab\ncd", "x", true).unwrap(), "x\nx");
        assert_eq!(
            replace("?b", "abab", "[$0]${0}$1$$${", true).unwrap(),
            "[ab]ab$${[ab]ab$${"
        );
        assert_eq!(replace("b", "ab", "$0", false).unwrap(), "a$0");
    }

    #[test]
    fn an_escape_that_is_none_is_an_error() {
        let error = |p| replace(p, "", "", true).unwrap_err();
        assert_eq!(
            error("a\\b"),
            "invalid pattern (a\\b) in substitution: invalid escape '\\b'"
        );
        assert_eq!(
            error("\\"),
            "invalid pattern (\\) in substitution: invalid escape '\\\u{fffd}'"
        );
        assert_eq!(
            trim_suffix("\\bc", "", true).unwrap_err(),
            "invalid pattern (c\\b) in substitution: invalid escape '\\b'"
        );
    }
}
