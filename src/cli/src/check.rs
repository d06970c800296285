//! `fromtier check`: the verdict on every source of every Dockerfile.

use std::path::Path;

use fromtier_convert::{Options, sources};
use fromtier_image::Platform;
use fromtier_policy::Day;

use crate::args::CheckArgs;
use crate::exit::Exit;
use crate::files;
use crate::judge::judge_source;
use crate::lookup::{FoundGate, GateLookup, LoadError};
use crate::output;
use crate::report::{CheckReport, DockerfileReport, ExceptionUse};
use crate::values::Format;

/// Checks, and returns the text to print and how it ended.
pub fn run(args: &CheckArgs, today: Day) -> (String, Exit) {
    let report = check(args, today);
    let text = match args.format.format {
        Format::Human => output::human::render(&report),
        Format::Json => output::check_json::render(&report),
    };
    (text, report.exit(args.deny_warnings))
}

fn check(args: &CheckArgs, today: Day) -> CheckReport {
    let mut report = CheckReport {
        directories: args.paths.iter().all(|path| path.is_dir()),
        ..CheckReport::default()
    };
    let (policy, lock) = (args.policy.policy.as_deref(), args.lock.lock.as_deref());
    let mut lookup = GateLookup::new(policy, lock, today);
    for path in &args.paths {
        match files::dockerfiles(path) {
            Ok(found) => found
                .iter()
                .for_each(|path| check_file(path, args, &mut lookup, &mut report)),
            Err(error) => report.add_failure(LoadError::unreadable(path, error)),
        }
    }
    report
}

/// Reads and judges a Dockerfile, once.
fn check_file(
    path: &Path,
    args: &CheckArgs,
    lookup: &mut GateLookup<'_>,
    report: &mut CheckReport,
) {
    if report.files.iter().any(|file| file.path == path) {
        return;
    }
    match std::fs::read(path) {
        Err(error) => report.add_failure(LoadError::unreadable(path, error)),
        Ok(bytes) => match lookup.gate(path) {
            Err(error) => report.add_failure(error.clone()),
            Ok(found) => report.files.push(judge(path, &bytes, args, found)),
        },
    }
}

fn judge(path: &Path, bytes: &[u8], args: &CheckArgs, found: &FoundGate) -> DockerfileReport {
    let options = Options {
        build_args: args.build_args.build_args.iter().cloned().collect(),
        target: args.target.clone().unwrap_or_default(),
        build_platforms: vec![Platform::host()],
        ..Options::default()
    };
    let (sources, error) = match sources(bytes, &options) {
        Ok(sources) => (sources, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let path_in_repository = files::path_in_repository(path);
    let sources: Vec<_> = sources
        .into_iter()
        .filter(|source| source.needed || args.target.is_none())
        .map(|source| judge_source(&found.gate, path_in_repository.as_deref(), source))
        .collect();
    let verdicts = sources.iter().filter_map(|judged| judged.verdict.as_ref());
    let has_organization = args.policy.policy.is_some();
    let exceptions = found.gate.exceptions(verdicts);
    let exceptions = exceptions
        .iter()
        .map(|exception| ExceptionUse::new(exception, has_organization))
        .collect();
    DockerfileReport {
        path: path.to_owned(),
        text: String::from_utf8_lossy(bytes).into_owned(),
        policies: found.policies.clone(),
        lock: found.lock.clone(),
        error,
        sources,
        exceptions,
    }
}
