//! `fromtier policy test`: compares a policy with a table of expected verdicts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fromtier_image::{Digest, ImageRef, Platform};
use fromtier_policy::expectations::{Expectation, Expectations, ExpectedVerdict, Subject};
use fromtier_policy::gate::{ImageRequest, Resolved, SourceRequest};
use fromtier_policy::{Code, Day, Finding, Gate, JudgedKind, Lock, Scope, Severity, Verdict};
use serde_json::{Value, json};

use super::args::PolicyTestArgs;
use super::files;
use crate::disk::{FileKind, RootedPath};
use crate::exit::Exit;
use crate::lookup::{LOCK, LoadError, named_file, read, read_policy};
use crate::output::printer::Printer;
use crate::output::style::{self, paint};
use crate::output::terminal::shown_path;
use crate::output::{counted, json};
use crate::values::Format;

/// A table with the results of its rows.
#[derive(Debug)]
struct Outcome {
    table: PathBuf,
    policy: PathBuf,
    rows: Vec<(Expectation, Actual)>,
}

/// The gate's answer to a row.
#[derive(Debug, Clone)]
struct Actual {
    verdict: Severity,
    code: Option<Code>,
    rewritten: Option<String>,
    suggestion: Option<String>,
    pull: Option<String>,
    findings: Vec<Finding>,
}

/// A key of a row whose value is not the expected one; one of the two may be missing.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    key: &'static str,
    expected: Option<String>,
    actual: Option<String>,
}

/// Tests policies, and returns the text to print and how it ended.
pub fn run(args: &PolicyTestArgs, today: Day) -> (String, Exit) {
    let mut outcomes = Vec::new();
    let mut failures = Vec::new();
    for path in files::tables(&args.files) {
        match path.and_then(|path| run_table(&path, args, today)) {
            Ok(outcome) => outcomes.push(outcome),
            Err(broken) => failures.push(broken),
        }
    }
    let failed = outcomes.iter().map(Outcome::failed).sum::<usize>();
    let text = match args.format.format {
        Format::Human => human(&outcomes, &failures),
        Format::Json => document(&outcomes, &failures),
    };
    (text, Exit::of(!failures.is_empty(), failed))
}

impl Outcome {
    fn failed(&self) -> usize {
        self.rows
            .iter()
            .filter(|(row, actual)| !differences(&row.expected, actual).is_empty())
            .count()
    }
}

fn run_table(path: &RootedPath, args: &PolicyTestArgs, today: Day) -> Result<Outcome, LoadError> {
    let table = read(path, FileKind::Table, Expectations::parse)?;
    let path_beside_table = |name: &str| {
        let found = path.resolve(Path::new(name));
        found.map_err(|error| LoadError::unreadable(Path::new(name), error))
    };
    let named = table.policy.clone();
    let named = named.or_else(|| files::policy_name(path.shown()));
    let policy_path = path_beside_table(named.as_deref().unwrap_or(files::ORGANIZATION))?;
    let organization = args.policy.as_deref().map(named_file).transpose()?;
    let (policy, _) = read_policy(&policy_path, organization.as_ref())?;
    let organization = organization
        .map(|path| read_policy(&path, None).map(|(policy, _)| policy))
        .transpose()?;
    let lock = match &table.lock {
        Some(name) => Some(path_beside_table(name)?),
        None => Some(path.sibling(LOCK)).filter(RootedPath::exists),
    };
    let lock = lock.map(|path| read(&path, FileKind::LockFile, Lock::parse));
    let lock = lock.transpose()?;
    let day = args.today.or(table.today).unwrap_or(today);
    let mut gates: BTreeMap<Day, Gate> = BTreeMap::new();
    let rows = table
        .entries
        .into_iter()
        .map(|row| {
            let day = row.today.unwrap_or(day);
            let gate = gates.entry(day).or_insert_with(|| {
                Gate::new(
                    organization.clone(),
                    Some(policy.clone()),
                    lock.clone(),
                    day,
                )
            });
            let actual = judge(gate, &row);
            (row, actual)
        })
        .collect();
    Ok(Outcome {
        table: path.shown().to_owned(),
        policy: policy_path.shown().to_owned(),
        rows,
    })
}

fn judge(gate: &Gate, row: &Expectation) -> Actual {
    let other = match &row.subject {
        Subject::Image(image) if image == "scratch" => SourceRequest::Scratch,
        Subject::Image(image) => return judge_image(gate, row, image),
        Subject::Git(url, checksum) => SourceRequest::Git {
            url,
            checksum: checksum.as_deref(),
        },
        Subject::Http(url, checksum) => SourceRequest::Http {
            url,
            checksum: checksum.as_deref(),
        },
    };
    let platform = platform_of(row);
    match gate.source(&other, &scope(row, &platform)) {
        Ok(approved) => Actual::new(approved.verdict(), None),
        Err(denial) => Actual::new(&denial.verdict, None),
    }
}

fn judge_image(gate: &Gate, row: &Expectation, image: &str) -> Actual {
    let platform = platform_of(row);
    let request = ImageRequest {
        reference: image,
        via: row.via,
        scope: scope(row, &platform),
    };
    let admitted = gate.request(&request).and_then(|pass| {
        let pull = pass.pull().to_string();
        let Some(config) = &row.config else {
            return Ok((pass.verdict().clone(), pull));
        };
        // The registry's answer, as the row describes it. The digest doesn't matter.
        let digest = pass.pinned().cloned();
        let digest = digest.unwrap_or_else(|| Digest::sha256(pull.as_bytes()));
        let resolved = Resolved {
            reference: pass.pull(),
            digest: Some(&digest),
            config,
        };
        let approved = gate.admit(&pass, &resolved)?;
        Ok((approved.verdict().clone(), pull))
    });
    match admitted {
        Ok((verdict, pull)) => Actual::new(&verdict, Some(pull)),
        Err(denial) => Actual::new(&denial.verdict, None),
    }
}

fn platform_of(row: &Expectation) -> Platform {
    // The table was validated when it was read.
    let platform = row.platform.as_deref();
    platform
        .and_then(|text| Platform::parse(text).ok())
        .unwrap_or_else(Platform::host)
}

fn scope<'a>(row: &'a Expectation, platform: &'a Platform) -> Scope<'a> {
    Scope {
        platform: Some(platform),
        path: row.file.as_deref(),
        ..Scope::of_stage(row.stage.as_deref())
    }
}

impl Actual {
    fn new(verdict: &Verdict, pull: Option<String>) -> Actual {
        let worst = |finding: &&Finding| finding.severity == verdict.severity;
        Actual {
            verdict: verdict.severity,
            code: verdict
                .findings
                .iter()
                .find(worst)
                .map(|finding| finding.code),
            rewritten: verdict.rewritten.as_ref().map(ImageRef::familiar),
            suggestion: verdict
                .findings
                .iter()
                .filter(worst)
                .find_map(|finding| finding.suggestion.clone()),
            pull,
            findings: verdict.findings.clone(),
        }
    }

    /// Whether this is one of the codes that made the verdict.
    fn is_caused_by(&self, code: Code) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == self.verdict && finding.code == code)
    }
}

/// The keys in which the gate decides otherwise. Images are compared as images, not as texts.
fn differences(expected: &ExpectedVerdict, actual: &Actual) -> Vec<Difference> {
    let mut differences = Vec::new();
    if expected.verdict != actual.verdict {
        differences.push(Difference {
            key: "expect",
            expected: Some(expected.verdict.key().to_owned()),
            actual: Some(actual.verdict.key().to_owned()),
        });
        // The code is the reason, even if the row doesn't name one.
        if expected.code.is_none() && actual.code.is_some() {
            differences.push(Difference {
                key: "code",
                expected: None,
                actual: actual.code.map(|code| code.to_string()),
            });
        }
    }
    if let Some(code) = expected.code.filter(|code| !actual.is_caused_by(*code)) {
        differences.push(Difference {
            key: "code",
            expected: Some(code.to_string()),
            actual: actual.code.map(|code| code.to_string()),
        });
    }
    for (key, expected, actual) in [
        ("rewritten", &expected.rewritten, &actual.rewritten),
        ("suggestion", &expected.suggestion, &actual.suggestion),
        ("pull", &expected.pull, &actual.pull),
    ] {
        let Some(wanted) = expected else { continue };
        if actual.as_deref().map(full) != Some(full(wanted)) {
            differences.push(Difference {
                key,
                expected: Some(wanted.clone()),
                actual: actual.clone(),
            });
        }
    }
    differences
}

/// `docker.io/library/node:22` for `node:22`; a text that is not a valid reference stays as it is.
fn full(reference: &str) -> String {
    ImageRef::parse(reference).map_or_else(
        |_| reference.to_owned(),
        |image| image.tag_name_only().to_string(),
    )
}

fn human(outcomes: &[Outcome], failures: &[LoadError]) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        for (row, actual) in &outcome.rows {
            let differences = differences(&row.expected, actual);
            if !differences.is_empty() {
                out.push_str(&diff(row, actual, &differences));
                out.push('\n');
            }
        }
    }
    let printer = Printer::new();
    for failure in failures {
        printer.load_error(failure, &mut out);
    }
    for outcome in outcomes {
        let rows = counted(outcome.rows.len(), "row");
        let result = match outcome.failed() {
            0 if outcome.rows.len() == 1 => "it passes".to_owned(),
            0 => "all pass".to_owned(),
            1 => "1 fails".to_owned(),
            failed => format!("{failed} fail"),
        };
        out.push_str(&format!(
            "{}: {rows}: {result}\n",
            shown_path(&outcome.table)
        ));
    }
    out
}

/// A row that fails, as a diff of the table.
fn diff(row: &Expectation, actual: &Actual, differences: &[Difference]) -> String {
    let (key, source) = row.subject.key();
    let mut lines = vec![format!(
        "{}: {}: the policy decides otherwise{}",
        paint(style::ERROR, "fails"),
        paint(style::BOLD, &row.place.to_string()),
        row.note
            .as_ref()
            .map(|why| format!(" ({why})"))
            .unwrap_or_default(),
    )];
    lines.push(format!("    {key}: {source}"));
    let changed = |key: &str| differences.iter().find(|difference| difference.key == key);
    let kept = [
        ("expect", Some(row.expected.verdict.key())),
        ("code", row.expected.code.map(Code::as_str)),
        ("rewritten", row.expected.rewritten.as_deref()),
        ("suggestion", row.expected.suggestion.as_deref()),
        ("pull", row.expected.pull.as_deref()),
    ];
    for (key, value) in kept {
        match (changed(key), value) {
            (Some(difference), _) => {
                if let Some(expected) = &difference.expected {
                    lines.push(paint(style::ERROR, &format!("  - {key}: {expected}")));
                }
                if let Some(actual) = &difference.actual {
                    lines.push(paint(style::GOOD, &format!("  + {key}: {actual}")));
                }
            }
            (None, Some(value)) => lines.push(format!("    {key}: {value}")),
            (None, None) => {}
        }
    }
    for finding in &actual.findings {
        lines.push(format!("    {}: {}", finding.code, finding.message));
        if let Some(help) = &finding.help {
            lines.push(format!("    help: {help}"));
        }
    }
    lines.join("\n") + "\n"
}

fn document(outcomes: &[Outcome], failures: &[LoadError]) -> String {
    let full = |reference: &Option<String>| reference.as_deref().map(full);
    let row = |(row, actual): &(Expectation, Actual)| -> Value {
        let (kind, reference) = match row.subject.key() {
            ("image", "scratch") => (JudgedKind::Scratch.key(), "scratch"),
            subject => subject,
        };
        json!({
            "line": row.place.line,
            "column": row.place.column,
            "kind": kind,
            "via": matches!(row.subject, Subject::Image(_)).then(|| row.via.key()),
            "stage": row.stage,
            "reference": reference,
            "note": row.note,
            "passed": differences(&row.expected, actual).is_empty(),
            "expected": {
                "verdict": row.expected.verdict.key(),
                "code": row.expected.code.map(Code::as_str),
                "rewritten": full(&row.expected.rewritten),
                "suggestion": row.expected.suggestion,
                "resolved": full(&row.expected.pull),
            },
            "actual": {
                "verdict": actual.verdict.key(),
                "code": actual.code.map(Code::as_str),
                "rewritten": full(&actual.rewritten),
                "suggestion": actual.suggestion,
                "resolved": full(&actual.pull),
                "findings": json::findings(&actual.findings),
            },
        })
    };
    json::document(json!({
        "tables": outcomes.iter().map(|outcome| json!({
            "file": json::path(&outcome.table),
            "policies": [json::path(&outcome.policy)],
            "rows": outcome.rows.iter().map(row).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "failures": json::failures(failures),
        "summary": {
            "tables": outcomes.len(),
            "rows": outcomes.iter().map(|outcome| outcome.rows.len()).sum::<usize>(),
            "failed": outcomes.iter().map(Outcome::failed).sum::<usize>(),
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> ExpectedVerdict {
        ExpectedVerdict {
            verdict: Severity::Deny,
            code: Some(Code::CommunityImage),
            rewritten: None,
            suggestion: Some("docker.io/library/node:22-alpine".into()),
            pull: None,
        }
    }

    fn actual() -> Actual {
        Actual {
            verdict: Severity::Deny,
            code: Some(Code::CommunityImage),
            rewritten: Some("node:22".into()),
            suggestion: Some("node:22-alpine".into()),
            pull: None,
            findings: vec![Finding {
                code: Code::CommunityImage,
                severity: Severity::Deny,
                message: String::new(),
                help: None,
                suggestion: None,
                owner: None,
            }],
        }
    }

    #[test]
    fn images_are_compared_by_identity_and_unset_columns_are_not_compared() {
        assert_eq!(differences(&expected(), &actual()), []);
    }

    #[test]
    fn every_difference_is_reported() {
        let other = ExpectedVerdict {
            verdict: Severity::Warn,
            code: Some(Code::VerifiedPublisherImage),
            rewritten: Some("node:24".into()),
            pull: Some("node:24".into()),
            ..expected()
        };
        let keys: Vec<&str> = differences(&other, &actual())
            .iter()
            .map(|d| d.key)
            .collect();
        assert_eq!(keys, ["expect", "code", "rewritten", "pull"]);
    }
}
