//! How the exceptions of policies stand after a check: for people those that nothing needs any more, for programs all.

use std::path::Path;

use annotate_snippets::Level;
use fromtier_policy::{Day, ExceptionReport, ExceptionState, Owner, Place};
use serde_json::{Value, json};

use super::printer::{Note, Printer};
use crate::check::Report;

/// An exception, and how it stands.
#[derive(Debug, Clone)]
pub struct Stands {
    /// Whose policy has it.
    pub policy: Owner,
    /// Is it the repository's own?
    pub own: bool,
    pub pattern: String,
    pub at: Option<Place>,
    pub until: Day,
    pub owner: String,
    pub reason: String,
    pub state: ExceptionState,
    /// It matched something that is refused.
    pub used: bool,
}

impl Stands {
    /// `organisation`: an organisation's policy was named, so a single policy is not the repository's.
    pub fn new(report: &ExceptionReport<'_>, organisation: bool) -> Stands {
        Stands {
            policy: report.policy,
            own: match report.policy {
                Owner::Organization => false,
                Owner::Repository => true,
                Owner::Only => !organisation,
            },
            pattern: report.pattern.to_owned(),
            at: report.at.cloned(),
            until: report.until,
            owner: report.owner.to_owned(),
            reason: report.reason.to_owned(),
            state: report.state,
            used: report.used,
        }
    }

    pub fn json(&self) -> Value {
        let (state, days) = state(self.state);
        let at = self.at.as_ref();
        json!({
            "policy": self.policy.name(),
            "match": self.pattern,
            "until": self.until.to_string(),
            "owner": self.owner,
            "reason": self.reason,
            "state": state,
            "days_left": days,
            "used": self.used,
            "file": at.map(|at| &*at.file),
            "line": at.map(|at| at.line),
        })
    }
}

/// The word of JSON, and the days that are left to what ends soon.
pub fn state(state: ExceptionState) -> (&'static str, Option<i32>) {
    match state {
        ExceptionState::Holds => ("holds", None),
        ExceptionState::EndsSoon(days) => ("ends-soon", Some(days)),
        ExceptionState::Ended => ("ended", None),
        ExceptionState::TooLong(_) => ("too-long", None),
    }
}

/// Notes on the repository's own exceptions that nothing in these files needs. An organisation's are for others as well.
pub fn unused(report: &Report, printer: &Printer, out: &mut String) {
    let all = || report.files.iter().flat_map(|file| &file.exceptions);
    let mut said: Vec<&Option<Place>> = Vec::new();
    for exception in all().filter(|exception| exception.own) {
        let used = all().any(|other| other.at == exception.at && other.used);
        let Some(at) = exception.at.as_ref().filter(|_| !used) else {
            continue;
        };
        if said.contains(&&exception.at) {
            continue;
        }
        said.push(&exception.at);
        let text = std::fs::read_to_string(&*at.file).unwrap_or_default();
        let message = format!(
            "no file here needs the exception for `{}`",
            exception.pattern
        );
        let help = format!("take it out if {} needs it no more", exception.owner);
        let note = Note {
            level: Level::NOTE,
            code: None,
            message: &message,
            path: Path::new(&*at.file),
            at: match text.get(at.span.clone()) {
                Some(_) => at.span.clone(),
                None => 0..0,
            },
            text: &text,
            help: Some(&help),
        };
        printer.say(&note, out);
    }
}
