//! Prints messages with the source lines that they are about.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title,
};
use fromtier_dockerfile::visible::visible;
use fromtier_policy::{Code, PolicyError};

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
    /// Each line becomes a line of help.
    pub help: Option<&'a str>,
}

/// A message, without its place.
#[derive(Debug)]
pub struct Message<'a> {
    pub level: Level<'a>,
    pub code: Option<&'a str>,
    pub message: &'a str,
    /// Places that no frame shows.
    pub others: Option<&'a str>,
    /// Each line becomes a line of help.
    pub help: Option<&'a str>,
}

/// A marked place of a frame.
#[derive(Debug)]
pub struct Mark {
    /// The place, in bytes.
    pub at: Range<usize>,
    pub label: Option<String>,
}

impl Mark {
    /// A mark without a label.
    pub fn new(at: Range<usize>) -> Mark {
        Mark { at, label: None }
    }
}

impl<'a> Message<'a> {
    fn title(&self) -> Title<'a> {
        let title = self.level.clone().primary_title(visible(self.message));
        match self.code {
            Some(code) => title.id(code),
            None => title,
        }
    }

    fn add_lines(&self, mut group: Group<'a>) -> Group<'a> {
        if let Some(others) = self.others {
            group = group.element(Level::NOTE.message(others));
        }
        for line in self.help.iter().flat_map(|help| help.lines()) {
            group = group.element(Level::HELP.message(visible(line)));
        }
        group
    }
}

/// The marked lines of a file, and what is between them.
fn snippet<'a>(path: &Path, text: &'a str, marks: &'a [Mark]) -> Snippet<'a, Annotation<'a>> {
    let start = marks.iter().map(|mark| mark.at.start).min().unwrap_or(0);
    let end = marks.iter().map(|mark| mark.at.end).max().unwrap_or(0);
    // Only the lines that are shown: the renderer reads all that it gets, for each frame.
    let lines = whole_lines(text, &(start..end));
    let within = |at: usize| at.saturating_sub(lines.start);
    let annotations = marks.iter().map(|mark| {
        let at = within(mark.at.start)..within(mark.at.end);
        AnnotationKind::Primary
            .span(at)
            .label(mark.label.as_deref())
    });
    Snippet::source(&text[lines.clone()])
        .line_start(line_breaks(&text[..lines.start]) + 1)
        .path(shown_path(path))
        .annotations(annotations)
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
        let message = Message {
            level: note.level.clone(),
            code: note.code,
            message: note.message,
            others: None,
            help: note.help,
        };
        let marks = [Mark::new(note.at.clone())];
        self.message_with_frame(&message, note.path, note.text, &marks, out);
    }

    /// Prints a message around the lines that it is about, and an empty line.
    pub fn message_with_frame(
        &self,
        message: &Message<'_>,
        path: &Path,
        text: &str,
        marks: &[Mark],
        out: &mut String,
    ) {
        let group = message.title().element(snippet(path, text, marks));
        self.render(message.add_lines(group), out);
        out.push('\n');
    }

    /// Prints marked lines that messages follow, and an empty line.
    pub fn frame_only(
        &self,
        level: Level<'_>,
        path: &Path,
        text: &str,
        marks: &[Mark],
        out: &mut String,
    ) {
        let group = Group::with_level(level).element(snippet(path, text, marks));
        self.render(group, out);
        out.push('\n');
    }

    /// Prints a message with its place, counted from 1, without the line.
    pub fn message_at(
        &self,
        message: &Message<'_>,
        path: &Path,
        (line, column): (usize, usize),
        out: &mut String,
    ) {
        let origin = Origin::path(shown_path(path))
            .line(line)
            .char_column(column);
        let group = message.title().element(origin);
        let mut below = String::new();
        self.render(message.add_lines(group), &mut below);
        // As far right as below a frame: without lines, the renderer leaves no room for their numbers.
        out.push_str(&below.trim_end().replace('\n', "\n "));
        out.push('\n');
    }

    /// Prints an error without a place.
    pub fn error(&self, code: Option<Code>, message: &str, help: Option<&str>, out: &mut String) {
        let message = Message {
            level: Level::ERROR,
            code: code.map(Code::as_str),
            message,
            others: None,
            help,
        };
        let group = Group::with_title(message.title());
        self.render(message.add_lines(group), out);
        out.push('\n');
    }

    /// Prints a group and a line feed.
    fn render(&self, group: Group<'_>, out: &mut String) {
        out.push_str(&marked(&self.renderer.render(&[group])));
        out.push('\n');
    }

    /// Prints an error or a warning about a policy, a lock file, or a table.
    pub fn policy_error(
        &self,
        level: Level<'_>,
        code: Option<Code>,
        texts: &Texts,
        error: &PolicyError,
        out: &mut String,
    ) {
        let note = Note {
            level,
            code: code.map(Code::as_str),
            message: &error.message,
            path: Path::new(&error.file),
            text: texts.get(&error.file).map_or("", |text| text),
            at: error.span.clone(),
            help: error.help.as_deref(),
        };
        self.note(&note, out);
    }

    /// Prints what couldn't be read.
    pub fn load_error(&self, error: &LoadError, out: &mut String) {
        match error {
            LoadError::Unreadable { path, error, code } => {
                let message = format!("{}: {error}", shown_path(path));
                self.error(*code, &message, None, out);
            }
            LoadError::Invalid {
                texts,
                errors,
                code,
            } => {
                for error in errors {
                    self.policy_error(Level::ERROR, *code, texts, error, out);
                }
            }
        }
    }
}
