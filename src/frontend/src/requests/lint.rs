//! `frontend.lint`: the findings of the build checks and of the gate, without building.

use fromtier_dockerfile::error::Error;
use fromtier_dockerfile::span::Range;
use fromtier_gateway::message_json::{definition, source_info};
use fromtier_gostd::json::{Object, Value};
use fromtier_proto::pb;

use super::describe::SubrequestInfo;
use super::location;
use crate::excerpt::excerpt;
use crate::warnings::Notice;

pub const LINT: SubrequestInfo = SubrequestInfo {
    name: "frontend.lint",
    version: "1.0.0",
    description: "Lint a Dockerfile",
    opts: Some(&[]),
    metadata: &["result.json", "result.txt", "result.statuscode"],
};

/// Writes the findings in JSON, as text, and as an exit code. `error` is the error that stopped the conversion.
pub fn answer(
    notices: &[Notice],
    error: Option<&Error>,
    info: &pb::SourceInfo,
) -> super::SubrequestResult {
    let found = !notices.is_empty() || error.is_some();
    super::SubrequestResult::new(&LINT, json(notices, error, info))
        .with_text(text(notices, info))
        .with_metadata("result.statuscode", i32::from(found).to_string())
}

fn json(notices: &[Notice], error: Option<&Error>, info: &pb::SourceInfo) -> String {
    let warnings = notices.iter().map(|n| {
        Object::new()
            .set("ruleName", n.rule.as_str())
            .opt_str("description", &n.description)
            .opt_str("url", &n.url)
            .opt_str("detail", &n.message)
            .set("location", location(&n.ranges))
    });
    let warnings = match notices {
        [] => Value::Null,
        _ => Value::from_iter(warnings),
    };
    let build_error = error.map(|e| {
        Object::new()
            .set("message", e.message.as_str())
            .set("location", location(&merge_ranges(&e.locations)))
    });
    Object::new()
        .set("warnings", warnings)
        .set("sources", Value::from_iter([source_info(info, definition)]))
        .opt("buildError", build_error)
        .indented()
}

/// Merges all places of an error into one list, and joins those that overlap.
fn merge_ranges(locations: &[Vec<Range>]) -> Vec<Range> {
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

fn text(notices: &[Notice], info: &pb::SourceInfo) -> Vec<u8> {
    let mut sorted: Vec<&Notice> = notices.iter().collect();
    let line = |n: &Notice| n.ranges.first().map(|r| r.start.line);
    sorted.sort_by(|a, b| match (line(a), line(b)) {
        (None, None) => a.rule.cmp(&b.rule),
        (a, b) => a.cmp(&b),
    });
    let mut out = Vec::new();
    for notice in sorted {
        let mut head = format!("\nWARNING: {}", notice.rule);
        if !notice.url.is_empty() {
            head.push_str(&format!(" - {}", notice.url));
        }
        head.push_str(&format!("\n{}\n", notice.message));
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&excerpt(&info.filename, &info.data, &notice.ranges));
    }
    out
}
