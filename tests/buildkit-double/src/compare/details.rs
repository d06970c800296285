//! The details of an error in a form that can be compared.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fromtier_proto::{gw, pb};
use serde_json::{Value, json};

use crate::graph::Graph;

/// Each detail as JSON under its type. Stack traces are left out: they are about the frontend's own code. The graph that a
/// file was read from is reduced to its operations' stable digests.
pub(super) fn readable(status: &gw::Status) -> Vec<Value> {
    status
        .details
        .iter()
        .filter(|detail| !detail.type_url.contains("stack.Stack"))
        .map(|detail| {
            let mut value: Value = serde_json::from_slice(&detail.value)
                .unwrap_or_else(|_| json!(String::from_utf8_lossy(&detail.value)));
            if let Some(graph) = value.pointer_mut("/info/definition") {
                *graph = digests(graph);
            }
            if let Some(data) = value.pointer_mut("/info/data")
                && let Some(bytes) = data.as_str().and_then(|text| STANDARD.decode(text).ok())
            {
                *data = json!(String::from_utf8_lossy(&bytes));
            }
            json!({ detail.type_url.clone(): value })
        })
        .collect()
}

/// Replaces every graph in a JSON text by its operations, without their random parts.
pub(super) fn with_stable_graphs(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if key == "definition" && value.get("def").is_some() {
                    *value = digests(value);
                } else {
                    with_stable_graphs(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_stable_graphs),
        _ => {}
    }
}

fn digests(graph: &Value) -> Value {
    let ops = graph["def"].as_array().map(Vec::as_slice);
    let definition = pb::Definition {
        def: ops
            .unwrap_or_default()
            .iter()
            .filter_map(|op| STANDARD.decode(op.as_str()?).ok())
            .collect(),
        ..Default::default()
    };
    let mut value = match Graph::decode(&definition) {
        Err(err) => json!({ "broken": err }),
        Ok(graph) => json!({
            "operations": graph
                .vertices
                .iter()
                .map(|vertex| crate::graph::to_value(&vertex.op))
                .collect::<Vec<_>>()
        }),
    };
    // The keys are digests of operations with random parts: only the values are compared.
    let metadata = graph["metadata"].as_object();
    let mut said: Vec<_> = metadata
        .map(|m| m.values().map(Value::to_string).collect())
        .unwrap_or_default();
    said.sort();
    value["metadata"] = json!(said);
    value
}
