//! `fromtier policy check`: errors and questionable rules in policies.

use std::path::PathBuf;

use annotate_snippets::Level;
use fromtier_policy::{Code, Day, PolicyError};
use serde_json::{Value, json};

use super::args::PolicyCheckArgs;
use super::files;
use crate::exit::Exit;
use crate::lookup::{LoadError, Texts, named_file, read_policy};
use crate::output::printer::Printer;
use crate::output::terminal::shown_path;
use crate::output::{counted, json};
use crate::values::Format;

/// One policy with its errors and warnings.
#[derive(Debug)]
struct PolicyReport {
    path: PathBuf,
    /// Its text, and those of the policies that it extends.
    texts: Texts,
    errors: Vec<PolicyError>,
    warnings: Vec<PolicyError>,
}

/// Checks policies, and returns the text to print and how it ended.
pub fn run(args: &PolicyCheckArgs, today: Day) -> (String, Exit) {
    let (files, failures) = check(args, today);
    let errors: usize = files.iter().map(|file| file.errors.len()).sum();
    let warnings: usize = files.iter().map(|file| file.warnings.len()).sum();
    let text = match args.format.format {
        Format::Human => human(&files, &failures),
        Format::Json => document(&files, &failures, errors, warnings),
    };
    let findings = errors + if args.deny_warnings { warnings } else { 0 };
    (text, Exit::of(!failures.is_empty(), findings))
}

fn check(args: &PolicyCheckArgs, today: Day) -> (Vec<PolicyReport>, Vec<LoadError>) {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    let organization = match args.policy.as_deref().map(named_file).transpose() {
        Ok(organization) => organization,
        Err(broken) => return (files, vec![broken]),
    };
    for path in files::policies(&args.files) {
        let read = path.map(|path| (read_policy(&path, organization.as_ref()), path));
        let (texts, errors, warnings, path) = match read {
            Ok((Ok((policy, texts)), path)) => (texts, Vec::new(), policy.advice(today), path),
            Ok((Err(LoadError::Invalid { texts, errors, .. }), path)) => {
                (texts, errors, Vec::new(), path)
            }
            Ok((Err(broken), _)) | Err(broken) => {
                failures.push(broken);
                continue;
            }
        };
        files.push(PolicyReport {
            path: path.shown().to_owned(),
            texts,
            errors,
            warnings,
        });
    }
    (files, failures)
}

fn human(files: &[PolicyReport], failures: &[LoadError]) -> String {
    let printer = Printer::new();
    let mut out = String::new();
    for file in files {
        for error in &file.errors {
            let code = Some(Code::InvalidPolicy);
            printer.policy_error(Level::ERROR, code, &file.texts, error, &mut out);
        }
        for warning in &file.warnings {
            printer.policy_error(Level::WARNING, None, &file.texts, warning, &mut out);
        }
    }
    for failure in failures {
        printer.load_error(failure, &mut out);
    }
    for file in files {
        let parts: Vec<String> = [
            (file.errors.len(), "error"),
            (file.warnings.len(), "warning"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| counted(number, what))
        .collect();
        let parts = if parts.is_empty() {
            "no errors".to_owned()
        } else {
            parts.join(", ")
        };
        out.push_str(&format!("{}: {parts}\n", shown_path(&file.path)));
    }
    out
}

fn document(
    files: &[PolicyReport],
    failures: &[LoadError],
    errors: usize,
    warnings: usize,
) -> String {
    let list = |file: &PolicyReport, code: Option<Code>, problems: &[PolicyError]| -> Vec<Value> {
        let problems = problems.iter();
        let problem = |error| json::policy_error(&file.texts, code, error);
        problems.map(problem).collect()
    };
    json::document(json!({
        "files": files.iter().map(|file| json!({
            "file": json::path(&file.path),
            "errors": list(file, Some(Code::InvalidPolicy), &file.errors),
            "warnings": list(file, None, &file.warnings),
        })).collect::<Vec<_>>(),
        "failures": json::failures(failures),
        "summary": {"files": files.len(), "errors": errors, "warnings": warnings},
    }))
}
