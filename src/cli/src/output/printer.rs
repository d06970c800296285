//! One thing said, with the lines that it is about.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use fromtier_policy::PolicyError;

use crate::lookup::{LoadError, Texts};

/// Draws notes for a terminal.
#[derive(Debug)]
pub struct Printer {
    renderer: Renderer,
}

/// One thing to say.
#[derive(Debug)]
pub struct Note<'a> {
    pub level: Level<'a>,
    pub code: Option<&'a str>,
    pub message: &'a str,
    pub path: &'a Path,
    /// The whole text of the file.
    pub text: &'a str,
    /// What it is about, in bytes.
    pub at: Range<usize>,
    /// Each line of it becomes a line of help.
    pub help: Option<&'a str>,
}

impl Printer {
    pub fn new() -> Printer {
        Printer {
            renderer: Renderer::styled(),
        }
    }

    /// A note and an empty line.
    pub fn say(&self, note: &Note<'_>, out: &mut String) {
        let path = note.path.display().to_string();
        let snippet = Snippet::source(note.text)
            .path(path)
            .annotation(AnnotationKind::Primary.span(note.at.clone()));
        let title = note.level.clone().primary_title(note.message);
        let title = match note.code {
            Some(code) => title.id(code),
            None => title,
        };
        let mut group = title.element(snippet);
        for line in note.help.iter().flat_map(|help| help.lines()) {
            group = group.element(Level::HELP.message(line));
        }
        out.push_str(&self.renderer.render(&[group]));
        out.push_str("\n\n");
    }

    /// An error that is about no line.
    pub fn title(&self, message: &str, out: &mut String) {
        self.say_alone(message, None, out);
    }

    /// The same, with what helps.
    pub fn say_alone(&self, message: &str, help: Option<&str>, out: &mut String) {
        let mut group = Group::with_title(Level::ERROR.primary_title(message));
        for line in help.iter().flat_map(|help| help.lines()) {
            group = group.element(Level::HELP.message(line));
        }
        out.push_str(&self.renderer.render(&[group]));
        out.push_str("\n\n");
    }

    /// What is wrong or odd in a policy, a lock file or a table.
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
            help: error.help.as_deref(),
        };
        self.say(&note, out);
    }

    /// What couldn't be read.
    pub fn load_error(&self, error: &LoadError, out: &mut String) {
        match error {
            LoadError::Unreadable { path, error } => {
                self.title(&format!("{}: {error}", path.display()), out);
            }
            LoadError::Invalid { texts, errors } => {
                for error in errors {
                    self.policy_error(Level::ERROR, texts, error, out);
                }
            }
        }
    }
}
