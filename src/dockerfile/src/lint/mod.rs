//! The build checks of the reference: rules, their texts, and how they are skipped.

mod config;
pub mod rules;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

pub use config::Config;

use crate::error::Error;
use crate::span::Range;

/// A rule of the reference frontend. `Format` is the function that words a finding from its facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule<Format> {
    /// The part that doesn't depend on a finding.
    pub info: RuleInfo,
    /// Returns the text of a finding, as the reference words it.
    pub format: Format,
}

/// The name of a rule, what it checks, and the page that explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleInfo {
    /// The name by which `# check=skip=…` skips it: `StageNameCasing`.
    pub name: &'static str,
    /// One sentence on what the rule requires.
    pub description: &'static str,
    /// The page that explains it; can be empty.
    pub url: &'static str,
    /// Whether the rule is never applied.
    pub deprecated: bool,
    /// Whether the rule is applied only if `# check=experimental=…` turns it on.
    pub experimental: bool,
}

/// A finding of a rule at a place. `message` is the rule's own text, without its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The rule's name.
    pub rule: &'static str,
    /// The rule's description.
    pub description: &'static str,
    /// The rule's page.
    pub url: &'static str,
    /// The finding.
    pub message: String,
    /// The lines of the finding.
    pub ranges: Vec<Range>,
}

/// Collects warnings under a configuration. Cloning (`with_comments`) shares the collection.
#[derive(Debug, Clone)]
pub struct Linter {
    /// Which rules are checked.
    pub config: Rc<Config>,
    found: Rc<Found>,
}

#[derive(Debug, Default)]
struct Found {
    warnings: RefCell<Vec<Warning>>,
    rules: RefCell<BTreeSet<&'static str>>,
}

impl Linter {
    /// Creates a linter without findings.
    pub fn new(config: Config) -> Self {
        Linter {
            config: Rc::new(config),
            found: Rc::default(),
        }
    }

    /// Whether the configuration applies the rule.
    pub fn is_enabled(&self, rule: &RuleInfo) -> bool {
        let config = &self.config;
        let named = |names: &[String]| names.iter().any(|name| name == rule.name);
        if rule.deprecated {
            false
        } else if rule.experimental {
            config.experimental_all || named(&config.experimental)
        } else {
            !config.skip_all && !named(&config.skip)
        }
    }

    /// Records a finding unless the configuration skips the rule. `text` gets the rule's format and calls it with the
    /// facts of the finding.
    pub fn run<Format: Copy>(
        &self,
        rule: &Rule<Format>,
        ranges: &[Range],
        text: impl FnOnce(Format) -> String,
    ) {
        if !self.is_enabled(&rule.info) {
            return;
        }
        self.found.rules.borrow_mut().insert(rule.info.name);
        self.found.warnings.borrow_mut().push(Warning {
            rule: rule.info.name,
            description: rule.info.description,
            url: rule.info.url,
            message: text(rule.format),
            ranges: ranges.to_vec(),
        });
    }

    /// Returns the linter for an instruction with these comments above it, which can have `check=…` directives.
    #[must_use]
    pub fn with_comments(&self, comments: &[String]) -> Linter {
        let mut linter = self.clone();
        if let Some(config) = Config::from_comments(comments) {
            linter.config = Rc::new(self.config.merged(config));
        }
        linter
    }

    /// Returns the error for `error=true`, if there was a finding (`lint violation found for rules: …`).
    /// It lists each rule once, in alphabetical order.
    pub fn error(&self) -> Option<Error> {
        let rules = self.found.rules.borrow();
        if !self.config.return_as_error || rules.is_empty() {
            return None;
        }
        let names: Vec<&str> = rules.iter().copied().collect();
        Some(Error::new(format!(
            "lint violation found for rules: {}",
            names.join(", ")
        )))
    }

    /// Removes and returns all findings, in order. [`Linter::error`] still knows their rules.
    pub fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut self.found.warnings.borrow_mut())
    }
}

/// Writes a finding on one line: `Rule: message (line 3)`; the line number is left out if it is 0 or less.
pub fn format_short(rule: &str, message: &str, line: i32) -> String {
    if line > 0 {
        format!("{rule}: {message} (line {line})")
    } else {
        format!("{rule}: {message}")
    }
}

#[cfg(test)]
mod tests;
