//! For programs: every source with its verdict. The shape is in `docs/cli.md`; what is there stays.

use std::path::Path;

use fromtier_convert::SourceKind;
use fromtier_policy::gate::Via;
use fromtier_policy::{Finding, Severity};
use serde_json::{Value, json};

use super::exceptions::Stands;
use super::{line_of, place, position};
use crate::check::{Failure, File, Judged, Report};
use crate::lookup::Broken;

/// One JSON document and a newline.
pub fn render(report: &Report) -> String {
    let document = json!({
        "version": 1,
        "files": report.files.iter().map(file).collect::<Vec<_>>(),
        "failures": report.failures.iter().flat_map(failure).collect::<Vec<_>>(),
        "summary": {
            "files": report.files.len(),
            "sources": report.files.iter().map(|file| file.sources.len()).sum::<usize>(),
            "denied": report.count(Severity::Deny),
            "warned": report.count(Severity::Warn),
            "unknown": report.unknown(),
            "broken": report.broken(),
        },
    });
    format!("{document:#}\n")
}

pub fn file(file: &File) -> Value {
    let error = file.error.as_ref().map(|error| {
        let line = error.line().unwrap_or(1);
        let (line, column) = position(&file.text, line_of(&file.text, line).start);
        json!({"message": error.message, "help": error.help, "line": line, "column": column})
    });
    json!({
        "file": file.path.display().to_string(),
        "policies": file.policies.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "lock": file.lock.as_ref().map(|path| path.display().to_string()),
        "error": error,
        "exceptions": file.exceptions.iter().map(Stands::json).collect::<Vec<_>>(),
        "sources": file.sources.iter().map(|judged| source(&file.text, judged)).collect::<Vec<_>>(),
    })
}

fn source(text: &str, judged: &Judged) -> Value {
    let source = &judged.source;
    let at = place(text, source);
    let (line, column) = position(text, at.start);
    let (end_line, end_column) = position(text, at.end);
    let verdict = judged.verdict.as_ref();
    json!({
        "kind": match source.kind {
            SourceKind::Image => "image",
            SourceKind::Scratch => "scratch",
            SourceKind::Git => "git",
            SourceKind::Http => "http",
        },
        "via": via(source.via),
        "stage": source.stage,
        "written": source.written,
        "reference": source.reference,
        "normalised": verdict.and_then(|v| v.normalised.as_ref()).map(ToString::to_string),
        "rewritten": verdict.and_then(|v| v.rewritten.as_ref()).map(ToString::to_string),
        "pinned": judged.pinned,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "verdict": verdict.map_or("unknown", |v| v.severity.key()),
        "findings": verdict.map_or_else(Vec::new, |v| v.findings.iter().map(finding).collect()),
    })
}

/// A finding.
pub fn finding(finding: &Finding) -> Value {
    json!({
        "code": finding.code.as_str(),
        "severity": finding.severity.key(),
        "message": finding.message,
        "help": finding.help,
        "suggestion": finding.suggestion,
    })
}

pub fn failure(failure: &Failure) -> Vec<Value> {
    match failure {
        Failure::Path { path, error } => vec![unreadable(path, error)],
        Failure::Setup(broken) => self::broken(broken),
    }
}

/// Why there is no gate, as items of `failures`.
pub fn broken(broken: &Broken) -> Vec<Value> {
    match broken {
        Broken::Unreadable { path, error } => vec![unreadable(path, error)],
        Broken::Wrong { errors, .. } => errors
            .iter()
            .map(|e| json!({"file": e.file, "message": e.message, "help": e.help, "line": e.line, "column": e.column}))
            .collect(),
    }
}

/// A path that can't be read, as an item of `failures`.
pub fn unreadable(path: &Path, error: &str) -> Value {
    json!({"file": path.display().to_string(), "message": error, "help": null, "line": null, "column": null})
}

fn via(via: Via) -> &'static str {
    match via {
        Via::From => "from",
        Via::CopyFrom => "copy-from",
        Via::MountFrom => "mount-from",
        Via::Onbuild => "onbuild",
        Via::NamedContext => "named-context",
        Via::MainContext => "main-context",
        Via::Add => "add",
        Via::SbomGenerator => "sbom-generator",
        Via::CacheImport => "cache-import",
        Via::Input => "input",
    }
}
