//! For programs: every line of every lock. The shape is in `docs/lock.md`; what is there stays.

use fromtier_policy::lock::LockEntry;
use serde_json::{Value, json};

use super::changes::Change;
use super::problems::{LineProblem, problems};
use super::report::{LineReport, LockFileReport, LockReport};
use crate::output;

/// One JSON document and a newline.
pub fn render(report: &LockReport) -> String {
    let sources = report
        .files
        .iter()
        .filter(|file| file.error.is_some() || !file.sources.is_empty());
    let document = json!({
        "version": 1,
        "locks": report.locks.iter().map(|locked| lock(report, locked)).collect::<Vec<_>>(),
        "files": sources.map(output::json::file).collect::<Vec<_>>(),
        "refused": report.refused.iter().map(|denial| json!({
            "reference": denial.verdict.asked,
            "code": denial.code.as_str(),
            "message": denial.message,
            "help": denial.help,
        })).collect::<Vec<_>>(),
        "failures": report.failures.iter().flat_map(output::json::load_error).collect::<Vec<_>>(),
        "summary": {
            "locks": report.locks.len(),
            "lines": report.lines().count(),
            "problems": report.problems(),
            "unknown": report.files.iter().flat_map(|file| &file.sources)
                .filter(|judged| judged.verdict.is_none()).count(),
        },
    });
    format!("{document:#}\n")
}

fn lock(report: &LockReport, locked: &LockFileReport) -> Value {
    json!({
        "file": locked.path.display().to_string(),
        "written": locked.written,
        "lines": locked.lines.iter().map(|(name, item)| line(report, name, item)).collect::<Vec<_>>(),
        "problems": problems(report, locked).iter().map(problem).collect::<Vec<_>>(),
    })
}

fn line(report: &LockReport, name: &str, item: &LineReport) -> Value {
    let entry = item.line.entry.as_ref();
    let (digest, resolved) = parts(entry);
    let (old_digest, old_resolved) = parts(item.old.as_ref());
    let (change, registry) = match &item.line.change {
        Change::Kept => ("kept", None),
        Change::Added => ("added", None),
        Change::Updated(_) => ("updated", None),
        Change::Unused if entry.is_some() => ("kept-unused", None),
        Change::Unused if report.check => ("unused", None),
        Change::Unused => ("dropped", None),
        Change::Missing => ("missing", None),
        Change::Moved(now) => ("moved", Some(now)),
        Change::Gone(now) => ("gone", now.as_ref()),
        Change::Failed(_) => ("failed", None),
    };
    json!({
        "reference": name,
        "change": change,
        "digest": digest,
        "resolved": resolved,
        "old_digest": old_digest,
        "old_resolved": old_resolved,
        "registry_digest": registry.map(|digest| digest.as_str()),
    })
}

fn parts(entry: Option<&LockEntry>) -> (Option<&str>, Option<String>) {
    (
        entry.map(|entry| entry.digest.as_str()),
        entry.map(|entry| entry.resolved.to_string()),
    )
}

fn problem(problem: &LineProblem) -> Value {
    let place = problem.at.as_ref().map(|(path, text, at)| {
        let (line, column) = output::position(text, at.start);
        (path.display().to_string(), line, column)
    });
    json!({
        "message": problem.message,
        "help": problem.help,
        "file": place.as_ref().map(|place| &place.0),
        "line": place.as_ref().map(|place| place.1),
        "column": place.as_ref().map(|place| place.2),
    })
}
