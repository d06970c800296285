//! For programs: every source with its verdict. The shape is in `docs/cli.md`; what is there stays.

use std::path::Path;

use fromtier_convert::SourceKind;
use fromtier_policy::gate::Via;
use fromtier_policy::{Finding, Severity};
use serde_json::{Value, json};

use super::{exceptions, line_of, place, position};
use crate::lookup::LoadError;
use crate::report::{CheckReport, DockerfileReport, JudgedSource};

/// One JSON document and a newline.
pub fn render(report: &CheckReport) -> String {
    let document = json!({
        "version": 1,
        "files": report.files.iter().map(file).collect::<Vec<_>>(),
        "failures": report.failures.iter().flat_map(load_error).collect::<Vec<_>>(),
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

pub fn file(file: &DockerfileReport) -> Value {
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
        "exceptions": file.exceptions.iter().map(exceptions::json).collect::<Vec<_>>(),
        "sources": file.sources.iter().map(|judged| source(&file.text, judged)).collect::<Vec<_>>(),
    })
}

fn source(text: &str, judged: &JudgedSource) -> Value {
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
        "pinned": judged.resolved.as_ref().and_then(|image| Some(image.digest()?.as_str())),
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

/// What couldn't be read, as items of `failures`.
pub fn load_error(error: &LoadError) -> Vec<Value> {
    match error {
        LoadError::Unreadable { path, error } => vec![unreadable(path, error)],
        LoadError::Invalid { errors, .. } => errors
            .iter()
            .map(|e| json!({"file": e.file, "message": e.message, "help": e.help, "line": e.line, "column": e.column}))
            .collect(),
    }
}

/// A path that can't be read, as an item of `failures`.
fn unreadable(path: &Path, error: &str) -> Value {
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
