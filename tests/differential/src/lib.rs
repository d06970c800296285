//! Runs two frontends on every case of a corpus and reports the differences.

mod forged;
pub mod generate;
pub mod planted;
pub mod shrunk;

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use fromtier_buildkit_double::compare::{Difference, Intended, Pins, Rule, compare, without_end};
use fromtier_buildkit_double::run::{run_blocking, run_blocking_within};
use fromtier_buildkit_double::{Case, Outcome, Recording};

/// A case with its place in the corpus: `run/heredoc`.
#[derive(Debug)]
pub struct Named {
    /// Folder and name, without the extension.
    pub name: String,
    /// The case.
    pub case: Case,
}

/// All cases below a folder whose names contain one of `patterns` (all if there are none), by name.
///
/// # Errors
/// A message: a folder that cannot be read, a case that is wrong.
pub fn corpus(folder: &Path, patterns: &[String]) -> Result<Vec<Named>, String> {
    let mut files = Vec::new();
    find(folder, &mut files)?;
    files.sort();
    let surroundings = Surroundings::read(folder)?;
    let mut out = Vec::new();
    for file in files {
        let name = file.strip_prefix(folder).unwrap_or(&file);
        let name = name.with_extension("").to_string_lossy().into_owned();
        if name == "world" || !(patterns.is_empty() || patterns.iter().any(|p| name.contains(p))) {
            continue;
        }
        let case = Case::read(&file).map_err(|err| err.to_string())?;
        out.push(Named {
            name,
            case: surroundings.around(case),
        });
    }
    Ok(out)
}

/// The images and the policy that all cases of a corpus share.
#[derive(Debug)]
pub struct Surroundings {
    world: Case,
    policy: String,
}

impl Surroundings {
    /// Reads `world.case` and `allow-all.yaml`.
    ///
    /// # Errors
    /// A message.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let policy = folder.join("allow-all.yaml");
        Ok(Self {
            world: Case::read(&folder.join("world.case")).map_err(|err| err.to_string())?,
            policy: std::fs::read_to_string(&policy)
                .map_err(|err| format!("{}: {err}", policy.display()))?,
        })
    }

    /// The case with the shared images, and the policy that allows everything.
    pub fn around(&self, mut case: Case) -> Case {
        case.images.add_missing(&self.world.images);
        if !case.own_policy {
            case.insert_beside_dockerfile(".fromtier.yaml", &self.policy);
        }
        case
    }
}

fn find(folder: &Path, out: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries =
        std::fs::read_dir(folder).map_err(|err| format!("{}: {err}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|err| err.to_string())?.path();
        if path.is_dir() {
            find(&path, out)?;
        } else if path.extension().is_some_and(|ending| ending == "case") {
            out.push(path);
        }
    }
    Ok(())
}

/// Two frontends' runs of a case.
#[derive(Debug)]
pub struct Pair {
    /// The case.
    pub name: String,
    /// The first frontend's run.
    pub left: Recording,
    /// The second one's.
    pub right: Recording,
    /// The differences that are not intended.
    pub differences: Vec<Difference>,
    /// The intended differences, each with its reason.
    pub intended: Vec<(Difference, String)>,
    /// How often the first frontend was run again because its answer differed.
    pub again: usize,
}

impl Pair {
    /// Whether both frontends had to be killed. Their recordings depend on the timing alone.
    pub fn neither_ended(&self) -> bool {
        self.left.exit_code.is_none() && self.right.exit_code.is_none()
    }
}

/// How often the reference is run again on a case that differs.
///
/// Some of its output depends on the order of Go's maps or on which of two requests is answered first. Every answer that it
/// gives at some time is right.
const AGAIN: usize = 40;

/// How long a frontend may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the first frontend may take where it is expected to run forever: many times longer than any case takes, and short
/// enough that it doesn't fill the memory.
const NO_END: Duration = Duration::from_secs(3);

/// The path of the rule that images of options are compared by their digest.
const PINNED: &str = "images of options by digest";

/// The prefix of differences about an image that only a trigger needs, which the reference never requests.
const LATE: &str = "only a trigger needs it/";

/// The prefix of differences about warnings that only the second frontend gives, in a build for several platforms that both
/// refuse.
const TOO_LATE: &str = "refused for several platforms/";

/// Runs both frontends on a case; the first one up to `again` times more, until all differences are intended.
///
/// # Errors
/// If a frontend cannot be started.
pub fn run_pair(
    named: Named,
    left: &Path,
    right: &Path,
    intended: &Intended,
    again: usize,
) -> Result<Pair, String> {
    let Named { name, case } = named;
    let run = |program: &Path, patience| {
        run_blocking_within(program, &case, patience)
            .map_err(|err| format!("{}: {err}", program.display()))
    };
    let right = run(right, PATIENCE)?;
    let no_end = without_end(&right).is_some_and(|path| intended.foresees(&name, &path));
    let patience = if no_end { NO_END } else { PATIENCE };
    let mut pair = Pair {
        left: run(left, patience)?,
        right,
        differences: Vec::new(),
        intended: Vec::new(),
        again: 0,
        name,
    };
    sort_out(&mut pair, &case, intended);
    let first = (pair.left.clone(), pair.differences.clone());
    // A frontend that had to be killed would take as long every time.
    while !pair.differences.is_empty() && pair.again < again && pair.left.exit_code.is_some() {
        pair.again += 1;
        pair.left = run(left, patience)?;
        sort_out(&mut pair, &case, intended);
    }
    if !pair.differences.is_empty() {
        (pair.left, pair.differences) = first;
    }
    Ok(pair)
}

/// Separates intended differences from others.
fn sort_out(pair: &mut Pair, case: &Case, intended: &Intended) {
    pair.differences.clear();
    pair.intended.clear();
    let mut found = Vec::new();
    let late = Pins::late(case, &pair.left);
    let mut left = None;
    for (pins, path) in [
        (&Pins::of(case), PINNED.to_owned()),
        (&late, format!("{LATE}image by digest")),
    ] {
        if !intended.foresees(&pair.name, &path) {
            continue;
        }
        if let Some(pinned) = pins.apply(left.as_ref().unwrap_or(&pair.left)) {
            left = Some(pinned);
            found.push(Difference {
                path,
                left: pins.names(),
                right: "with the digest".to_owned(),
            });
        }
    }
    found.extend(compare(left.as_ref().unwrap_or(&pair.left), &pair.right));
    for mut difference in found {
        let path = &mut difference.path;
        if path.starts_with("calls/") && difference.left == "nothing" && late.named_in(path) {
            path.insert_str(0, LATE);
        }
        if told_too_late(pair, &difference, case) {
            difference.path.insert_str(0, TOO_LATE);
        }
        match intended.allows(&pair.name, &difference) {
            Some(rule) => pair.intended.push((difference, rule.reason.clone())),
            None => pair.differences.push(difference),
        }
    }
}

/// Whether a build for several platforms was refused, and the difference is a warning that only ours gives.
///
/// Only the first platform's warnings are calls. The other platforms reach the error before the first one has sent a warning,
/// and hardly ever after.
fn told_too_late(pair: &Pair, difference: &Difference, case: &Case) -> bool {
    let several = case
        .options
        .get("platform")
        .is_some_and(|list| list.contains(','));
    let refused = |recording: &Recording| matches!(recording.outcome, Outcome::Error(_));
    several
        && refused(&pair.left)
        && refused(&pair.right)
        && difference.path.starts_with("warnings/")
        && difference.left == "nothing"
}

/// Runs both frontends on every case, a few cases at a time.
///
/// # Errors
/// If a frontend cannot be started.
pub fn run_pairs(
    cases: Vec<Named>,
    left: &Path,
    right: &Path,
    intended: &Intended,
) -> Result<Vec<Pair>, String> {
    in_parallel(cases, |named| run_pair(named, left, right, intended, AGAIN))
}

/// Runs one frontend on every case.
///
/// # Errors
/// If it cannot be started.
pub fn run_one(cases: Vec<Named>, program: &Path) -> Result<Vec<(String, Recording)>, String> {
    in_parallel(cases, |named| {
        let recording = run_blocking(program, &named.case);
        let recording = recording.map_err(|err| format!("{}: {err}", program.display()))?;
        Ok((named.name, recording))
    })
}

fn in_parallel<T: Send>(
    cases: Vec<Named>,
    work: impl Fn(Named) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let queue: Mutex<VecDeque<_>> = Mutex::new(cases.into_iter().enumerate().collect());
    let done = Mutex::new(Vec::new());
    let lock = |what: &Mutex<VecDeque<(usize, Named)>>| match what.lock() {
        Ok(mut queue) => queue.pop_front(),
        Err(_) => None,
    };
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((index, named)) = lock(&queue) {
                    let result = work(named);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().map_err(|err| err.to_string())?;
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The end of a run, on one line.
pub fn summary(recording: &Recording) -> String {
    match &recording.outcome {
        Outcome::Result(_) => format!(
            "result, {} filesystems, {} warnings",
            recording.refs().len(),
            recording.warnings().count()
        ),
        Outcome::Error(status) => format!("error: {}", status.message),
        Outcome::Nothing => format!(
            "no word (exit code {:?}): {}",
            recording.exit_code,
            recording.stderr.lines().next().unwrap_or_default()
        ),
    }
}

/// The prefix of the names of generated cases.
pub const GENERATED: &str = "generated/";

/// The instruction that a difference is about, if its path shows it: `RUN` of `exec "[2/2] RUN x" (Dockerfile:3)`.
fn instruction(difference: &Difference) -> &'static str {
    const KEYWORDS: [&str; 18] = [
        "FROM",
        "RUN",
        "COPY",
        "ADD",
        "ARG",
        "ENV",
        "LABEL",
        "WORKDIR",
        "USER",
        "CMD",
        "ENTRYPOINT",
        "EXPOSE",
        "VOLUME",
        "HEALTHCHECK",
        "ONBUILD",
        "SHELL",
        "STOPSIGNAL",
        "MAINTAINER",
    ];
    let texts = [&difference.path, &difference.left, &difference.right];
    let mut words = texts
        .into_iter()
        .flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphabetic()));
    words
        .find_map(|word| KEYWORDS.into_iter().find(|keyword| *keyword == word))
        .unwrap_or("no instruction")
}

/// The cases that differ, by the instruction of their first difference.
fn by_instruction(pairs: &[Pair]) -> String {
    let mut cases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pair in pairs {
        if let Some(first) = pair.differences.first() {
            cases
                .entry(instruction(first))
                .or_default()
                .push(&pair.name);
        }
    }
    let mut out = String::new();
    for (instruction, names) in cases {
        let _ = writeln!(out, "{instruction}: {} ({})", names.len(), names.join(", "));
    }
    out
}

/// The differences as text, with a list by instruction at the end; empty if there are none.
pub fn report(pairs: &[Pair], intended: &Intended, whole_corpus: bool) -> String {
    let mut out = String::new();
    for pair in pairs.iter().filter(|pair| !pair.differences.is_empty()) {
        let _ = writeln!(out, "{}", pair.name);
        for difference in &pair.differences {
            let _ = writeln!(out, "  {difference}");
        }
    }
    out.push_str(&by_instruction(pairs));
    // A rule for a case that was not run proves nothing.
    if whole_corpus {
        let of_corpus = |rule: &&Rule| !rule.case.starts_with(GENERATED);
        for rule in intended.unused().filter(of_corpus) {
            let _ = writeln!(
                out,
                "an intended difference is not there any more: {} | {} | {}",
                rule.case, rule.path, rule.reason
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_listed_under_its_instruction() {
        let of = |path: &str, left: &str| {
            instruction(&Difference {
                path: path.to_owned(),
                left: left.to_owned(),
                right: String::new(),
            })
        };
        let path =
            "graph/linux/amd64/exec \"[2/2] RUN echo COPY\" (Dockerfile:3)/op/Exec/meta/args[2]";
        assert_eq!(of(path, "\"x\""), "RUN");
        assert_eq!(
            of("error/message", "\"COPY requires at least two arguments\""),
            "COPY"
        );
        assert_eq!(of("result/metadata/x", "1"), "no instruction");
    }

    #[test]
    fn warnings_of_a_refused_build_are_let_pass_for_several_platforms_only() {
        let refused = Recording {
            outcome: Outcome::Error(Default::default()),
            ..Recording::default()
        };
        let pair = Pair {
            name: "x".to_owned(),
            left: refused.clone(),
            right: refused,
            differences: Vec::new(),
            intended: Vec::new(),
            again: 0,
        };
        let told = |left: &str| Difference {
            path: "warnings/UndefinedVar: x".to_owned(),
            left: left.to_owned(),
            right: "there".to_owned(),
        };
        let case = |platforms: &str| {
            Case::parse(
                "x",
                &format!("option platform={platforms}\n-- Dockerfile --\n"),
            )
            .unwrap()
        };
        let several = case("linux/amd64,linux/arm64");
        assert!(told_too_late(&pair, &told("nothing"), &several));
        assert!(!told_too_late(
            &pair,
            &told("nothing"),
            &case("linux/amd64")
        ));
        assert!(!told_too_late(&pair, &told("there"), &several));
    }
}
