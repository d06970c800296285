//! The policy file: YAML, strict, every complaint with its place and all of them at once.

mod check;
mod fields;
mod read;
mod report;
#[cfg(test)]
mod tests;
mod yaml;

use crate::PolicyError;
use crate::policy::Policy;

impl Policy {
    /// Reads a policy file. `name` is how errors call the file; every error in it is reported at once.
    pub fn parse(name: &str, text: &str) -> Result<Policy, Vec<PolicyError>> {
        let mut report = report::Report::new(name, text);
        let policy = match yaml::read(text, &mut report) {
            Some(root) => read::policy(&root, &mut report),
            None => {
                if report.is_empty() {
                    let nothing = report::Span { start: 0, end: 1 };
                    report.error(
                        nothing,
                        "the policy is empty",
                        Some("the least there is: version: 1".into()),
                    );
                }
                Policy::default()
            }
        };
        let errors = report.finish();
        if errors.is_empty() {
            Ok(policy)
        } else {
            Err(errors)
        }
    }
}
