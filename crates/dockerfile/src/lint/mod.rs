//! The build checks of the reference: rules, their texts, and who may skip them.

use crate::span::Range;

/// A rule: its name, what it is about, and the page that explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub name: &'static str,
    pub description: &'static str,
    pub url: &'static str,
    pub deprecated: bool,
    pub experimental: bool,
}

/// A finding of a rule at a place. `message` is the rule's own text, without its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub rule: &'static str,
    pub description: &'static str,
    pub url: &'static str,
    pub message: String,
    pub ranges: Vec<Range>,
}

/// What `# check=…` and `BUILDKIT_DOCKERFILE_CHECK` can say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    pub experimental_all: bool,
    pub experimental: Vec<String>,
    pub return_as_error: bool,
    pub skip_all: bool,
    pub skip: Vec<String>,
}

impl Config {
    /// `skip=A,B;error=true;experimental=all`, with the reference's error texts.
    pub fn parse(_text: &str) -> crate::error::Result<Config> {
        todo!("owned by the shell helper")
    }
}

/// Collects warnings under a configuration. Cloning (`with_comments`) shares the collection.
#[derive(Debug, Clone)]
pub struct Linter {
    pub config: Config,
    sink: std::rc::Rc<std::cell::RefCell<Vec<Warning>>>,
}

impl Linter {
    pub fn new(config: Config) -> Self {
        Linter { config, sink: Default::default() }
    }

    /// Records a finding unless the configuration skips the rule.
    pub fn run(&self, rule: &Rule, ranges: &[Range], message: String) {
        let _ = (rule, ranges, message, &self.sink);
        todo!("owned by the shell helper")
    }

    /// The linter under the `check=…` directives in the comments above an instruction.
    #[must_use]
    pub fn with_comments(&self, _comments: &[String]) -> Linter {
        todo!("owned by the shell helper")
    }

    /// The error that `error=true` asks for, if any rule was called (`lint violation found for rules: …`).
    pub fn error(&self) -> Option<crate::error::Error> {
        todo!("owned by the shell helper")
    }

    /// All that was found, in the order it was found.
    pub fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut self.sink.borrow_mut())
    }
}
