//! `frontend.lint`: what the build checks and the gate find, without building.

use fromtier_dockerfile::error::Error;
use fromtier_dockerfile::span::Range;
use fromtier_proto::pb;

use super::describe::Request;
use super::{base64, location, source_info};
use crate::excerpt::excerpt;
use crate::json::{Object, Value};
use crate::warnings::Notice;

pub const LINT: Request = Request {
    name: "frontend.lint",
    version: "1.0.0",
    description: "Lint a Dockerfile",
    opts: Some(&[]),
    metadata: &["result.json", "result.txt", "result.statuscode"],
};

/// The findings in JSON, as text, and as an exit code. `error` is why the conversion stopped, if it did.
pub fn answer(notices: &[Notice], error: Option<&Error>, info: &pb::SourceInfo) -> super::Answer {
    let found = !notices.is_empty() || error.is_some();
    super::Answer::new(&LINT, json(notices, error, info))
        .text(text(notices, info))
        .with("result.statuscode", i32::from(found).to_string())
}

fn json(notices: &[Notice], error: Option<&Error>, info: &pb::SourceInfo) -> String {
    let warnings = notices.iter().map(|n| {
        Object::new()
            .set("ruleName", n.rule.as_str())
            .opt_str("description", &n.description)
            .opt_str("url", &n.url)
            .opt_str("detail", &n.message)
            .set("location", location(0, &n.ranges))
            .done()
    });
    let warnings = match notices {
        [] => Value::Null,
        _ => Value::Array(warnings.collect()),
    };
    let build_error = error.map(|e| {
        Object::new()
            .set("message", e.message.as_str())
            .set("location", location(0, &merged(&e.locations)))
            .done()
    });
    Object::new()
        .set("warnings", warnings)
        .set("sources", Value::Array(vec![source_info(info, definition)]))
        .opt("buildError", build_error)
        .done()
        .indented()
}

fn definition(definition: &pb::Definition) -> Value {
    let ops = definition.def.iter().map(|op| Value::Str(base64(op)));
    let metadata = (definition.metadata.iter())
        .map(|(digest, said)| (digest.clone(), operation(said)))
        .collect::<Vec<_>>();
    let source = definition.source.as_ref().map(|_| Object::new().done());
    Object::new()
        .opt_array("def", ops.collect())
        .opt(
            "metadata",
            (!metadata.is_empty()).then_some(Value::Object(metadata)),
        )
        .opt("Source", source)
        .done()
}

/// What is said of the operation that a Dockerfile is read by: a name and capabilities.
fn operation(said: &pb::OpMetadata) -> Value {
    let description: Vec<_> = (said.description.iter())
        .map(|(k, v)| (k.clone(), Value::Str(v.clone())))
        .collect();
    let caps: Vec<_> = (said.caps.iter())
        .map(|(k, v)| (k.clone(), Value::Bool(*v)))
        .collect();
    let object =
        |fields: Vec<(String, Value)>| (!fields.is_empty()).then_some(Value::Object(fields));
    Object::new()
        .opt_bool("ignore_cache", said.ignore_cache)
        .opt("description", object(description))
        .opt("caps", object(caps))
        .done()
}

/// All places of an error in one list, overlapping ones joined.
fn merged(locations: &[Vec<Range>]) -> Vec<Range> {
    let mut all: Vec<Range> = locations.iter().flatten().copied().collect();
    all.sort_by_key(|r| r.start.line);
    let mut out: Vec<Range> = Vec::new();
    for range in all {
        match out.last_mut() {
            Some(last) if range.start.line <= last.end.line => {
                last.end.line = last.end.line.max(range.end.line);
            }
            _ => out.push(range),
        }
    }
    out
}

fn text(notices: &[Notice], info: &pb::SourceInfo) -> String {
    let mut sorted: Vec<&Notice> = notices.iter().collect();
    let line = |n: &Notice| n.ranges.first().map(|r| r.start.line);
    sorted.sort_by(|a, b| match (line(a), line(b)) {
        (None, None) => a.rule.cmp(&b.rule),
        (a, b) => a.cmp(&b),
    });
    let mut out = String::new();
    for notice in sorted {
        out.push_str(&format!("\nWARNING: {}", notice.rule));
        if !notice.url.is_empty() {
            out.push_str(&format!(" - {}", notice.url));
        }
        out.push_str(&format!("\n{}\n", notice.message));
        out.push_str(&excerpt(&info.filename, &info.data, &notice.ranges));
    }
    out
}
