//! The policy file: YAML, strict, every complaint with its place and all of them at once.

mod check;
mod fields;
mod read;
mod report;
mod table;
#[cfg(test)]
mod tests;
mod yaml;

use crate::PolicyError;
use crate::policy::Policy;
use crate::table::Table;

impl Policy {
    /// Reads a policy file. `name` is how errors call the file; every error in it is reported at once.
    pub fn parse(name: &str, text: &str) -> Result<Policy, Vec<PolicyError>> {
        let mut document = Document::new(name, text);
        let policy = document.read("the policy is empty", "version: 1", read::policy);
        document.finish(policy)
    }
}

/// A file that is being read, and what is wrong with it so far.
pub(crate) struct Document<'a> {
    text: &'a str,
    report: report::Report<'a>,
}

impl<'a> Document<'a> {
    pub fn new(name: &str, text: &'a str) -> Document<'a> {
        Document {
            text,
            report: report::Report::new(name, text),
        }
    }

    /// The file as a table of tests.
    pub fn table(&mut self) -> Table {
        self.read(
            "the table is empty",
            "tests: [{image: node, expect: allow}]",
            table::table,
        )
    }

    fn read<T: Default>(
        &mut self,
        empty: &str,
        least: &str,
        make: impl Fn(&yaml::Node, &mut report::Report<'_>) -> T,
    ) -> T {
        match yaml::read(self.text, &mut self.report) {
            Some(root) => make(&root, &mut self.report),
            None => {
                if self.report.is_empty() {
                    let nothing = report::Span { start: 0, end: 1 };
                    let help = format!("the least there is: {least}");
                    self.report.error(nothing, empty, Some(help));
                }
                T::default()
            }
        }
    }

    /// What was read, unless something is wrong with it.
    pub fn finish<T>(self, read: T) -> Result<T, Vec<PolicyError>> {
        let errors = self.report.finish();
        if errors.is_empty() {
            Ok(read)
        } else {
            Err(errors)
        }
    }
}
