//! Prints a message with the source lines that it is about.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use fromtier_dockerfile::visible::visible;
use fromtier_policy::PolicyError;

use super::terminal::{marked, shown_path};
use super::{line_breaks, whole_lines};
use crate::lookup::{LoadError, Texts};

/// Formats notes for a terminal.
#[derive(Debug)]
pub struct Printer {
    renderer: Renderer,
}

/// A message about a place in a file.
#[derive(Debug)]
pub struct Note<'a> {
    pub level: Level<'a>,
    pub code: Option<&'a str>,
    pub message: &'a str,
    pub path: &'a Path,
    /// The whole text of the file.
    pub text: &'a str,
    /// The place, in bytes.
    pub at: Range<usize>,
    /// Other places with the same message.
    pub others: Option<&'a str>,
    /// Each line becomes a line of help.
    pub help: Option<&'a str>,
}

impl Printer {
    /// A printer with colors.
    pub fn new() -> Printer {
        Printer {
            renderer: Renderer::styled(),
        }
    }

    /// Prints a note and an empty line.
    pub fn note(&self, note: &Note<'_>, out: &mut String) {
        let path = shown_path(note.path);
        // Only the lines that are shown: the renderer reads all that it gets, for each note.
        let lines = whole_lines(note.text, &note.at);
        let within = |at: usize| at.saturating_sub(lines.start);
        let at = within(note.at.start)..within(note.at.end);
        let snippet = Snippet::source(&note.text[lines.clone()])
            .line_start(line_breaks(&note.text[..lines.start]) + 1)
            .path(path)
            .annotation(AnnotationKind::Primary.span(at));
        let title = note.level.clone().primary_title(visible(note.message));
        let title = match note.code {
            Some(code) => title.id(code),
            None => title,
        };
        let mut group = title.element(snippet);
        if let Some(others) = note.others {
            group = group.element(Level::NOTE.message(others));
        }
        self.render(group, note.help, out);
    }

    /// Prints an error without a place.
    pub fn error(&self, message: &str, out: &mut String) {
        self.error_with_help(message, None, out);
    }

    /// Prints an error without a place, with its help.
    pub fn error_with_help(&self, message: &str, help: Option<&str>, out: &mut String) {
        let message = visible(message);
        let group = Group::with_title(Level::ERROR.primary_title(message));
        self.render(group, help, out);
    }

    /// Prints a group with its help and an empty line.
    fn render<'g>(&self, mut group: Group<'g>, help: Option<&'g str>, out: &mut String) {
        for line in help.iter().flat_map(|help| help.lines()) {
            group = group.element(Level::HELP.message(visible(line)));
        }
        out.push_str(&marked(&self.renderer.render(&[group])));
        out.push_str("\n\n");
    }

    /// Prints an error or a warning about a policy, a lock file, or a table.
    pub fn policy_error(
        &self,
        level: Level<'_>,
        texts: &Texts,
        error: &PolicyError,
        out: &mut String,
    ) {
        let note = Note {
            level,
            code: None,
            message: &error.message,
            path: Path::new(&error.file),
            text: texts.get(&error.file).map_or("", String::as_str),
            at: error.span.clone(),
            others: None,
            help: error.help.as_deref(),
        };
        self.note(&note, out);
    }

    /// Prints what couldn't be read.
    pub fn load_error(&self, error: &LoadError, out: &mut String) {
        match error {
            LoadError::Unreadable { path, error } => {
                self.error(&format!("{}: {error}", shown_path(path)), out);
            }
            LoadError::Invalid { texts, errors } => {
                for error in errors {
                    self.policy_error(Level::ERROR, texts, error, out);
                }
            }
        }
    }
}
