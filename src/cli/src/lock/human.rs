//! For people: the problems with their places, then what became of each lock file.

use std::fmt::Write as _;

use annotate_snippets::Level;
use fromtier_image::Digest;

use super::changes::Change;
use super::problems::problems;
use super::report::{LineReport, LockFileReport, LockReport};
use crate::output::findings::codes;
use crate::output::human::{contacts, explain, policies};
use crate::output::printer::{Note, Printer};
use crate::output::terminal::shown_path;

/// Everything, with a line at the end for each lock.
pub fn render(report: &LockReport) -> String {
    let printer = Printer::new();
    let mut out = String::new();
    printer.files(&report.files, &mut out);
    for denial in &report.refused {
        let help = denial.help.as_deref();
        printer.error(Some(denial.code), &denial.message, help, &mut out);
    }
    for problem in report
        .locks
        .iter()
        .flat_map(|locked| problems(report, locked))
    {
        match &problem.at {
            Some((path, text, at)) => printer.note(
                &Note {
                    level: Level::ERROR,
                    code: None,
                    message: &problem.message,
                    path,
                    text,
                    at: at.clone(),
                    help: problem.help.as_deref(),
                },
                &mut out,
            ),
            None => printer.error(None, &problem.message, problem.help.as_deref(), &mut out),
        }
    }
    for failure in &report.failures {
        printer.load_error(failure, &mut out);
    }
    out.push_str(&policies(&report.files));
    let of_files = report.files.iter().flat_map(|file| &file.contacts);
    out.push_str(&contacts(of_files.chain(&report.contacts)));
    let refused = report.refused.iter().map(|denial| denial.code.as_str());
    out.push_str(&explain(codes(&report.files).chain(refused)));
    for locked in &report.locks {
        let _ = writeln!(
            out,
            "{}: {}",
            shown_path(locked.path.shown()),
            summary(report, locked)
        );
        if !report.check {
            for (name, item) in &locked.lines {
                out.push_str(&change(name, item).unwrap_or_default());
            }
        }
    }
    out
}

fn change(name: &str, item: &LineReport) -> Option<String> {
    let now = || {
        item.line
            .entry
            .as_ref()
            .map_or("", |entry| short(&entry.digest))
    };
    Some(match &item.line.change {
        Change::Added => format!("  + {name}  {}\n", now()),
        Change::Updated(old) => format!(
            "  ~ {name}  {} since {}, now {}\n",
            short(&old.digest),
            old.resolved,
            now()
        ),
        Change::Unused if item.line.entry.is_none() => format!("  - {name}\n"),
        _ => return None,
    })
}

/// The start of a digest, which is enough to tell it from another.
fn short(digest: &Digest) -> &str {
    let text = digest.as_str();
    let end = text.find(':').map_or(0, |colon| colon + 13);
    text.get(..end).unwrap_or(text)
}

fn summary(report: &LockReport, locked: &LockFileReport) -> String {
    let count =
        |of: &dyn Fn(&LineReport) -> bool| locked.lines.iter().filter(|(_, item)| of(item)).count();
    let unused = |item: &LineReport, kept: bool| {
        item.line.change == Change::Unused && item.line.entry.is_some() == kept
    };
    let counts = [
        (count(&|t| t.line.change == Change::Added), "added"),
        (
            count(&|t| matches!(t.line.change, Change::Updated(_))),
            "updated",
        ),
        (
            count(&|t| unused(t, false)),
            if report.check { "unused" } else { "dropped" },
        ),
        (count(&|t| t.line.change == Change::Missing), "missing"),
        (
            count(&|t| matches!(t.line.change, Change::Moved(_))),
            "moved",
        ),
        (count(&|t| matches!(t.line.change, Change::Gone(_))), "gone"),
        (
            count(&|t| matches!(t.line.change, Change::Failed(_))),
            "failed",
        ),
        (
            count(&|t| t.line.change == Change::Kept),
            if report.check { "as locked" } else { "kept" },
        ),
        (
            count(&|t| unused(t, true)),
            if report.check {
                "possibly unused"
            } else {
                "unused but kept"
            },
        ),
    ];
    let parts: Vec<_> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    if parts.is_empty() {
        "nothing to lock".into()
    } else {
        parts.join(", ")
    }
}
