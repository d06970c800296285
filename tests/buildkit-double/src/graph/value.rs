//! Messages as JSON without what is at its default.

use serde::Serialize;
use serde_json::{Map, Value};

/// A message as JSON. Fields at their default are left out, and bytes are text.
pub fn to_value(message: &impl Serialize) -> Value {
    let value = serde_json::to_value(message).unwrap_or_else(|err| Value::String(err.to_string()));
    prune("", value)
}

fn prune(key: &str, value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| {
                    let value = prune(&key, value);
                    (key, value)
                })
                .filter(|(_, value)| !is_default(value))
                .collect::<Map<_, _>>(),
        ),
        Value::Array(items) if matches!(key, "data" | "short" | "value") => {
            let bytes: Vec<u8> = items
                .iter()
                .filter_map(|n| n.as_u64().and_then(|n| u8::try_from(n).ok()))
                .collect();
            Value::String(String::from_utf8_lossy(&bytes).into_owned())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|v| prune("", v)).collect()),
        other => other,
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) => false,
    }
}
