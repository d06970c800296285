//! `fromtier check`: every source of every Dockerfile before the gate.

use std::path::{Path, PathBuf};

use fromtier_convert::{Options, PlannedSource, SourceKind, sources};
use fromtier_dockerfile::error::Error;
use fromtier_image::{ImageRef, Platform};
use fromtier_policy::gate::{ImageRequest, OtherRequest};
use fromtier_policy::{Day, Gate, Scope, Severity, Verdict};

use crate::args::{Check, Format};
use crate::files;
use crate::lookup::{Broken, Lookup};
use crate::output::exceptions::Stands;
use crate::output::{self, Style};
use crate::{CLEAN, FAILED, FINDINGS};

/// What was found in one Dockerfile.
#[derive(Debug)]
pub struct File {
    pub path: PathBuf,
    pub text: String,
    pub policies: Vec<PathBuf>,
    pub lock: Option<PathBuf>,
    /// Why it is no Dockerfile; then there are no sources.
    pub error: Option<Error>,
    pub sources: Vec<Judged>,
    /// How the exceptions of its policies stand, by its sources.
    pub exceptions: Vec<Stands>,
}

/// A source and what the gate says of it.
#[derive(Debug)]
pub struct Judged {
    pub source: PlannedSource,
    /// `None`: it hangs on a build argument that nobody gave.
    pub verdict: Option<Verdict>,
    /// The digest that the lock or the Dockerfile pins it to.
    pub pinned: Option<String>,
}

/// Why something could not be checked.
#[derive(Debug)]
pub enum Failure {
    Path { path: PathBuf, error: String },
    Setup(Broken),
}

/// All that is to be said.
#[derive(Debug, Default)]
pub struct Report {
    pub files: Vec<File>,
    pub failures: Vec<Failure>,
    /// Whole folders were checked, so that what isn't used there isn't used.
    pub folders: bool,
}

impl Report {
    fn severities(&self) -> impl Iterator<Item = Severity> {
        self.files
            .iter()
            .flat_map(|file| &file.sources)
            .filter_map(|judged| Some(judged.verdict.as_ref()?.severity))
    }

    /// How many sources are judged so.
    pub fn count(&self, severity: Severity) -> usize {
        self.severities().filter(|s| *s == severity).count()
    }

    /// How many hang on arguments that nobody gave.
    pub fn unknown(&self) -> usize {
        self.files
            .iter()
            .flat_map(|file| &file.sources)
            .filter(|judged| judged.verdict.is_none())
            .count()
    }

    /// How many files are no Dockerfiles.
    pub fn broken(&self) -> usize {
        self.files
            .iter()
            .filter(|file| file.error.is_some())
            .count()
    }

    fn code(&self, deny_warnings: bool) -> u8 {
        let refused = self.count(Severity::Deny) + self.broken();
        let warned = if deny_warnings {
            self.count(Severity::Warn) + self.unknown()
        } else {
            0
        };
        match (self.failures.is_empty(), refused + warned) {
            (false, _) => FAILED,
            (true, 0) => CLEAN,
            _ => FINDINGS,
        }
    }
}

/// Checks, and gives the text to print and the exit code.
pub fn run(args: &Check, today: Day, style: Style) -> (String, u8) {
    let report = check(args, today);
    let text = match args.format {
        Format::Human => output::human::render(&report, style),
        Format::Json => output::json::render(&report),
    };
    (text, report.code(args.deny_warnings))
}

fn check(args: &Check, today: Day) -> Report {
    let mut report = Report {
        folders: args.paths.iter().all(|path| path.is_dir()),
        ..Report::default()
    };
    let mut lookup = Lookup::new(args.policy.as_deref(), args.lock.as_deref(), today);
    let mut said: Vec<String> = Vec::new();
    for path in &args.paths {
        let found = match files::find(path) {
            Ok(found) if found.is_empty() => {
                let error = "no Dockerfile in there".to_owned();
                report.failures.push(Failure::Path {
                    path: path.clone(),
                    error,
                });
                continue;
            }
            Ok(found) => found,
            Err(error) => {
                report.failures.push(Failure::Path {
                    path: path.clone(),
                    error: error.to_string(),
                });
                continue;
            }
        };
        for path in found {
            if report.files.iter().any(|file| file.path == path) {
                continue;
            }
            let bytes = match std::fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    report.failures.push(Failure::Path {
                        path,
                        error: error.to_string(),
                    });
                    continue;
                }
            };
            match lookup.gate(&path) {
                Ok(found) => {
                    let mut file = judge(&path, &bytes, args, &found.gate);
                    file.policies.clone_from(&found.policies);
                    file.lock.clone_from(&found.lock);
                    let verdicts = file
                        .sources
                        .iter()
                        .filter_map(|judged| judged.verdict.as_ref());
                    let exceptions = found.gate.exceptions(verdicts);
                    let stand = |report| Stands::new(&report, args.policy.is_some());
                    file.exceptions = exceptions.into_iter().map(stand).collect();
                    report.files.push(file);
                }
                Err(broken) => {
                    // A policy that is wrong is wrong for every Dockerfile under it; once is enough.
                    let shown = format!("{broken:?}");
                    if !said.contains(&shown) {
                        said.push(shown);
                        report.failures.push(Failure::Setup(broken.clone()));
                    }
                }
            }
        }
    }
    report
}

fn judge(path: &Path, bytes: &[u8], args: &Check, gate: &Gate) -> File {
    let host = Platform::host();
    let options = Options {
        build_args: args.build_args.iter().cloned().collect(),
        target: args.target.clone().unwrap_or_default(),
        build_platforms: vec![host],
        ..Options::default()
    };
    let (sources, error) = match sources(bytes, &options) {
        Ok(sources) => (sources, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let shown = files::from_the_top(path);
    let sources = sources
        .into_iter()
        .filter(|source| source.needed || args.target.is_none())
        .map(|source| one(gate, shown.as_deref(), source))
        .collect();
    let text = String::from_utf8_lossy(bytes).into_owned();
    File {
        path: path.to_owned(),
        text,
        policies: Vec::new(),
        lock: None,
        error,
        sources,
        exceptions: Vec::new(),
    }
}

/// A variable that nobody has set leaves nothing, or something that is no reference: a build needs the argument.
pub fn hangs_on_argument(source: &PlannedSource) -> bool {
    source.written.contains('$')
        && (source.reference.is_empty()
            || source.kind == SourceKind::Image && ImageRef::parse(&source.reference).is_err())
}

/// Where in a build a source of a file is wanted, as far as it is known without one. `path` is the file's, from the top
/// of its repository.
pub fn scope_of<'a>(
    source: &'a PlannedSource,
    platform: Option<&'a Platform>,
    path: Option<&'a str>,
) -> Scope<'a> {
    Scope {
        stage: Some(&source.asks),
        ships: source.ships,
        platform,
        path,
    }
}

/// What the gate says of a source.
pub fn one(gate: &Gate, path: Option<&str>, source: PlannedSource) -> Judged {
    if hangs_on_argument(&source) {
        return Judged {
            source,
            verdict: None,
            pinned: None,
        };
    }
    let checksum = Some(source.checksum.as_str()).filter(|checksum| !checksum.is_empty());
    let url = source.reference.as_str();
    let other = match source.kind {
        SourceKind::Image => {
            let platform = Platform::parse(&source.platform).ok();
            let request = ImageRequest {
                reference: &source.reference,
                via: source.via,
                scope: scope_of(&source, platform.as_ref(), path),
            };
            let (verdict, pinned) = match gate.request(&request) {
                Ok(pass) => (
                    pass.verdict().clone(),
                    pass.pinned().map(|digest| digest.as_str().to_owned()),
                ),
                Err(denial) => (*denial.verdict, None),
            };
            return Judged {
                source,
                verdict: Some(verdict),
                pinned,
            };
        }
        SourceKind::Scratch => OtherRequest::Scratch,
        SourceKind::Git => OtherRequest::Git { url, checksum },
        SourceKind::Http => OtherRequest::Http { url, checksum },
    };
    let verdict = match gate.other(&other, &scope_of(&source, None, path)) {
        Ok(approved) => approved.verdict().clone(),
        Err(denial) => *denial.verdict,
    };
    Judged {
        source,
        verdict: Some(verdict),
        pinned: None,
    }
}
