//! For people: the findings, then which policies applied, whom to ask, where to read more, and a summary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fromtier_dockerfile::visible::visible;
use fromtier_policy::{Severity, explain_lines};

use super::findings::codes;
use super::printer::Printer;
use super::terminal::shown_path;
use super::{counted, exceptions};
use crate::report::{CheckReport, DockerfileReport, LeftOut};

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
        out.push_str(&policies(&report.files));
        out.push_str(&not_judged(&report.files));
        out.push_str(&contacts(
            report.files.iter().flat_map(|file| &file.contacts),
        ));
        out.push_str(&explain(codes(&report.files)));
        out.push_str(&summary(report));
    }
    out
}

/// Whom to ask, if anything is refused and a policy says it.
pub fn contacts<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    let names: BTreeSet<&String> = names.into_iter().collect();
    let line = |name: &&String| format!("contact: {}\n", visible(name));
    names.iter().map(line).collect()
}

/// Where to read more about codes; empty if there are none.
pub fn explain<'c>(codes: impl IntoIterator<Item = &'c str>) -> String {
    let codes: BTreeSet<&str> = codes.into_iter().collect();
    if codes.is_empty() {
        return String::new();
    }
    let codes: Vec<&str> = codes.into_iter().collect();
    format!("{}\n", explain_lines(&codes))
}

/// Which policies applied: one line for each combination, with its files if there are several.
pub fn policies(files: &[DockerfileReport]) -> String {
    let mut found: BTreeMap<&[PathBuf], usize> = BTreeMap::new();
    for file in files {
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

/// The settings that were not judged, so that they don't pass for checked.
fn not_judged(files: &[DockerfileReport]) -> String {
    let lists = files.iter().filter_map(|file| file.not_judged.as_ref());
    let settings: BTreeSet<&str> = lists.flatten().map(String::as_str).collect();
    if settings.is_empty() {
        return String::new();
    }
    let settings: Vec<&str> = settings.into_iter().collect();
    format!("not judged, as only a build can: {}\n", settings.join(", "))
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
        (report.broken(), "broken"),
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
    let traps = match report.traps() {
        0 => String::new(),
        traps => format!(", {}", counted(traps, "trap")),
    };
    format!(
        "{}, {}{traps}: {verdict}{}\n",
        counted(report.files.len(), "file"),
        counted(sources, "source"),
        left_out(report.left_out)
    )
}
