//! Reads policy files: strict YAML. All errors are reported at once, each with its place.

mod check;
mod document;
mod expectations;
mod extends;
mod fields;
mod images;
mod keys;
mod lists;
mod paths;
mod profiles;
mod read;
mod report;
mod rewrites;
mod schema;
mod setting_places;
mod settings;
#[cfg(test)]
mod tests;
mod yaml;

use self::document::Document;
pub use self::schema::schema;
use crate::PolicyError;
use crate::expectations::Expectations;
use crate::policy::Policy;

impl Policy {
    /// Parses a policy file that doesn't extend another. `name` is the file's name in errors. All errors are reported at
    /// once.
    pub fn parse(name: &str, text: &str) -> Result<Policy, Vec<PolicyError>> {
        Policy::load(name, text, &mut |_| {
            Err("`extends` is not available here".into())
        })
    }

    /// Reads a policy file and the files that it extends. All errors of all files are reported at once, the file's own
    /// first.
    ///
    /// `name` is the file's path: errors name it, and the paths of extended files are relative to it. `files` returns the
    /// text of a file by its path (an absolute path is passed as written), or the reason why it can't be read.
    pub fn load(
        name: &str,
        text: &str,
        files: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Policy, Vec<PolicyError>> {
        extends::load(name, text, files, &mut Vec::new())
    }

    /// The greatest number of files that a policy extends, one after the other.
    pub const MAX_EXTENDED: usize = extends::MAX_CHAIN;

    /// Returns the path of the file that a policy extends, as [`Policy::load`] passes it to `files`. This is for callers
    /// that must fetch the file first. `None` if the policy extends no file, or can't be read that far.
    pub fn extended(name: &str, text: &str) -> Option<String> {
        extends::extended_path(name, text)
    }
}

impl Expectations {
    /// Parses a file of expectations. `name` is the file's name in errors. All errors are reported at once.
    pub fn parse(name: &str, text: &str) -> Result<Expectations, Vec<PolicyError>> {
        let mut document = Document::new(name, text);
        let shortest = "tests: [{image: node, expect: allow}]";
        let root = document.root("the file is empty", shortest);
        let table = root.map(|root| expectations::read(&root, &mut document.report));
        document.finish(table.unwrap_or_default())
    }
}
