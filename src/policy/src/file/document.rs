//! A file that is being read: its text, its tree, and the errors found so far.

use super::report::{Report, Span};
use super::yaml;
use crate::PolicyError;

/// A file that is being read, and what is wrong with it so far.
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

    /// Returns the file as a tree, if it has any content.
    pub fn root(&mut self, empty: &str, least: &str) -> Option<yaml::Node> {
        let root = yaml::read(self.text, &mut self.report);
        if root.is_none() && self.report.is_empty() {
            let nothing = Span { start: 0, end: 1 };
            let help = format!("the shortest valid file is: {least}");
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
