//! `fromtier check`: the verdict on every source of every Dockerfile.

use std::collections::HashSet;
use std::sync::Arc;

use fromtier_convert::{
    Options, PlannedSource, PlannedTrap, PlannedUser, sources, traps_of_invalid,
};
use fromtier_dockerfile::error::Error;
use fromtier_dockerfile::parser::requested_frontend;
use fromtier_image::{ImageRef, Platform};
use fromtier_policy::gate::{FrontendRequest, RequestedBy};
use fromtier_policy::{Check as PolicyCheck, Day, Gate, Scope, SettingKey};

use crate::args::CheckArgs;
use crate::disk::{FileKind, RootedPath};
use crate::exit::Exit;
use crate::files::{self, Search};
use crate::judge::{contacts, judge_source, judge_trap, needs_build_argument};
use crate::lookup::{FoundGate, GateLookup, LoadError};
use crate::output;
use crate::parallel;
use crate::report::{CheckReport, DockerfileReport, ExceptionUse, FileFinding, LeftOut};
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

/// The finding about the frontend that a build of this Dockerfile would request. As long as the policy doesn't say which
/// frontends are the organization's, one that is called `fromtier` is taken for its own.
fn other_frontend(
    text: &str,
    argument: Option<&str>,
    gate: &Gate,
    path: Option<&str>,
) -> Option<FileFinding> {
    let requested = requested_frontend(argument, text.as_bytes())?;
    let request = FrontendRequest {
        reference: &requested.value,
        by: match argument {
            Some(_) => RequestedBy::Argument,
            None => RequestedBy::Line,
        },
        this: None,
    };
    let scope = Scope {
        path,
        ..Scope::UNKNOWN
    };
    let finding = gate.other_frontend(&request, &scope)?;
    let image = ImageRef::parse(&requested.value).ok();
    let is_ours = |image: ImageRef| image.path().rsplit('/').next() == Some("fromtier");
    if !gate.has_frontends() && image.is_some_and(is_ours) {
        return None;
    }
    let line = requested.location.first();
    Some(FileFinding {
        finding,
        at: line.map(|range| output::line_of(text, range.start.line)),
    })
}

/// The findings about the user of the finished image.
fn final_user(text: &str, user: &PlannedUser, gate: &Gate, path: Option<&str>) -> Vec<FileFinding> {
    let scope = Scope {
        stage: Some(&user.policy_stage),
        ships: Some(true),
        platform: None,
        path,
    };
    let verdict = match gate.final_user(&user.user, &scope) {
        Ok(verdict) => verdict,
        Err(denial) => *denial.verdict,
    };
    let line = user.ranges.first();
    let at = line.map(|range| output::line_of(text, range.start.line));
    let findings = verdict.findings.into_iter();
    let findings = findings.map(|finding| FileFinding {
        finding,
        at: at.clone(),
    });
    findings.collect()
}

fn judge(path: &RootedPath, bytes: &[u8], args: &CheckArgs, found: &FoundGate) -> DockerfileReport {
    let options = Options {
        build_args: args.build_args.build_args.iter().cloned().collect(),
        target: args.target.clone().unwrap_or_default(),
        build_platforms: vec![Platform::host()],
        ..Options::default()
    };
    let (sources, traps, user, error) = match sources(bytes, &options) {
        Ok(plan) => (plan.sources, plan.traps, plan.user, plan.error),
        Err(error) => (Vec::new(), unplanned_traps(bytes), None, Some(error)),
    };
    // The reference is unknown because of the error, which is reported.
    let failed_line = error.as_ref().and_then(Error::line);
    let is_failed = |source: &PlannedSource| {
        let line = source.ranges.first().map(|range| range.start.line);
        line == failed_line && needs_build_argument(source)
    };
    let text = String::from_utf8_lossy(bytes).into_owned();
    let path_in_repository = files::path_in_repository(path);
    let argument = options.build_args.get("BUILDKIT_SYNTAX");
    let frontend = other_frontend(
        &text,
        argument.map(String::as_str),
        &found.gate,
        path_in_repository.as_deref(),
    );
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
    let not_judged = found.gate.build_only_settings();
    let is_judged =
        |key: &SettingKey| user.is_some() && *key == SettingKey::Check(PolicyCheck::FinalUser);
    let not_judged = not_judged.iter().filter(|key| !is_judged(key));
    let not_judged = not_judged.map(ToString::to_string).collect();
    let user =
        user.map(|user| final_user(&text, &user, &found.gate, path_in_repository.as_deref()));
    let mut report = DockerfileReport {
        path: path.clone(),
        text,
        policies: found.policies.clone(),
        lock: found.lock.as_ref().map(|lock| lock.shown().to_owned()),
        error,
        findings: frontend
            .into_iter()
            .chain(user.into_iter().flatten())
            .collect(),
        not_judged: Some(not_judged),
        contacts: Vec::new(),
        sources,
        traps,
        exceptions,
    };
    report.contacts = contacts(&found.gate, report.refusals());
    report
}
