//! `fromtier check`: the verdict on every source of every Dockerfile.

use std::collections::HashSet;
use std::sync::Arc;

use fromtier_convert::{Options, PlannedSource, PlannedTrap, sources, traps_of_invalid};
use fromtier_dockerfile::error::{Error, Origin};
use fromtier_dockerfile::parser::detect_syntax;
use fromtier_image::ImageRef;
use fromtier_image::Platform;
use fromtier_policy::{Day, Gate, Severity};

use crate::args::CheckArgs;
use crate::disk::{FileKind, RootedPath};
use crate::exit::Exit;
use crate::files::{self, Search};
use crate::judge::{judge_source, judge_trap, needs_build_argument};
use crate::lookup::{FoundGate, GateLookup, LoadError};
use crate::output;
use crate::parallel;
use crate::report::{CheckReport, DockerfileReport, ExceptionUse, JudgedSource, LeftOut};
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
    let lookup = GateLookup::new(policy, lock, today);
    let mut search = Search::default();
    for path in &args.paths {
        search.add_some(path, &args.search);
    }
    let mut seen = HashSet::new();
    let mut dockerfiles = search.dockerfiles;
    dockerfiles.retain(|dockerfile| seen.insert(dockerfile.absolute()));
    lookup.find_policies(&dockerfiles);
    let checked = parallel::map_on_all_cores(&dockerfiles, |path| check_file(path, args, &lookup));
    // A policy that is not valid fails every Dockerfile below it.
    let mut failures = HashSet::new();
    for checked in checked {
        match checked {
            Ok((file, found)) => {
                report.policy_texts.extend(found.texts.clone());
                report.files.push(file);
            }
            Err(failure) if failures.insert(failure.clone()) => report.failures.push(failure),
            Err(_) => {}
        }
    }
    report.left_out = LeftOut {
        lookalikes: search.lookalikes,
        excluded: search.excluded,
    };
    report.failures.extend(search.failures);
    report
}

/// Reads and judges a Dockerfile.
fn check_file(
    path: &RootedPath,
    args: &CheckArgs,
    lookup: &GateLookup,
) -> Result<(DockerfileReport, Arc<FoundGate>), LoadError> {
    let bytes = path.read(FileKind::Dockerfile);
    let bytes = bytes.map_err(|error| LoadError::unreadable(path.shown(), error))?;
    let found = lookup.gate(path)?;
    Ok((judge(path, &bytes, args, &found), found))
}

/// The traps because of which a file isn't valid: its stages are unknown.
fn unplanned_traps(bytes: &[u8]) -> Vec<PlannedTrap> {
    let plan = |found| PlannedTrap {
        found,
        policy_stage: None,
        ships: None,
        needed: true,
    };
    traps_of_invalid(bytes).into_iter().map(plan).collect()
}

/// The error of a `# syntax=` line that names another frontend. As long as no policy says which frontends are the organization's,
/// one that is called `fromtier` is taken for its own.
fn other_frontend(bytes: &[u8], gate: &Gate) -> Option<Error> {
    let line = detect_syntax(bytes)?;
    let finding = gate.other_frontend(&line.value, None)?;
    let image = ImageRef::parse(line.value.split_whitespace().next()?).ok();
    let is_ours = |image: ImageRef| image.path().rsplit('/').next() == Some("fromtier");
    if !gate.has_frontends() && image.is_some_and(is_ours) {
        return None;
    }
    let error = Error {
        origin: Origin::Fromtier(finding.code.as_str()),
        help: finding.help.map(String::into_boxed_str),
        ..Error::new(finding.message)
    };
    Some(error.at(&line.location))
}

/// Whom to ask about what is refused.
fn contacts(gate: &Gate, sources: &[JudgedSource]) -> Vec<String> {
    let verdicts = sources.iter().filter_map(|source| source.verdict.as_ref());
    let findings = verdicts.flat_map(|verdict| &verdict.findings);
    let refusals = findings.filter(|finding| finding.severity == Severity::Deny);
    let deciders: Vec<_> = refusals.map(|finding| finding.owner).collect();
    let contacts = gate.contacts(&deciders).into_iter();
    contacts.map(str::to_owned).collect()
}

fn judge(path: &RootedPath, bytes: &[u8], args: &CheckArgs, found: &FoundGate) -> DockerfileReport {
    let options = Options {
        build_args: args.build_args.build_args.iter().cloned().collect(),
        target: args.target.clone().unwrap_or_default(),
        build_platforms: vec![Platform::host()],
        ..Options::default()
    };
    let (sources, traps, error) = match sources(bytes, &options) {
        Ok(plan) => (
            plan.sources,
            plan.traps,
            plan.error.or_else(|| other_frontend(bytes, &found.gate)),
        ),
        Err(error) => (Vec::new(), unplanned_traps(bytes), Some(error)),
    };
    // The reference is unknown because of the error, which is reported.
    let failed_line = error.as_ref().and_then(Error::line);
    let is_failed = |source: &PlannedSource| {
        let line = source.ranges.first().map(|range| range.start.line);
        line == failed_line && needs_build_argument(source)
    };
    let path_in_repository = files::path_in_repository(path);
    let sources: Vec<_> = sources
        .into_iter()
        .filter(|source| (source.needed || args.target.is_none()) && !is_failed(source))
        .map(|source| judge_source(&found.gate, path_in_repository.as_deref(), source))
        .collect();
    let traps = (traps.into_iter())
        .filter(|trap| trap.needed || args.target.is_none())
        .filter_map(|trap| judge_trap(&found.gate, path_in_repository.as_deref(), trap))
        .collect();
    let verdicts = sources.iter().filter_map(|judged| judged.verdict.as_ref());
    let has_organization = args.policy.policy.is_some();
    let exceptions = found.gate.exceptions(verdicts);
    let exceptions = exceptions
        .iter()
        .map(|exception| ExceptionUse::new(exception, has_organization))
        .collect();
    DockerfileReport {
        path: path.clone(),
        text: String::from_utf8_lossy(bytes).into_owned(),
        policies: found.policies.clone(),
        lock: found.lock.as_ref().map(|lock| lock.shown().to_owned()),
        error,
        contacts: contacts(&found.gate, &sources),
        sources,
        traps,
        exceptions,
    }
}
