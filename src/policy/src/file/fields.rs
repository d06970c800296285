//! Reads the values of a mapping by key, and reports unknown keys.

use fromtier_catalog::edits_up_to_two;

use super::keys::{self, Key};
use super::report::{Report, Span};
use super::yaml::{MapEntry, Node, Value};
use crate::verdict::Severity;

/// The entries of a mapping whose keys are all known.
pub(super) struct Fields<'n> {
    entries: &'n [MapEntry],
    pub span: Span,
}

impl<'n> Fields<'n> {
    /// Returns the node as a mapping with these keys. Reports other keys.
    pub fn with_keys(node: &'n Node, known: &[Key], report: &mut Report<'_>) -> Option<Fields<'n>> {
        let names: Vec<&str> = known.iter().map(|key| key.name).collect();
        Fields::with_names(node, &names, report)
    }

    /// As [`Fields::with_keys`], by the names of the keys.
    pub fn with_names(
        node: &'n Node,
        known: &[&str],
        report: &mut Report<'_>,
    ) -> Option<Fields<'n>> {
        let fields = Fields::with_any(node, report)?;
        for entry in fields.entries {
            if !known.contains(&entry.key.as_str()) {
                report.error(
                    entry.key_span,
                    format!("unknown key `{}`", entry.key),
                    Some(key_help(&entry.key, known)),
                );
            }
        }
        Some(fields)
    }

    /// Returns the node as a mapping with any keys.
    pub fn with_any(node: &'n Node, report: &mut Report<'_>) -> Option<Fields<'n>> {
        match &node.value {
            Value::Map(entries) => Some(Fields {
                entries,
                span: node.span,
            }),
            _ => {
                report.error(
                    node.span,
                    format!("expected a mapping, found {}", node.kind()),
                    None,
                );
                None
            }
        }
    }

    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    pub fn entries(&self) -> &'n [MapEntry] {
        self.entries
    }

    /// Reads a required text.
    pub fn required(&self, key: &str, report: &mut Report<'_>) -> Option<(&'n str, Span)> {
        let Some(node) = self.get(key) else {
            report.error(self.span.first(), format!("`{key}` is missing"), None);
            return None;
        };
        read_text(node, report)
    }

    /// Reads an optional text.
    pub fn optional(&self, key: &str, report: &mut Report<'_>) -> Option<(&'n str, Span)> {
        self.get(key).and_then(|node| read_text(node, report))
    }
}

/// Reads a text. An empty one is an error.
pub(super) fn read_text<'n>(node: &'n Node, report: &mut Report<'_>) -> Option<(&'n str, Span)> {
    match &node.value {
        Value::Text(text) if text.trim().is_empty() => {
            report.error(node.span, "expected text, found nothing", None);
            None
        }
        Value::Text(text) => Some((text, node.span)),
        _ => {
            report.error(
                node.span,
                format!("expected text, found {}", node.kind()),
                None,
            );
            None
        }
    }
}

/// Reads the items of a list. An empty list is an error.
pub(super) fn read_list<'n>(node: &'n Node, report: &mut Report<'_>) -> &'n [Node] {
    match &node.value {
        Value::List(items) => {
            if items.is_empty() {
                report.error(
                    node.span,
                    "an empty list has no effect; remove the key",
                    None,
                );
            }
            items
        }
        _ => {
            report.error(
                node.span,
                format!("expected a list, found {}", node.kind()),
                None,
            );
            &[]
        }
    }
}

/// Reads one of several words, and returns its meaning.
pub(super) fn read_choice<T: Copy>(
    node: &Node,
    words: &[(&str, T)],
    report: &mut Report<'_>,
) -> Option<T> {
    let (word, span) = read_text(node, report)?;
    let found = words
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        report.error(
            span,
            format!("expected one of {}, found `{word}`", names.join(", ")),
            closest(word, &names),
        );
    }
    found
}

/// Reads `deny`, `warn`, or `allow`.
pub(super) fn read_action(node: &Node, report: &mut Report<'_>) -> Option<Severity> {
    read_choice(node, keys::ACTIONS, report)
}

/// Returns the help for a misspelled word, if one of the known words is close to it.
fn closest(word: &str, known: &[&str]) -> Option<String> {
    known
        .iter()
        .filter_map(|name| Some((edits_up_to_two(word.to_ascii_lowercase(), name)?, name)))
        .filter(|(edits, name)| *edits < name.len())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

/// Returns the help for an unknown key.
fn key_help(word: &str, known: &[&str]) -> String {
    // `max_age` and `maxAge` mean `max-age`.
    let mut dashed = String::new();
    for c in word.chars() {
        match c {
            '_' => dashed.push('-'),
            c if c.is_ascii_uppercase() => {
                if !dashed.is_empty() {
                    dashed.push('-');
                }
                dashed.push(c.to_ascii_lowercase());
            }
            c => dashed.push(c),
        }
    }
    closest(&dashed, known).unwrap_or_else(|| format!("known keys: {}", known.join(", ")))
}
