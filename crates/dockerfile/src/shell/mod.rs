//! Word expansion: quotes, variables and their modifiers (`${a:-b}`, `${a#b}`, `${a//x/y}` …).

use std::collections::BTreeSet;

/// Where variables come from. Keys are in the environment's own order.
pub trait Env {
    fn get(&self, key: &str) -> Option<&str>;
    fn keys(&self) -> Vec<&str>;
}

/// How words are expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lex {
    pub escape: char,
    pub raw_quotes: bool,
    pub raw_escapes: bool,
    pub skip_process_quotes: bool,
    pub skip_unset_env: bool,
}

/// An expanded word, and the variables that were and were not found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expansion {
    pub result: String,
    pub words: Vec<String>,
    pub matched: BTreeSet<String>,
    pub unmatched: BTreeSet<String>,
}

impl Lex {
    pub fn new(escape: char) -> Self {
        Lex { escape, raw_quotes: false, raw_escapes: false, skip_process_quotes: false, skip_unset_env: false }
    }

    /// One word to one word (`ProcessWordWithMatches` of the reference). The error text is the reference's;
    /// on an error the reference still hands back what it matched so far, and so does this.
    pub fn expand(&self, _word: &str, _env: &dyn Env) -> Result<Expansion, (crate::error::Error, Box<Expansion>)> {
        todo!("owned by the shell helper")
    }

    /// One string to many words (`ProcessWords`): splits at unquoted blanks.
    pub fn words(&self, _word: &str, _env: &dyn Env) -> crate::error::Result<Vec<String>> {
        todo!("owned by the shell helper")
    }
}
