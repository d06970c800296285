//! `fromtier policy check`: what is wrong with a policy, and what is odd.

use std::path::PathBuf;

use annotate_snippets::Level;
use fromtier_policy::{Day, Policy, PolicyError};
use serde_json::{Value, json};

use super::args::Check;
use super::files;
use crate::args::Format;
use crate::lookup::{Broken, read};
use crate::output::printer::Printer;
use crate::output::{Style, counted, json, position};
use crate::{CLEAN, FAILED, FINDINGS};

/// One policy, and what is to be said of it.
#[derive(Debug)]
struct File {
    path: PathBuf,
    text: String,
    errors: Vec<PolicyError>,
    warnings: Vec<PolicyError>,
}

pub fn run(args: &Check, today: Day, style: Style) -> (String, u8) {
    let (files, failures) = check(&args.files, today);
    let errors: usize = files.iter().map(|file| file.errors.len()).sum();
    let warnings: usize = files.iter().map(|file| file.warnings.len()).sum();
    let text = match args.format {
        Format::Human => human(&files, &failures, style),
        Format::Json => document(&files, &failures, errors, warnings),
    };
    let code = match (failures.is_empty(), errors, args.deny_warnings, warnings) {
        (false, ..) => FAILED,
        (true, 0, false, _) | (true, 0, true, 0) => CLEAN,
        _ => FINDINGS,
    };
    (text, code)
}

fn check(paths: &[PathBuf], today: Day) -> (Vec<File>, Vec<Broken>) {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    for path in files::policies(paths) {
        // The text is wanted whether or not it is a policy.
        let text = path.and_then(|path| Ok((read(&path, |_, text| Ok(text.to_owned()))?, path)));
        let (text, path): (String, PathBuf) = match text {
            Ok(found) => found,
            Err(broken) => {
                failures.push(broken);
                continue;
            }
        };
        let (errors, warnings) = match Policy::parse(&path.display().to_string(), &text) {
            Ok(policy) => (Vec::new(), policy.advice(today)),
            Err(errors) => (errors, Vec::new()),
        };
        files.push(File {
            path,
            text,
            errors,
            warnings,
        });
    }
    (files, failures)
}

fn human(files: &[File], failures: &[Broken], style: Style) -> String {
    let printer = Printer::new(style);
    let mut out = String::new();
    for file in files {
        for error in &file.errors {
            printer.policy_error(Level::ERROR, &file.text, error, &mut out);
        }
        for warning in &file.warnings {
            printer.policy_error(Level::WARNING, &file.text, warning, &mut out);
        }
    }
    for failure in failures {
        printer.broken(failure, &mut out);
    }
    for file in files {
        let said: Vec<String> = [
            (file.errors.len(), "error"),
            (file.warnings.len(), "warning"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| counted(number, what))
        .collect();
        let said = match said.is_empty() {
            true => "nothing wrong".to_owned(),
            false => said.join(", "),
        };
        out.push_str(&format!("{}: {said}\n", file.path.display()));
    }
    out
}

fn document(files: &[File], failures: &[Broken], errors: usize, warnings: usize) -> String {
    let list = |file: &File, said: &[PolicyError]| -> Vec<Value> {
        said.iter()
            .map(|error| {
                let (end_line, end_column) = position(&file.text, error.span.end);
                json!({
                    "message": error.message,
                    "help": error.help,
                    "line": error.line,
                    "column": error.column,
                    "end_line": end_line,
                    "end_column": end_column,
                })
            })
            .collect()
    };
    let document = json!({
        "version": 1,
        "files": files.iter().map(|file| json!({
            "file": file.path.display().to_string(),
            "errors": list(file, &file.errors),
            "warnings": list(file, &file.warnings),
        })).collect::<Vec<_>>(),
        "failures": failures.iter().flat_map(json::broken).collect::<Vec<_>>(),
        "summary": {"files": files.len(), "errors": errors, "warnings": warnings},
    });
    format!("{document:#}\n")
}
