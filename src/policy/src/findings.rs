//! The findings about one source, while the gate judges it.

use crate::owner::Owner;
use crate::verdict::{ExceptionId, Finding, Severity, Verdict};

/// The findings of the policies so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub findings: Vec<Finding>,
    /// The exceptions that matched a refused source.
    pub exceptions: Vec<ExceptionId>,
}

impl Findings {
    /// Adds the findings of one policy. Of two findings that differ only in whose policy reports them, the stricter one is
    /// kept, and the first one if they are equally strict.
    pub fn add(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let statement = statement(&finding);
            let known = (self.findings.iter()).position(|known| {
                known.code == finding.code && self::statement(known) == statement
            });
            match known {
                None => self.findings.push(finding),
                Some(known) if self.findings[known].severity < finding.severity => {
                    self.findings[known] = finding;
                }
                Some(_) => {}
            }
        }
    }

    pub fn add_exception(&mut self, id: ExceptionId) {
        if !self.exceptions.contains(&id) {
            self.exceptions.push(id);
        }
    }

    /// Returns the verdict on the source, which was requested by this text.
    pub fn into_verdict(self, requested: &str) -> Verdict {
        Verdict {
            exceptions: self.exceptions,
            ..Verdict::new(requested, self.findings)
        }
    }

    /// The first finding that refuses the source.
    pub fn first_refusal(&self) -> Option<&Finding> {
        let mut findings = self.findings.iter();
        findings.find(|finding| finding.severity == Severity::Deny)
    }
}

/// The message of a finding without whose policy reports it, and whether that refuses or warns.
fn statement(finding: &Finding) -> String {
    let owners = [Owner::Organization, Owner::Repository];
    owners
        .iter()
        .fold(finding.message.clone(), |message, owner| {
            let who = Owner::Only.name();
            (message.replace(owner.name(), who))
                .replace(&format!("{who} warns about"), &format!("{who} refuses"))
        })
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{ask, two};
    use crate::verdict::Severity;

    fn messages(organization: &str, repository: &str, reference: &str) -> Vec<(Severity, String)> {
        let findings = match ask(&two(organization, repository), reference) {
            Ok(pass) => pass.verdict().findings.clone(),
            Err(denial) => denial.verdict.findings,
        };
        let message = |finding: crate::Finding| (finding.severity, finding.message);
        findings.into_iter().map(message).collect()
    }

    #[test]
    fn the_stricter_of_two_policies_reports_what_both_find() {
        let (warns, refuses) = (
            "version: 1\ntiers: {community: warn}",
            "version: 1\ntiers: {community: deny}",
        );
        let message = |owner: &str, verb: &str| {
            format!("docker.io/acme/x is a community image; {owner} {verb} community images")
        };
        for (organization, repository, expected) in [
            (
                refuses,
                refuses,
                message("the organization's policy", "refuses"),
            ),
            (
                refuses,
                warns,
                message("the organization's policy", "refuses"),
            ),
            (
                warns,
                refuses,
                message("the repository's policy", "refuses"),
            ),
            (
                warns,
                warns,
                message("the organization's policy", "warns about"),
            ),
        ] {
            let found = messages(organization, repository, "acme/x");
            let messages: Vec<&str> = found.iter().map(|(_, message)| message.as_str()).collect();
            assert_eq!(messages, [expected]);
        }
    }

    #[test]
    fn two_policies_that_require_different_things_are_both_reported() {
        let organization = "version: 1\nimages: [{match: node, tags: \">=22\"}]";
        let repository = "version: 1\nimages: [{match: node, tags: \">=24\"}]";
        let found = messages(organization, repository, "node:20");
        let count = |text: &str| {
            found
                .iter()
                .filter(|(_, message)| message.contains(text))
                .count()
        };
        assert_eq!((count(">=22"), count(">=24")), (1, 1));
    }
}
