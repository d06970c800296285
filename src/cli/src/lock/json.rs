//! For programs: every line of every lock. `docs/json.md` describes the keys.

use fromtier_policy::gate::Via;
use fromtier_policy::lock::LockEntry;
use fromtier_policy::{Denial, JudgedKind};
use serde_json::{Value, json};

use super::changes::Change;
use super::problems::{LineProblem, problems};
use super::report::{LineReport, LockFileReport, LockReport};
use crate::output::check_json;
use crate::output::json::{self, PlacedProblem, Source};

/// One JSON document and a newline.
pub fn render(report: &LockReport) -> String {
    let sources = report
        .files
        .iter()
        .filter(|file| file.error.is_some() || !file.sources.is_empty());
    json::document(json!({
        "locks": report.locks.iter().map(|locked| lock(report, locked)).collect::<Vec<_>>(),
        "files": sources.map(check_json::file).collect::<Vec<_>>(),
        "refused": report.refused.iter().map(refused).collect::<Vec<_>>(),
        "failures": json::failures(&report.failures),
        "summary": {
            "locks": report.locks.len(),
            "lines": report.lines().count(),
            "problems": report.locks.iter().map(|locked| problems(report, locked).len()).sum::<usize>(),
            "refused": report.refused(),
            "unknown": report.unknown(),
            "broken": report.broken(),
            "failed": report.failed(),
        },
    }))
}

/// An image of the command line that is refused.
fn refused(denial: &Denial) -> Value {
    Value::Object(json::source(&Source {
        kind: JudgedKind::Image,
        via: Via::NamedContext,
        stage: None,
        written: None,
        reference: &denial.verdict.requested,
        verdict: Some(&denial.verdict),
        resolved: None,
        at: None,
    }))
}

fn lock(report: &LockReport, locked: &LockFileReport) -> Value {
    json!({
        "file": json::path(locked.path.shown()),
        "saved": locked.written,
        "lines": locked.lines.iter().map(|(name, item)| line(report, name, item)).collect::<Vec<_>>(),
        "problems": problems(report, locked).iter().map(problem).collect::<Vec<_>>(),
    })
}

fn line(report: &LockReport, name: &str, item: &LineReport) -> Value {
    let entry = item.line.entry.as_ref();
    let (digest, locked_on) = parts(entry);
    let (old_digest, old_locked_on) = parts(item.old.as_ref());
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
        "image": name,
        "change": change,
        "digest": digest,
        "locked_on": locked_on,
        "old_digest": old_digest,
        "old_locked_on": old_locked_on,
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
    let at = problem.at.as_ref();
    json::problem(&PlacedProblem {
        code: None,
        message: &problem.message,
        help: problem.help.as_deref(),
        path: at.map(|(path, ..)| path.as_path()),
        at: at.map(|(_, text, at)| (text.as_str(), at.clone())),
    })
}
