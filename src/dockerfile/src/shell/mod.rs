//! Word expansion: quotes, variables and their modifiers (`${a:-b}`, `${a#b}`, `${a//x/y}` …).

mod lexer;
mod pattern;

use std::collections::BTreeSet;

use crate::error::{Error, Result};

/// Where variables come from. Keys are in the environment's own order.
pub trait Env {
    /// The value of a variable; `None` when it isn't set.
    fn get(&self, key: &str) -> Option<&str>;
    /// The names of all variables.
    fn keys(&self) -> Vec<&str>;
}

/// A list of variables; the last of a name counts.
impl Env for Vec<(String, String)> {
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// No variable is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoEnv;

impl Env for NoEnv {
    fn get(&self, _key: &str) -> Option<&str> {
        None
    }

    fn keys(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// The longest text that a word expands to, in bytes. The reference has no limit, but no message of BuildKit has room for a
/// longer one. A few lines that double a value (`ENV A=$A$A`) would otherwise take all memory.
pub const MAX_LENGTH: usize = 16 << 20;

fn check_length(text: &str) -> Result<(), String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("the value is longer than {MAX_LENGTH} bytes"));
    }
    Ok(())
}

/// How words are expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lex {
    /// The escape character.
    pub escape: char,
    /// Whether quotes stay in the result.
    pub raw_quotes: bool,
    /// Whether escapes stay in the result.
    pub raw_escapes: bool,
    /// Whether quotes are ordinary characters.
    pub skip_process_quotes: bool,
    /// Whether unset variables stay as written.
    pub skip_unset_env: bool,
}

/// An expanded word, with the variables that were found and those that weren't.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expansion {
    /// The text with the variables' values.
    pub result: String,
    /// The variables that have a value.
    pub matched: BTreeSet<String>,
    /// The variables that have no value, in the order of their first use.
    pub unmatched: Vec<String>,
}

impl Lex {
    /// Expansion as in `ENV` and `RUN --mount`: quotes and escapes are processed and removed.
    pub fn new(escape: char) -> Self {
        Lex {
            escape,
            raw_quotes: false,
            raw_escapes: false,
            skip_process_quotes: false,
            skip_unset_env: false,
        }
    }

    /// Whether expansion leaves the word as it is, whatever the environment.
    pub fn is_plain(&self, word: &str) -> bool {
        let special = |b: u8| matches!(b, b'$' | b'"' | b'\'');
        !word.bytes().any(special) && !word.contains(self.escape) && !word.starts_with('\u{feff}')
    }

    /// Expands one word to one word (`ProcessWordWithMatches` of the reference). The error text is the reference's;
    /// on an error the reference still returns what it matched so far, and so does this.
    pub fn expand(&self, word: &str, env: &dyn Env) -> Result<Expansion, (Error, Box<Expansion>)> {
        if self.is_plain(word) {
            return Ok(Expansion {
                result: word.to_owned(),
                ..Expansion::default()
            });
        }
        let mut lexer = lexer::Lexer::new(*self, word, env);
        let done = lexer.word();
        let expansion = Expansion {
            matched: lexer.matched,
            unmatched: lexer.unmatched,
            ..Expansion::default()
        };
        match done {
            Ok(result) => Ok(Expansion {
                result,
                ..expansion
            }),
            Err(why) => Err((failed(word, why), Box::new(expansion))),
        }
    }

    /// Expands one string to many words (`ProcessWords`): splits at unquoted blanks.
    pub fn words(&self, word: &str, env: &dyn Env) -> Result<Vec<String>> {
        if self.is_plain(word) && !word.contains('<') {
            return Ok(word.split_whitespace().map(str::to_owned).collect());
        }
        let mut lexer = lexer::Lexer::new(*self, word, env);
        lexer.words().map_err(|why| failed(word, why))
    }
}

fn failed(word: &str, why: String) -> Error {
    Error::new(why).wrap(format_args!(
        "failed to process {}",
        fromtier_gostd::strconv::quote(word)
    ))
}

#[cfg(test)]
mod tests;
