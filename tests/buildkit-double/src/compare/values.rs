//! Differences between two JSON values, leaf by leaf.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Difference;

/// Adds every difference below `path`.
pub(super) fn diff(path: &str, left: &Value, right: &Value, out: &mut Vec<Difference>) {
    match (left, right) {
        (Value::Object(l), Value::Object(r)) => {
            let keys: BTreeSet<_> = l.keys().chain(r.keys()).collect();
            for key in keys {
                let of = |fields: &serde_json::Map<String, Value>| {
                    fields.get(key).cloned().unwrap_or(Value::Null)
                };
                diff(&format!("{path}/{key}"), &of(l), &of(r), out);
            }
        }
        (Value::Array(l), Value::Array(r)) => {
            for i in 0..l.len().max(r.len()) {
                let of = |items: &[Value]| items.get(i).cloned().unwrap_or(Value::Null);
                diff(&format!("{path}[{i}]"), &of(l), &of(r), out);
            }
        }
        (l, r) if l == r => {}
        (Value::String(l), Value::String(r)) if in_order(l) == in_order(r) => {}
        (l, r) => out.push(Difference {
            path: path.to_owned(),
            left: show(l),
            right: show(r),
        }),
    }
}

/// The reference's text before a list of rules that it gives in any order.
const RULES: &str = "lint violation found for rules: ";

/// Whether a text has something in it whose bytes differ from run to run: a list that the reference gives in any order, or a
/// graph with its random ids.
pub(super) fn may_differ(text: &[u8]) -> bool {
    let has = |part: &str| {
        text.windows(part.len())
            .any(|window| window == part.as_bytes())
    };
    has(RULES) || has("\"definition\":")
}

fn in_order(text: &str) -> String {
    let Some((before, rules)) = text.split_once(RULES) else {
        return text.to_owned();
    };
    let mut rules: Vec<_> = rules.split(", ").collect();
    rules.sort_unstable();
    format!("{before}{RULES}{}", rules.join(", "))
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}
