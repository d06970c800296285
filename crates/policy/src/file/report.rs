//! Collecting complaints about a file, each with its place.

use crate::PolicyError;

/// A place in the text, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// Its first character.
    pub fn first(self) -> Span {
        Span {
            start: self.start,
            end: self.start + 1,
        }
    }

    /// From the beginning of this to the beginning of the other.
    pub fn to(self, end: Span) -> Span {
        Span {
            start: self.start,
            end: end.start.max(self.start),
        }
    }
}

pub(super) struct Report<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<PolicyError>,
}

impl<'a> Report<'a> {
    pub fn new(file: &'a str, text: &'a str) -> Report<'a> {
        Report {
            file,
            text,
            errors: Vec::new(),
        }
    }

    pub fn error(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let byte = |index: usize| {
            self.text
                .char_indices()
                .nth(index)
                .map_or(self.text.len(), |(at, _)| at)
        };
        let start = byte(span.start);
        let end = byte(span.end.max(span.start + 1)).max(start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        // An empty value's place is where the next thing begins; what follows the line is not part of it.
        let end = self.text[start..end]
            .find('\n')
            .filter(|at| *at > 0)
            .map_or(end, |at| start + at);
        self.errors.push(PolicyError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span: start..end,
            message: message.into(),
            help,
        });
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The complaints in the order of their places.
    pub fn finish(mut self) -> Vec<PolicyError> {
        self.errors
            .sort_by_key(|error| (error.span.start, error.span.end));
        self.errors.dedup();
        self.errors
    }
}
