//! A policy file or a file of expectations while it is read.

use super::report::{Report, Span};
use super::yaml;
use crate::PolicyError;

/// A file that is being read, and the errors found so far.
pub(super) struct Document<'a> {
    text: &'a str,
    pub report: Report<'a>,
}

impl<'a> Document<'a> {
    pub fn new(name: &str, text: &'a str) -> Document<'a> {
        Document {
            text,
            report: Report::new(name, text),
        }
    }

    /// Reads the file as a tree. If it has no content, reports the message `empty`, and `shortest` as a valid file.
    pub fn root(&mut self, empty: &str, shortest: &str) -> Option<yaml::Node> {
        let root = yaml::read(self.text, &mut self.report);
        if root.is_none() && self.report.is_empty() {
            let nothing = Span { start: 0, end: 1 };
            let help = format!("the shortest valid file is: {shortest}");
            self.report.error(nothing, empty, Some(help));
        }
        root
    }

    /// Returns what was read, unless the file has errors.
    pub fn finish<T>(self, read: T) -> Result<T, Vec<PolicyError>> {
        let errors = self.report.finish();
        if errors.is_empty() {
            Ok(read)
        } else {
            Err(errors)
        }
    }
}
