//! `frontend.lint`: the findings of the build checks and of the gate, without building.

use std::collections::BTreeSet;

use fromtier_dockerfile::error::Error;
use fromtier_dockerfile::span::Range;
use fromtier_dockerfile::visible::visible;
use fromtier_gateway::message_json::{definition, source_info};
use fromtier_gostd::json::{Object, Value};
use fromtier_policy::{Code, explain_command};
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

/// A finding as clients show it: they print the name of the rule, its page, the text, and one excerpt.
struct ShownNotice<'n> {
    notice: &'n Notice,
    detail: String,
    ranges: Vec<Range>,
}

/// Writes the findings in JSON, as text, and as an exit code. `error` is the error that stopped the conversion; `policies`
/// says whose policy the gate's findings come from, and whom to ask.
pub fn answer(
    notices: &[Notice],
    error: Option<&Error>,
    info: &pb::SourceInfo,
    policies: &str,
) -> super::SubrequestResult {
    let found = !notices.is_empty() || error.is_some();
    let notices = shown(notices, policies);
    super::SubrequestResult::new(&LINT, json(&notices, error, info))
        .with_text(text(&notices, info))
        .with_metadata("result.statuscode", i32::from(found).to_string())
}

/// The findings with the texts that clients show. They show nothing else, so the line of help is in the text, and the last of
/// the gate's findings says whose policy it is.
fn shown<'n>(notices: &'n [Notice], policies: &str) -> Vec<ShownNotice<'n>> {
    let mut shown = Vec::new();
    for notice in notices {
        for ranges in notice.frames() {
            shown.push(ShownNotice {
                notice,
                detail: detail(notice),
                ranges,
            });
        }
    }
    let gates = shown.iter_mut().filter(|s| s.notice.code.is_some());
    let last = gates.max_by_key(|s| s.ranges.first().map(|r| r.start.line));
    if let Some(last) = last {
        let codes: BTreeSet<&str> = (notices.iter().filter_map(|n| n.code))
            .map(Code::as_str)
            .collect();
        let codes: Vec<&str> = codes.into_iter().collect();
        let policies = visible(policies);
        let more = format!("\n{policies}\n{}", explain_command(&codes));
        last.detail.push_str(&more);
    }
    shown
}

/// The text of a finding. The reference's texts are unchanged; ours have a line of help.
fn detail(notice: &Notice) -> String {
    match (notice.code, notice.description.as_str()) {
        (None, _) => notice.message.clone(),
        (Some(_), "") => visible(&notice.message),
        (Some(_), help) => visible(&format!("{}\nhelp: {help}", notice.message)),
    }
}

fn json(notices: &[ShownNotice<'_>], error: Option<&Error>, info: &pb::SourceInfo) -> String {
    let warnings = notices.iter().map(|shown| {
        Object::new()
            .set("ruleName", shown.notice.rule.as_str())
            .opt_str("description", &shown.notice.description)
            .opt_str("url", &shown.notice.url)
            .opt_str("detail", &shown.detail)
            .set("location", location(&shown.ranges))
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

fn text(notices: &[ShownNotice<'_>], info: &pb::SourceInfo) -> Vec<u8> {
    let mut sorted: Vec<&ShownNotice<'_>> = notices.iter().collect();
    let line = |shown: &ShownNotice<'_>| shown.ranges.first().map(|r| r.start.line);
    sorted.sort_by(|a, b| match (line(a), line(b)) {
        (None, None) => a.notice.rule.cmp(&b.notice.rule),
        (a, b) => a.cmp(&b),
    });
    let mut out = Vec::new();
    for shown in sorted {
        let mut head = format!("\nWARNING: {}", shown.notice.rule);
        if !shown.notice.url.is_empty() {
            head.push_str(&format!(" - {}", shown.notice.url));
        }
        head.push_str(&format!("\n{}\n", shown.detail));
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&excerpt(&info.filename, &info.data, &shown.ranges));
    }
    out
}
