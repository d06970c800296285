//! The words of all JSON that the program prints: `docs/json.md` lists them. A key without a value is absent, a list is
//! always there.

use std::ops::Range;
use std::path::Path;

use fromtier_image::ImageRef;
use fromtier_policy::gate::Via;
use fromtier_policy::{
    Code, Day, ExceptionState, ExceptionSubject, Finding, JudgedKind, Owner, Place, PolicyError,
    Verdict,
};
use serde_json::{Map, Value, json};

use super::Lines;
use crate::lookup::{LoadError, Texts};
use crate::report::FileFinding;

/// The version of the format.
const VERSION: u32 = 2;

/// One document and a newline.
pub fn document(mut document: Value) -> String {
    document["version"] = VERSION.into();
    remove_nulls(&mut document);
    format!("{document:#}\n")
}

fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A source that the gate was asked about, as far as it is known.
#[derive(Debug)]
pub struct Source<'a> {
    pub kind: JudgedKind,
    pub via: Via,
    pub stage: Option<&'a str>,
    /// As in the file.
    pub written: Option<&'a str>,
    /// With build arguments filled in.
    pub reference: &'a str,
    /// `None`: it depends on a build argument that has no value.
    pub verdict: Option<&'a Verdict>,
    pub resolved: Option<&'a ImageRef>,
    /// The lines of the file, and the bytes in it.
    pub at: Option<(&'a Lines<'a>, Range<usize>)>,
}

/// A source. Documents about one source add their own keys.
pub fn source(source: &Source<'_>) -> Map<String, Value> {
    let verdict = source.verdict;
    let text = |image: Option<&ImageRef>| image.map(ToString::to_string);
    let mut fields = fields(json!({
        "kind": source.kind.key(),
        "via": source.via.key(),
        "stage": source.stage,
        "written": source.written,
        "reference": source.reference,
        "image": text(verdict.and_then(|verdict| verdict.normalized.as_ref())),
        "rewritten": text(verdict.and_then(|verdict| verdict.rewritten.as_ref())),
        "alias_of": text(verdict.and_then(|verdict| verdict.alias_of.as_ref())),
        "resolved": text(source.resolved),
        "verdict": verdict.map_or("unknown", |verdict| verdict.severity.key()),
        "findings": verdict.map_or_else(Vec::new, |verdict| findings(&verdict.findings)),
    }));
    if let Some((lines, at)) = &source.at {
        fields.extend(span(lines, at));
    }
    fields
}

/// A text that BuildKit reads in another way than it looks.
pub fn trap(
    written: &str,
    stage: Option<&str>,
    verdict: &Verdict,
    lines: &Lines<'_>,
    at: &Range<usize>,
) -> Map<String, Value> {
    let mut fields = fields(json!({
        "stage": stage,
        "written": written,
        "verdict": verdict.severity.key(),
        "findings": findings(&verdict.findings),
    }));
    fields.extend(span(lines, at));
    fields
}

/// A list of findings.
pub fn findings(findings: &[Finding]) -> Vec<Value> {
    findings.iter().map(finding).collect()
}

fn finding(finding: &Finding) -> Value {
    json!({
        "code": finding.code.as_str(),
        "severity": finding.severity.key(),
        "message": finding.message,
        "help": finding.help,
        "suggestion": finding.suggestion,
        "url": finding.code.url(),
    })
}

/// A finding about a whole file, with its place.
pub fn file_finding(lines: &Lines<'_>, found: &FileFinding) -> Value {
    let mut fields = fields(finding(&found.finding));
    fields.extend(found.at.iter().flat_map(|at| span(lines, at)));
    Value::Object(fields)
}

/// A problem with a file.
#[derive(Debug, Default)]
pub struct PlacedProblem<'a> {
    pub code: Option<&'a str>,
    pub message: &'a str,
    pub help: Option<&'a str>,
    pub path: Option<&'a Path>,
    /// The text of the file, and the bytes in it.
    pub at: Option<(&'a str, Range<usize>)>,
}

/// A problem.
pub fn problem(problem: &PlacedProblem<'_>) -> Value {
    let mut fields = fields(json!({
        "code": problem.code,
        "message": problem.message,
        "help": problem.help,
        "file": problem.path.map(|path| path.display().to_string()),
    }));
    if let Some((text, at)) = &problem.at {
        fields.extend(span(&Lines::new(text), at));
    }
    Value::Object(fields)
}

/// An error or a warning about a policy, a lock file, or a table.
pub fn policy_error(texts: &Texts, code: Option<Code>, error: &PolicyError) -> Value {
    let text = texts.get(&error.file).map_or("", |text| text);
    problem(&PlacedProblem {
        code: code.map(Code::as_str),
        message: &error.message,
        help: error.help.as_deref(),
        path: Some(Path::new(&error.file)),
        at: Some((text, error.span.clone())),
    })
}

/// The files that couldn't be read, as a list of problems.
pub fn failures<'a>(failures: impl IntoIterator<Item = &'a LoadError>) -> Vec<Value> {
    let problems = |failure: &LoadError| match failure {
        LoadError::Unreadable { path, error, code } => vec![problem(&PlacedProblem {
            code: code.map(Code::as_str),
            message: error,
            path: Some(path),
            ..PlacedProblem::default()
        })],
        LoadError::Invalid {
            texts,
            errors,
            code,
        } => errors
            .iter()
            .map(|error| policy_error(texts, *code, error))
            .collect(),
    };
    failures.into_iter().flat_map(problems).collect()
}

/// An exception of a policy.
#[derive(Debug)]
pub struct Exception<'a> {
    pub policy: Owner,
    pub subject: &'a ExceptionSubject,
    pub codes: &'a [Code],
    pub until: Day,
    pub owner: &'a str,
    pub reason: &'a str,
    pub state: ExceptionState,
    pub used: bool,
    pub at: Option<&'a Place>,
}

/// An exception.
pub fn exception(exception: &Exception<'_>) -> Value {
    let (state, days_left) = match exception.state {
        ExceptionState::Active => ("active", None),
        ExceptionState::EndsSoon(days) => ("ends-soon", Some(days)),
        ExceptionState::Ended => ("ended", None),
        ExceptionState::TooLong(_) => ("too-long", None),
    };
    json!({
        "policy": owner(exception.policy),
        "match": exception.subject.pattern,
        "files": exception.subject.files,
        "labels": exception.subject.labels,
        "codes": exception.codes.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
        "until": exception.until.to_string(),
        "owner": exception.owner,
        "reason": exception.reason,
        "state": state,
        "days_left": days_left,
        "used": exception.used,
        "at": place(exception.at),
    })
}

/// Whose policy it is.
pub fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Only => "only",
        Owner::Organization => "organization",
        Owner::Repository => "repository",
    }
}

/// A place in a policy.
pub fn place(at: Option<&Place>) -> Value {
    at.map_or(
        Value::Null,
        |at| json!({"file": *at.file, "line": at.line, "column": at.column}),
    )
}

/// A list of paths.
pub fn paths<P: AsRef<Path>>(paths: &[P]) -> Vec<String> {
    paths.iter().map(path).collect()
}

/// A path.
pub fn path(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

fn span(lines: &Lines<'_>, at: &Range<usize>) -> Map<String, Value> {
    let (line, column) = lines.position(at.start);
    let (end_line, end_column) = lines.position(at.end);
    fields(json!({"line": line, "column": column, "end_line": end_line, "end_column": end_column}))
}

fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
