//! Globs: texts with stars, and the texts that the stars match.

use std::fmt;

/// Whether a tag matches a glob such as `22-*`.
pub(crate) fn tag_glob(glob: &str, tag: &str) -> bool {
    Glob::of_word(glob).matches(tag)
}

/// A text with stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    pub tokens: Vec<Token>,
    /// The text, if it has no star.
    pub literal: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Byte(u8),
    /// Any run of bytes without `/`.
    Segment,
    /// Any run of bytes.
    Any,
}

/// Displays as a path writes it: `services/legacy/**`.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(self.tokens.len());
        for token in &self.tokens {
            match token {
                Token::Byte(byte) => bytes.push(*byte),
                Token::Segment => bytes.push(b'*'),
                Token::Any => bytes.extend(b"**"),
            }
        }
        f.write_str(&String::from_utf8_lossy(&bytes))
    }
}

impl Glob {
    /// Returns the glob of a name or path: `*` matches any characters except `/`, and `**` matches any characters.
    pub fn of_path(text: &str) -> Glob {
        Glob::new(text, true)
    }

    /// Returns the glob of a tag or value: `*` matches any characters.
    pub fn of_word(text: &str) -> Glob {
        Glob::new(text, false)
    }

    fn new(text: &str, with_segments: bool) -> Glob {
        let mut tokens: Vec<Token> = Vec::with_capacity(text.len());
        for byte in text.bytes() {
            let token = match (byte, tokens.last()) {
                (b'*', Some(Token::Segment | Token::Any)) => {
                    tokens.pop();
                    Token::Any
                }
                (b'*', _) if with_segments => Token::Segment,
                (b'*', _) => Token::Any,
                (byte, _) => Token::Byte(byte),
            };
            tokens.push(token);
        }
        let literal = (!text.contains('*')).then(|| text.to_owned());
        Glob { tokens, literal }
    }

    /// Whether the glob begins with `**/`.
    pub fn starts_in_any_folder(&self) -> bool {
        self.tokens.starts_with(&[Token::Any, Token::Byte(b'/')])
    }

    pub fn matches(&self, text: &str) -> bool {
        match &self.literal {
            Some(literal) => literal == text,
            None => match_stars(&self.tokens, text.as_bytes()).is_some(),
        }
    }

    /// Returns the text that each star matches. `None` if the glob doesn't match.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        match &self.literal {
            Some(literal) => (literal == text).then(Vec::new),
            None => match_stars(&self.tokens, text.as_bytes())?
                .into_iter()
                .map(|(start, end)| text.get(start..end))
                .collect(),
        }
    }

    /// Returns the number of stars.
    pub fn stars(&self) -> usize {
        let star = |token: &&Token| !matches!(token, Token::Byte(_));
        self.tokens.iter().filter(star).count()
    }

    /// Returns the text with each star replaced by `filling`.
    pub fn example(&self, filling: &str) -> String {
        let mut text = String::new();
        for token in &self.tokens {
            match token {
                Token::Byte(byte) => text.push(char::from(*byte)),
                Token::Segment | Token::Any => text.push_str(filling),
            }
        }
        text
    }

    /// Whether this glob certainly matches everything that the other matches. A star of the other must be matched by a
    /// star.
    pub fn covers(&self, other: &Glob) -> bool {
        covers_tokens(&self.tokens, other.tokens.iter().copied())
    }
}

/// Returns the bytes before the first star.
pub(crate) fn literal_bytes<'a>(
    tokens: impl Iterator<Item = &'a Token>,
) -> impl Iterator<Item = u8> {
    tokens.map_while(|token| match token {
        Token::Byte(byte) => Some(*byte),
        Token::Segment | Token::Any => None,
    })
}

/// Returns the start and the end of the text that each star matches. `None` if the glob doesn't match.
///
/// Each star first matches nothing. When the text after it doesn't match, the last star takes one more byte. If that byte
/// is a `/` that the star can't match, the last `**` takes one more byte instead. Earlier stars never need another try:
/// the tokens after them would match no better further on in the text.
fn match_stars(glob: &[Token], text: &[u8]) -> Option<Vec<(usize, usize)>> {
    let (mut at, mut read) = (0, 0);
    let mut parts: Vec<(usize, usize)> = Vec::new();
    // The last star of each kind: its position in the glob, and its number among the stars.
    let mut segment: Option<(usize, usize)> = None;
    let mut any: Option<(usize, usize)> = None;
    loop {
        match (glob.get(at), text.get(read)) {
            (None, None) => return Some(parts),
            (Some(Token::Byte(a)), Some(b)) if a == b => (at, read) = (at + 1, read + 1),
            (Some(Token::Segment), _) => {
                segment = Some((at, parts.len()));
                parts.push((read, read));
                at += 1;
            }
            (Some(Token::Any), _) => {
                (any, segment) = (Some((at, parts.len())), None);
                parts.push((read, read));
                at += 1;
            }
            _ => {
                let can_take_more = |star: &(usize, usize), takes_slash: bool| {
                    let next = text.get(parts[star.1].1);
                    next.is_some_and(|byte| takes_slash || *byte != b'/')
                };
                segment = segment.filter(|star| can_take_more(star, false));
                let (star, which) =
                    segment.or_else(|| any.filter(|star| can_take_more(star, true)))?;
                parts.truncate(which + 1);
                parts[which].1 += 1;
                (at, read) = (star + 1, parts[which].1);
            }
        }
    }
}

/// Runs a glob over another glob's tokens. `reached` has the positions in the glob that can be reached so far.
fn covers_tokens(glob: &[Token], text: impl Iterator<Item = Token>) -> bool {
    let mut reached = vec![false; glob.len() + 1];
    let skip_stars = |reached: &mut Vec<bool>| {
        for i in 0..glob.len() {
            if reached[i] && matches!(glob[i], Token::Segment | Token::Any) {
                reached[i + 1] = true;
            }
        }
    };
    reached[0] = true;
    skip_stars(&mut reached);
    for token in text {
        let mut next = vec![false; glob.len() + 1];
        for i in (0..glob.len()).filter(|i| reached[*i]) {
            match (glob[i], token) {
                (Token::Byte(a), Token::Byte(b)) if a == b => next[i + 1] = true,
                (Token::Any, _) => next[i] = true,
                (Token::Segment, Token::Byte(b)) if b != b'/' => next[i] = true,
                (Token::Segment, Token::Segment) => next[i] = true,
                _ => {}
            }
        }
        skip_stars(&mut next);
        reached = next;
    }
    reached[glob.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_as_little_as_possible() {
        for (glob, text, expected) in [
            ("a/*", "a/b", vec!["b"]),
            ("a/*-*", "a/b-c-d", vec!["b", "c-d"]),
            ("**/x", "a/b/x", vec!["a/b"]),
            ("**/*", "a/b/c", vec!["a/b", "c"]),
            ("*.r/*/**", "a.r/b/c/d", vec!["a", "b", "c/d"]),
            ("a*", "a", vec![""]),
            ("a", "a", vec![]),
        ] {
            assert_eq!(
                Glob::of_path(glob).captures(text),
                Some(expected),
                "{glob} {text}"
            );
        }
        assert_eq!(Glob::of_path("a/*").captures("a/b/c"), None);
        assert_eq!(
            Glob::of_word("*-alpine*").captures("22-alpine3.23"),
            Some(vec!["22", "3.23"])
        );
    }

    proptest::proptest! {
        /// The quick match agrees with a match that tries everything.
        #[test]
        fn a_match_is_found_without_trying_everything(glob in "[ab/*]{0,9}", text in "[ab/]{0,12}") {
            let glob = Glob::of_path(&glob);
            let slow = covers_tokens(&glob.tokens, text.bytes().map(Token::Byte));
            let parts = match_stars(&glob.tokens, text.as_bytes());
            proptest::prop_assert_eq!(parts.is_some(), slow);
            // With the captured texts in place of the stars, the glob is the text.
            if let Some(parts) = parts {
                let mut parts = parts.iter().map(|(start, end)| &text[*start..*end]);
                let mut again = String::new();
                for token in glob.tokens.iter().copied() {
                    match token {
                        Token::Byte(byte) => again.push(char::from(byte)),
                        Token::Segment => {
                            let part = parts.next().unwrap();
                            proptest::prop_assert!(!part.contains('/'));
                            again += part;
                        }
                        Token::Any => again += parts.next().unwrap(),
                    }
                }
                proptest::prop_assert_eq!(again, text);
            }
        }
    }
}
