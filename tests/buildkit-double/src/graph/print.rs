//! A graph as text for people.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Graph, to_value};

/// Prints a paragraph per operation, inputs before their users.
pub fn print(graph: &Graph) -> String {
    let mut out = String::new();
    for (i, vertex) in graph.vertices.iter().enumerate() {
        let line = vertex.line();
        let _ = write!(out, "#{i} {} {:?}", vertex.kind(), vertex.name());
        if !line.is_empty() {
            let _ = write!(out, " ({line})");
        }
        let _ = writeln!(out, "  {}", &vertex.digest[..19]);
        for (input, edge) in vertex.inputs.iter().zip(&vertex.op.inputs) {
            let _ = writeln!(out, "   <- #{input}:{}", edge.index);
        }
        let mut op = to_value(&vertex.op);
        if let Value::Object(fields) = &mut op {
            fields.remove("inputs");
        }
        lines("", &op, &mut out);
        lines("metadata", &to_value(&vertex.metadata), &mut out);
    }
    match graph.head {
        Some((index, output)) => {
            let _ = writeln!(out, "result: #{index}:{output}");
        }
        None => out.push_str("result: an empty filesystem\n"),
    }
    out
}

/// `path = value` for every leaf.
fn lines(path: &str, value: &Value, out: &mut String) {
    let below = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                lines(&below(key), value, out);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (i, value) in items.iter().enumerate() {
                lines(&format!("{path}[{i}]"), value, out);
            }
        }
        leaf => {
            let _ = writeln!(out, "   {path} = {leaf}");
        }
    }
}
