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
        (l, r) => out.push(Difference {
            path: path.to_owned(),
            left: show(l),
            right: show(r),
        }),
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}
