//! The policy file: YAML, strict, every complaint with its place and all of them at once.

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
    /// Reads a policy file that extends no other. `name` is how errors call the file; every error in it is reported at
    /// once.
    pub fn parse(name: &str, text: &str) -> Result<Policy, Vec<PolicyError>> {
        Policy::load(name, text, &mut |_| {
            Err("`extends` is not available here".into())
        })
    }

    /// Reads a policy file and those that it extends. `name` is its path, which errors call it by and which the paths of
    /// extended files are seen from; `files` gives the text of a file by its path (an absolute one as it is written), or
    /// says why it can't. Every error of every file is reported at once, the file's own first.
    pub fn load(
        name: &str,
        text: &str,
        files: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Policy, Vec<PolicyError>> {
        extends::load(name, text, files, &mut Vec::new())
    }

    /// The path of the file that a policy extends, as [`Policy::load`] asks for it: for callers that have to fetch it
    /// first. None where the text names none, or can't be read so far.
    pub fn extended(name: &str, text: &str) -> Option<String> {
        extends::extended_path(name, text)
    }
}

impl Expectations {
    /// Reads a table. `name` is how errors call the file; every error in it is reported at once.
    pub fn parse(name: &str, text: &str) -> Result<Expectations, Vec<PolicyError>> {
        let mut document = Document::new(name, text);
        let least = "tests: [{image: node, expect: allow}]";
        let root = document.root("the file is empty", least);
        let table = root.map(|root| expectations::read(&root, &mut document.report));
        document.finish(table.unwrap_or_default())
    }
}
