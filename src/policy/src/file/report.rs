//! Collects the errors in a file, each with its place.

use std::sync::Arc;

use crate::{Place, PolicyError};

/// A place in the text, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// Returns the span's first character.
    pub fn first(self) -> Span {
        Span {
            start: self.start,
            end: self.start + 1,
        }
    }

    /// Returns the span from the start of this one to the end of another.
    pub fn to_end(self, end: Span) -> Span {
        Span {
            start: self.start,
            end: end.end.max(self.start),
        }
    }

    /// Returns the span from the start of this one to the start of another.
    pub fn to_start(self, end: Span) -> Span {
        Span {
            start: self.start,
            end: end.start.max(self.start),
        }
    }
}

/// The distance of the marks of [`Report`], in characters.
const MARK: usize = 256;

/// The most errors that are reported one by one.
const MAX_ERRORS: usize = 100;

/// The errors in a file so far.
pub(super) struct Report<'a> {
    file: Arc<str>,
    text: &'a str,
    /// Where each line begins, in characters and in bytes.
    lines: Vec<(usize, usize)>,
    /// The byte of every so many characters: a line can be as long as the file.
    marks: Vec<usize>,
    errors: Vec<PolicyError>,
    more: usize,
}

impl<'a> Report<'a> {
    pub fn new(file: &str, text: &'a str) -> Report<'a> {
        let mut lines = Vec::new();
        let mut at = (0, 0);
        for line in text.split_inclusive('\n') {
            lines.push(at);
            at = (at.0 + line.chars().count(), at.1 + line.len());
        }
        if text.is_empty() || text.ends_with('\n') {
            lines.push(at);
        }
        Report {
            file: file.into(),
            text,
            lines,
            marks: (text.char_indices().step_by(MARK))
                .map(|(at, _)| at)
                .collect(),
            errors: Vec::new(),
            more: 0,
        }
    }

    /// Adds an error. After the first hundred they are only counted.
    pub fn error(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        if self.errors.len() == MAX_ERRORS {
            self.more += 1;
            return;
        }
        let place = self.place(span);
        self.errors.push(PolicyError {
            file: place.file.to_string(),
            line: place.line,
            column: place.column,
            span: place.span,
            message: message.into(),
            help,
        });
    }

    /// Returns the place of a span: its line, column, and bytes.
    pub fn place(&self, span: Span) -> Place {
        let (line, start) = self.line_and_byte(span.start);
        let (_, end) = self.line_and_byte(span.end.max(span.start + 1));
        let end = end.max(start);
        // An empty value has the place of the next token. A place ends with its line.
        let end = self.text[start..end]
            .find('\n')
            .filter(|at| *at > 0)
            .map_or(end, |at| start + at);
        let first = self.lines[line].0;
        Place {
            file: self.file.clone(),
            line: line + 1,
            column: span.start.saturating_sub(first) + 1,
            span: start..end,
        }
    }

    /// Returns the line, counted from 0, and the byte of a character.
    fn line_and_byte(&self, character: usize) -> (usize, usize) {
        let line = self
            .lines
            .partition_point(|(first, _)| *first <= character)
            .saturating_sub(1);
        let start = self.marks.get(character / MARK).copied();
        let start = start.unwrap_or(self.text.len());
        let byte = self.text[start..]
            .char_indices()
            .nth(character % MARK)
            .map_or(self.text.len(), |(at, _)| start + at);
        (line, byte)
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Returns the errors in the order of their places.
    pub fn finish(mut self) -> Vec<PolicyError> {
        self.errors
            .sort_by_key(|error| (error.span.start, error.span.end));
        self.errors.dedup();
        if let Some(last) = self.errors.last().filter(|_| self.more > 0) {
            let more = PolicyError {
                message: format!("{} more errors in this file", self.more),
                help: Some("fix these first".into()),
                ..last.clone()
            };
            self.errors.push(more);
        }
        self.errors
    }
}
