//! For people: each finding with the lines it is about.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::Level;
use fromtier_dockerfile::visible::visible;
use fromtier_policy::{Finding, Severity};

use super::printer::{Note, Printer};
use super::terminal::shown_path;
use super::{Lines, counted, exceptions, line_of, place};
use crate::report::{CheckReport, DockerfileReport, JudgedSource, LeftOut};

/// All findings, then a summary line.
pub fn render(report: &CheckReport) -> String {
    let printer = Printer::new();
    let mut out = String::new();
    printer.files(&report.files, &mut out);
    for failure in &report.failures {
        printer.load_error(failure, &mut out);
    }
    if report.directories {
        exceptions::unused(report, &printer, &mut out);
    }
    if !report.files.is_empty() {
        out.push_str(&policies(report));
        out.push_str(&contacts(report));
        out.push_str(&summary(report));
    }
    out
}

/// The most places that a message lists besides its first one.
const MAX_PLACES: usize = 8;

/// One message, and all its places.
struct Told<'r> {
    severity: Severity,
    code: Option<&'r str>,
    message: String,
    help: Option<String>,
    places: Vec<(&'r DockerfileReport, Range<usize>)>,
}

impl Printer {
    /// Prints the findings of Dockerfiles. Equal ones are printed once, with all their places.
    pub fn files<'r>(
        &self,
        files: impl IntoIterator<Item = &'r DockerfileReport>,
        out: &mut String,
    ) {
        let mut all: Vec<Told<'_>> = Vec::new();
        let mut known: BTreeMap<Key<'_>, usize> = BTreeMap::new();
        for file in files {
            for told in findings(file) {
                let key = (
                    told.severity,
                    told.code,
                    told.message.clone(),
                    told.help.clone(),
                );
                match known.get(&key) {
                    Some(&at) => all[at].places.extend(told.places),
                    None => {
                        known.insert(key, all.len());
                        all.push(told);
                    }
                }
            }
        }
        for told in &all {
            self.told(told, out);
        }
    }

    fn told(&self, told: &Told<'_>, out: &mut String) {
        let Some(((file, at), others)) = told.places.split_first() else {
            return;
        };
        let others = other_places(others);
        let note = Note {
            level: match told.severity {
                Severity::Deny => Level::ERROR,
                Severity::Warn => Level::WARNING,
                Severity::Allow => Level::NOTE,
            },
            code: told.code,
            message: &told.message,
            path: file.path.shown(),
            text: &file.text,
            at: at.clone(),
            others: others.as_deref(),
            help: told.help.as_deref(),
        };
        self.note(&note, out);
    }
}

type Key<'r> = (Severity, Option<&'r str>, String, Option<String>);

/// The places of a message besides its first one, in words.
fn other_places(places: &[(&DockerfileReport, Range<usize>)]) -> Option<String> {
    let shown = places.iter().take(MAX_PLACES).map(|(file, at)| {
        let (line, column) = Lines::new(&file.text).position(at.start);
        format!("{}:{line}:{column}", shown_path(file.path.shown()))
    });
    let mut shown: Vec<String> = shown.collect();
    match places.len().saturating_sub(MAX_PLACES) {
        0 => {}
        more => shown.push(format!("and {}", counted(more, "more place"))),
    }
    (!shown.is_empty()).then(|| format!("also at {}", shown.join(", ")))
}

/// The findings of a Dockerfile, in the order of its sources.
fn findings(file: &DockerfileReport) -> Vec<Told<'_>> {
    let mut all = Vec::new();
    if let Some(error) = &file.error {
        all.push(Told {
            severity: Severity::Deny,
            code: error.code(),
            message: error.message.clone(),
            help: error.help.as_deref().map(str::to_owned),
            places: vec![(file, line_of(&file.text, error.line().unwrap_or(1)))],
        });
    }
    for judged in &file.sources {
        let at = place(&file.text, &judged.source);
        let Some(verdict) = &judged.verdict else {
            all.push(Told {
                severity: Severity::Warn,
                code: None,
                message: format!(
                    "`{}` depends on a build argument that has no value",
                    judged.source.written
                ),
                help: Some("pass a value: --build-arg NAME=VALUE".to_owned()),
                places: vec![(file, at)],
            });
            continue;
        };
        for finding in &verdict.findings {
            let resolved = resolved(judged, finding);
            all.push(Told {
                severity: finding.severity,
                code: Some(finding.code.as_str()),
                message: finding.message.clone(),
                help: match (&finding.help, &resolved) {
                    (Some(help), Some(resolved)) => Some(format!("{help}\n{resolved}")),
                    (help, resolved) => help.clone().or_else(|| resolved.clone()),
                },
                places: vec![(file, at.clone())],
            });
        }
    }
    all
}

/// The value of a reference with variables, which the message doesn't show.
fn resolved(judged: &JudgedSource, finding: &Finding) -> Option<String> {
    let source = &judged.source;
    (finding.severity > Severity::Allow && source.written != source.reference)
        .then(|| format!("`{}` is `{}` here", source.written, source.reference))
}

/// Whom to ask, if anything is refused and a policy says it.
fn contacts(report: &CheckReport) -> String {
    let refused = report.count(Severity::Deny) > 0;
    let files = report.files.iter().filter(|_| refused);
    let names: BTreeSet<&String> = files.flat_map(|file| &file.contacts).collect();
    let line = |name: &&String| format!("contact: {}\n", visible(name));
    names.iter().map(line).collect()
}

/// Which policies applied: one line for each combination, with its files if there are several.
fn policies(report: &CheckReport) -> String {
    let mut found: BTreeMap<&[PathBuf], usize> = BTreeMap::new();
    for file in &report.files {
        *found.entry(&file.policies).or_default() += 1;
    }
    let line = |(policies, files): (&&[PathBuf], &usize)| {
        let names: Vec<String> = policies.iter().map(|path| shown_path(path)).collect();
        let names = if names.is_empty() {
            "the built-in policy".to_owned()
        } else {
            names.join(" and ")
        };
        match found.len() {
            1 => format!("policy: {names}\n"),
            _ => format!("policy: {names} ({})\n", counted(*files, "file")),
        }
    };
    found.iter().map(line).collect()
}

/// The number of files that a search of directories left out, so that they don't pass for checked.
fn left_out(left_out: LeftOut) -> String {
    let mut parts = Vec::new();
    if left_out.lookalikes > 0 {
        let files = counted(left_out.lookalikes, "file");
        parts.push(format!("{files} with a name such as `Dockerfile.tmpl`"));
    }
    if left_out.excluded > 0 {
        parts.push(format!("{} excluded", left_out.excluded));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("; left out: {}", parts.join(", "))
    }
}

fn summary(report: &CheckReport) -> String {
    let sources: usize = report.files.iter().map(|file| file.sources.len()).sum();
    let mut parts = Vec::new();
    for (number, what) in [
        (report.broken(), "unreadable"),
        (report.count(Severity::Deny), "refused"),
        (report.count(Severity::Warn), "warned about"),
        (report.unknown(), "unknown"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let verdict = if parts.is_empty() {
        "all pass".to_owned()
    } else {
        parts.join(", ")
    };
    format!(
        "{}, {}: {verdict}{}\n",
        counted(report.files.len(), "file"),
        counted(sources, "source"),
        left_out(report.left_out)
    )
}
