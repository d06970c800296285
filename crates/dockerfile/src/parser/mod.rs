//! Lines to a syntax tree: directives, continuations, comments, heredocs, each node with its lines and bytes.

use crate::span::{Range, Span};

/// A heredoc's text and how it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heredoc {
    pub name: String,
    pub file_descriptor: u32,
    /// Whether variables in the text are expanded (no quotes around the name).
    pub expand: bool,
    /// `<<-`: leading tabs go.
    pub chomp: bool,
    pub content: String,
    pub span: Span,
}

/// How an instruction's arguments were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Args {
    /// Words, or one raw string for the instructions that keep their line.
    Words(Vec<String>),
    /// The JSON (exec) form.
    Json(Vec<String>),
    /// `key=value` pairs (`ENV`, `LABEL`); `delim` is false for the old `KEY value` form.
    Pairs(Vec<Pair>),
    /// `ONBUILD`'s inner instruction.
    Sub(Box<Node>),
}

/// One `key=value` of `ENV` or `LABEL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub key: String,
    pub value: String,
    pub delim: bool,
}

/// One instruction as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The keyword as written (`FROM`, `from`).
    pub keyword: String,
    pub args: Args,
    pub flags: Vec<String>,
    pub heredocs: Vec<Heredoc>,
    /// The logical line, continuations joined, as the reference's `Original`.
    pub original: String,
    pub start_line: i32,
    pub end_line: i32,
    pub span: Span,
    /// The comment block directly above, without `#`.
    pub comments: Vec<String>,
}

impl Node {
    /// The lines of the instruction, one range a line, as the reference gives them.
    pub fn location(&self) -> Vec<Range> {
        todo!("owned by the parser helper")
    }
}

/// A parser's warning (only `NoEmptyContinuation` today).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseWarning {
    pub message: String,
    pub range: Range,
}

/// A parsed Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    pub nodes: Vec<Node>,
    pub escape: char,
    pub warnings: Vec<ParseWarning>,
}

/// Parses a Dockerfile. Errors carry the reference's text and ranges.
pub fn parse(_bytes: &[u8]) -> crate::error::Result<Dockerfile> {
    todo!("owned by the parser helper")
}
