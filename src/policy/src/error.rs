//! Errors in policy and lock files, with their places.

use std::fmt;
use std::ops::Range;

/// One error in a policy file or a lock file. Displays as `policy.yaml:3:5: message`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PolicyError {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The range of bytes in the text.
    pub span: Range<usize>,
    /// One sentence: what was found, and what was expected.
    pub message: String,
    /// The text to write instead, if it is known.
    pub help: Option<String>,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PolicyError {}
