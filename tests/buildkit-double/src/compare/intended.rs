//! Intended differences.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Difference;

/// One intended difference, with its reason.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Which cases; `*` is any run of characters.
    pub case: String,
    /// Which differences, by path.
    pub path: String,
    /// Why it is intended.
    pub reason: String,
    used: Arc<AtomicBool>,
}

/// The file of intended differences.
#[derive(Debug, Clone, Default)]
pub struct Intended {
    rules: Vec<Rule>,
}

impl Intended {
    /// Reads lines of `case | path | reason`; `#` starts a comment.
    ///
    /// # Errors
    /// The line that is not of that form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rules = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut parts = line.splitn(3, " | ").map(str::trim);
            match (parts.next(), parts.next(), parts.next()) {
                (Some(case), Some(path), Some(reason)) if !reason.is_empty() => rules.push(Rule {
                    case: case.to_owned(),
                    path: path.to_owned(),
                    reason: reason.to_owned(),
                    used: Arc::default(),
                }),
                _ => return Err(format!("line {number}: case | path | reason")),
            }
        }
        Ok(Self { rules })
    }

    /// The rule that makes a difference an intended one.
    pub fn allows(&self, case: &str, difference: &Difference) -> Option<&Rule> {
        let rule = self
            .rules
            .iter()
            .find(|rule| glob(&rule.case, case) && glob(&rule.path, &difference.path))?;
        rule.used.store(true, Ordering::Relaxed);
        Some(rule)
    }

    /// Whether a difference of that path would be intended, without counting the rule as used.
    pub fn foresees(&self, case: &str, path: &str) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| glob(&rule.case, case) && glob(&rule.path, path))
    }

    /// Rules that matched nothing: they are no longer true.
    pub fn unused(&self) -> impl Iterator<Item = &Rule> {
        self.rules
            .iter()
            .filter(|rule| !rule.used.load(Ordering::Relaxed))
    }
}

/// Whether `text` matches `pattern`, where `*` is any run of characters.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_covers_what_it_names_and_is_missed_when_unused() {
        let text = "# why\ngate-* | warnings/FT* | the gate speaks\nx | y | never\n";
        let intended = Intended::parse(text).unwrap();
        let of = |path: &str| Difference {
            path: path.into(),
            left: String::new(),
            right: String::new(),
        };
        assert!(
            intended
                .allows("gate-1", &of("warnings/FT101: no"))
                .is_some()
        );
        assert!(
            intended
                .allows("other", &of("warnings/FT101: no"))
                .is_none()
        );
        assert_eq!(
            intended.unused().map(|r| &*r.reason).collect::<Vec<_>>(),
            ["never"]
        );
        assert!(Intended::parse("a | b").is_err());
    }
}
