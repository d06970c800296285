//! For people: each finding with the line it is about.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::Level;
use fromtier_policy::{Finding, Severity};

use super::printer::{Note, Printer};
use super::terminal::shown_path;
use super::{counted, exceptions, line_of, place};
use crate::report::{CheckReport, DockerfileReport, JudgedSource, LeftOut};

/// All findings, then a summary line.
pub fn render(report: &CheckReport) -> String {
    let printer = Printer::new();
    let mut out = String::new();
    for file in &report.files {
        printer.file(file, &mut out);
    }
    for failure in &report.failures {
        printer.load_error(failure, &mut out);
    }
    if report.directories {
        exceptions::unused(report, &printer, &mut out);
    }
    if !report.files.is_empty() {
        out.push_str(&policies(report));
        out.push_str(&summary(report));
    }
    out
}

impl Printer {
    /// Prints the findings of a Dockerfile.
    pub fn file(&self, file: &DockerfileReport, out: &mut String) {
        if let Some(error) = &file.error {
            let line = error.line().unwrap_or(1);
            let at = line_of(&file.text, line);
            self.note(
                &note(
                    file,
                    Level::ERROR,
                    error.code(),
                    &error.message,
                    at,
                    error.help.as_deref(),
                ),
                out,
            );
        }
        for judged in &file.sources {
            let at = place(&file.text, &judged.source);
            let Some(verdict) = &judged.verdict else {
                let message = format!(
                    "`{}` depends on a build argument that has no value",
                    judged.source.written
                );
                let help = "pass a value: --build-arg NAME=VALUE";
                self.note(
                    &note(file, Level::WARNING, None, &message, at, Some(help)),
                    out,
                );
                continue;
            };
            for finding in &verdict.findings {
                let resolved = resolved(judged, finding);
                let help = match (&finding.help, &resolved) {
                    (Some(help), Some(resolved)) => Some(format!("{help}\n{resolved}")),
                    (help, resolved) => help.clone().or_else(|| resolved.clone()),
                };
                let level = match finding.severity {
                    Severity::Deny => Level::ERROR,
                    Severity::Warn => Level::WARNING,
                    Severity::Allow => Level::NOTE,
                };
                self.note(
                    &note(
                        file,
                        level,
                        Some(finding.code.as_str()),
                        &finding.message,
                        at.clone(),
                        help.as_deref(),
                    ),
                    out,
                );
            }
        }
    }
}

fn note<'n>(
    file: &'n DockerfileReport,
    level: Level<'n>,
    code: Option<&'n str>,
    message: &'n str,
    at: Range<usize>,
    help: Option<&'n str>,
) -> Note<'n> {
    Note {
        level,
        code,
        message,
        path: file.path.shown(),
        text: &file.text,
        at,
        help,
    }
}

/// The value of a reference with variables, which the message doesn't show.
fn resolved(judged: &JudgedSource, finding: &Finding) -> Option<String> {
    let source = &judged.source;
    (finding.severity > Severity::Allow && source.written != source.reference)
        .then(|| format!("`{}` is `{}` here", source.written, source.reference))
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
