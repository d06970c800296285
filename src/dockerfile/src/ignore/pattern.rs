//! One pattern of an ignore file.

use std::fmt;

use fromtier_gostd::path;

use super::expression::Expression;
use super::validate;
use crate::error::{Error, Result};

/// One pattern, cleaned, without its `!`.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    exclusion: bool,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    /// The path is this text.
    Exact,
    /// `dir/**`: the path begins with it.
    Prefix,
    /// `**/name`: the path ends with it.
    Suffix,
    /// Any other pattern; `None` if it can't be compiled.
    Expression(Option<Expression>),
}

impl Pattern {
    pub(super) fn parse(pattern: &str) -> Result<Pattern> {
        let pattern = path::clean(pattern);
        let (exclusion, text) = match pattern.strip_prefix('!') {
            Some("") => return Err(Error::new("illegal exclusion pattern: \"!\"")),
            Some(rest) => (true, rest),
            None => (false, &*pattern),
        };
        validate::check(text).map_err(|_| malformed())?;
        Ok(Pattern {
            text: text.to_owned(),
            exclusion,
            form: compile(text),
        })
    }

    /// Whether the pattern is an exception from those before it (`!…`).
    pub fn is_exclusion(&self) -> bool {
        self.exclusion
    }

    /// The cleaned pattern without its `!`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern matches exactly this path, or a directory above it. `parents` are the lengths of these directories'
    /// paths, shortest first.
    pub(super) fn matches_any(&self, path: &str, parents: &[usize]) -> Result<bool> {
        let (bytes, text) = (path.as_bytes(), self.text.as_bytes());
        match &self.form {
            Form::Exact => Ok(bytes == text
                || bytes.starts_with(text) && parents.binary_search(&text.len()).is_ok()),
            Form::Prefix => Ok(bytes.starts_with(&text[..text.len() - 2])),
            Form::Suffix => {
                let suffix = &text[2..];
                let matches =
                    |path: &[u8]| path.ends_with(suffix) || suffix.strip_prefix(b"/") == Some(path);
                Ok(matches(bytes) || parents.iter().any(|end| matches(&bytes[..*end])))
            }
            Form::Expression(Some(expression)) => Ok(expression.matches_any(path, parents)),
            Form::Expression(None) => Err(malformed()),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn malformed() -> Error {
    Error::new("syntax error in pattern")
}

/// Returns the simplest form of a pattern: a regular expression only if there is no simpler one.
fn compile(text: &str) -> Form {
    let mut form = Form::Exact;
    let mut expression = String::with_capacity(text.len() + 16);
    expression.push('^');
    // The reference's scanner leaves out a byte order mark.
    let scanned = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut chars = scanned.chars().peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        let complex = match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                chars.next_if_eq(&'/');
                let last = chars.peek().is_none();
                expression.push_str(if last { ".*" } else { "(.*/)?" });
                if first {
                    form = Form::Suffix;
                    false
                } else if last && matches!(form, Form::Exact) {
                    form = Form::Prefix;
                    false
                } else {
                    true
                }
            }
            '*' => {
                expression.push_str("[^/]*");
                true
            }
            '?' => {
                expression.push_str("[^/]");
                true
            }
            '.' | '+' | '(' | ')' | '|' | '{' | '}' | '$' => {
                expression.push('\\');
                expression.push(c);
                false
            }
            '\\' => {
                expression.push(c);
                let escaped = chars.next();
                expression.extend(escaped);
                escaped.is_some()
            }
            '[' | ']' => {
                expression.push(c);
                true
            }
            c => {
                expression.push(c);
                false
            }
        };
        if complex {
            form = Form::Expression(None);
        }
        first = false;
    }
    if matches!(form, Form::Expression(_)) {
        expression.push('$');
        form = Form::Expression(Expression::parse(&expression));
    }
    form
}
