//! For programs: every source with its verdict. `docs/json.md` describes the keys.

use fromtier_convert::SourceKind;
use fromtier_policy::{JudgedKind, Severity};
use serde_json::{Value, json};

use super::json::{self, Exception, PlacedProblem, Source};
use super::{Lines, line_of, place, trap_place};
use crate::report::{CheckReport, DockerfileReport, ExceptionUse, JudgedSource, JudgedTrap};

/// One JSON document and a newline.
pub fn render(report: &CheckReport) -> String {
    json::document(json!({
        "files": report.files.iter().map(file).collect::<Vec<_>>(),
        "failures": json::failures(&report.failures),
        "summary": {
            "files": report.files.len(),
            "sources": report.files.iter().map(|file| file.sources.len()).sum::<usize>(),
            "traps": report.traps(),
            "denied": report.count(Severity::Deny),
            "warned": report.count(Severity::Warn),
            "unknown": report.unknown(),
            "broken": report.broken(),
            "left_out": report.left_out.lookalikes + report.left_out.excluded,
        },
    }))
}

/// A Dockerfile with its sources.
pub fn file(file: &DockerfileReport) -> Value {
    let error = file.error.as_ref().map(|error| {
        let at = line_of(&file.text, error.line().unwrap_or(1));
        let at = Some((file.text.as_str(), at));
        json::problem(&PlacedProblem {
            code: error.code(),
            message: &error.message,
            help: error.help.as_deref(),
            path: Some(file.path.shown()),
            at,
        })
    });
    let lines = Lines::new(&file.text);
    json!({
        "file": json::path(file.path.shown()),
        "policies": json::paths(&file.policies),
        "contacts": file.contacts,
        "not_judged": file.not_judged,
        "lock": file.lock.as_ref().map(json::path),
        "error": error,
        "findings": file.findings.iter().map(|found| json::file_finding(&lines, found)).collect::<Vec<_>>(),
        "exceptions": file.exceptions.iter().map(exception).collect::<Vec<_>>(),
        "sources": file.sources.iter().map(|judged| source(&file.text, &lines, judged)).collect::<Vec<_>>(),
        "traps": file.traps.iter().map(|judged| trap(&file.text, &lines, judged)).collect::<Vec<_>>(),
    })
}

fn trap(text: &str, lines: &Lines<'_>, judged: &JudgedTrap) -> Value {
    let JudgedTrap { trap, verdict } = judged;
    Value::Object(json::trap(
        &trap.found.written,
        trap.policy_stage.as_deref(),
        verdict,
        lines,
        &trap_place(text, trap),
    ))
}

fn source(text: &str, lines: &Lines<'_>, judged: &JudgedSource) -> Value {
    let source = &judged.source;
    Value::Object(json::source(&Source {
        kind: match source.kind {
            SourceKind::Image => JudgedKind::Image,
            SourceKind::Scratch => JudgedKind::Scratch,
            SourceKind::Git => JudgedKind::Git,
            SourceKind::Http => JudgedKind::Http,
        },
        via: source.via,
        stage: Some(&source.policy_stage),
        written: Some(&source.written),
        reference: &source.reference,
        verdict: judged.verdict.as_ref(),
        resolved: judged.resolved.as_ref(),
        at: Some((lines, place(text, source))),
    }))
}

fn exception(exception: &ExceptionUse) -> Value {
    json::exception(&Exception {
        policy: exception.policy,
        subject: &exception.subject,
        codes: &exception.codes,
        until: exception.until,
        owner: &exception.owner,
        reason: &exception.reason,
        state: exception.state,
        used: exception.used,
        at: exception.at.as_ref(),
    })
}
