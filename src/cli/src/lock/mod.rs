//! `fromtier lock`: writes the lock files of Dockerfiles, and reports lines that are out of date.

pub mod args;
mod changes;
mod collect;
mod human;
mod json;
mod problems;
mod report;
mod resolve;
mod verify;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use fromtier_convert::MAX_TRIGGER_CHAIN;
use fromtier_image::ImageRef;
use fromtier_policy::{Code, Day, Lock};

use self::args::LockArgs;
use self::changes::{Change, Line, is_named, mode};
use self::collect::{ExistingLock, ImageUse, LockGroup};
use self::report::{LineReport, LockFileReport, LockReport};
use self::resolve::Answers;
use crate::disk::{FileKind, RootedPath, WriteError};
use crate::exit::Exit;
use crate::files::Search;
use crate::lookup::{GateLookup, LoadError, Texts};
use crate::values::Format;

/// The first lines of a new lock file.
const HEADER: &str = "# Written by `fromtier lock`: the digest of each image.\n\n";

/// Locks, and returns the text to print and how it ended.
pub fn run(args: &LockArgs, today: Day) -> (String, Exit) {
    let mut work = LockRun {
        args,
        today,
        lookup: GateLookup::new(
            args.policy.policy.as_deref(),
            args.lock.lock.as_deref(),
            today,
        )
        .for_locking(),
        report: LockReport {
            files: Vec::new(),
            locks: Vec::new(),
            refused: Vec::new(),
            contacts: Vec::new(),
            failures: Vec::new(),
            today,
            check: args.check,
            repeated_args: args.repeated(),
        },
        groups: BTreeMap::new(),
        answers: Answers::new(args.hosts_dir.as_deref()),
    };
    work.collect();
    work.collect_arguments();
    work.resolve();
    work.finish();
    let report = work.report;
    let text = match args.format.format {
        Format::Human => human::render(&report),
        Format::Json => json::render(&report),
    };
    (text, report.exit())
}

struct LockRun<'a> {
    args: &'a LockArgs,
    today: Day,
    lookup: GateLookup,
    report: LockReport,
    /// By the path of the lock file.
    groups: BTreeMap<PathBuf, LockGroup>,
    answers: Answers,
}

impl LockRun<'_> {
    /// Finds the Dockerfiles and their images.
    fn collect(&mut self) {
        let mut seen = HashSet::new();
        let here = [PathBuf::from(".")];
        let paths = match self.args.paths.as_slice() {
            [] => &here[..],
            paths => paths,
        };
        let mut search = Search::default();
        for path in paths {
            // With `--image` there may be no Dockerfile.
            if self.args.images.is_empty() {
                search.add_some(path, &self.args.search)
            } else {
                search.add(path, &self.args.search)
            }
        }
        for dockerfile in search.dockerfiles {
            if seen.insert(dockerfile.absolute()) {
                self.collect_file(dockerfile);
            }
        }
        search
            .failures
            .into_iter()
            .for_each(|failure| self.fail(failure));
    }

    fn collect_file(&mut self, path: RootedPath) {
        let bytes = match path.read(FileKind::Dockerfile) {
            Ok(bytes) => bytes,
            Err(error) => return self.fail(LoadError::unreadable(path.shown(), error)),
        };
        if !self.open_lock(&path) {
            return;
        }
        let Some(group) = self.groups.get_mut(self.lookup.lock_path(&path).shown()) else {
            return;
        };
        let index = self.report.files.len();
        if let Ok(found) = self.lookup.gate(&path) {
            let file = collect::collect(self.args, &path, index, &bytes, &found, group);
            self.report.files.push(file);
        }
    }

    /// Reads the lock file of a Dockerfile, once. Returns `false` if its policy or lock file can't be read.
    fn open_lock(&mut self, dockerfile: &RootedPath) -> bool {
        let lock_path = self.lookup.lock_path(dockerfile);
        let lock = match self.lookup.gate(dockerfile) {
            Ok(found) => found.lock.clone(),
            Err(broken) => {
                self.fail(broken);
                return false;
            }
        };
        if self.groups.contains_key(lock_path.shown()) {
            return true;
        }
        let mut old = None;
        if let Some(path) = lock {
            let text = match path.read_text(FileKind::LockFile) {
                Ok(text) => text,
                Err(error) => {
                    self.fail(LoadError::broken_policy(path.shown(), error));
                    return false;
                }
            };
            let name = path.shown().display().to_string();
            match Lock::parse(&name, &text) {
                Ok(lock) => old = Some(ExistingLock { text, lock }),
                Err(errors) => {
                    let texts = Texts::from([(name, text.into())]);
                    let code = Some(Code::InvalidPolicy);
                    self.fail(LoadError::Invalid {
                        texts,
                        errors,
                        code,
                    });
                    return false;
                }
            }
        }
        let key = lock_path.shown().to_owned();
        self.groups.insert(key, LockGroup::new(lock_path, old));
        true
    }

    fn collect_arguments(&mut self) {
        if self.args.images.is_empty() {
            return;
        }
        // They go into every lock file that is written, or else into the one of this directory.
        let here = match RootedPath::named(Path::new(".")) {
            Ok(here) => here.join("Dockerfile"),
            Err(error) => return self.fail(LoadError::unreadable(Path::new("."), error)),
        };
        if self.groups.is_empty() && !self.open_lock(&here) {
            return;
        }
        for group in self.groups.values_mut() {
            // The policy next to the lock file, unless a lock file was named.
            let dockerfile = match self.args.lock.lock {
                Some(_) => here.clone(),
                None => group.path.sibling("Dockerfile"),
            };
            let Ok(found) = self.lookup.gate(&dockerfile) else {
                continue;
            };
            for image in &self.args.images {
                if let Err(denial) = collect::collect_argument(image, &found.gate, group) {
                    let contacts = found.gate.contacts(&[denial.owner()]).into_iter();
                    self.report.contacts.extend(contacts.map(str::to_owned));
                    self.report.refused.push(denial);
                }
            }
        }
    }

    /// Queries the registries, and again for the images of triggers, whose own triggers are collected likewise.
    fn resolve(&mut self) {
        self.ask();
        // A build refuses a longer chain.
        for _ in 0..MAX_TRIGGER_CHAIN {
            let triggers = self.uncollected_triggers();
            if triggers.is_empty() {
                return;
            }
            for (path, usage, triggers) in triggers {
                let file = &mut self.report.files[usage.file];
                if let (Some(group), Ok(found)) =
                    (self.groups.get_mut(&path), self.lookup.gate(&file.path))
                {
                    let gate = &found.gate;
                    collect::collect_triggers(self.args, &usage, &triggers, gate, group, file);
                }
            }
            self.ask();
        }
        for group in self.groups.values_mut() {
            group.open = true;
        }
    }

    /// Returns the triggers that the last answers brought, each with the lock file and the use of its image.
    fn uncollected_triggers(&mut self) -> Vec<(PathBuf, ImageUse, Vec<String>)> {
        let mut found = Vec::new();
        for (path, group) in &mut self.groups {
            for wanted in group.wanted.values_mut() {
                let old = group
                    .old
                    .as_ref()
                    .and_then(|old| old.lock.get(&wanted.image));
                let mode = mode(self.args, wanted);
                for usage in &wanted.uses[wanted.collected..] {
                    let question = changes::config_question(wanted, old, mode, &usage.platform);
                    match question.and_then(|question| self.answers.get(&question)) {
                        Some(Ok(info)) if info.triggers().is_empty() => {}
                        Some(Ok(info)) => {
                            found.push((path.clone(), usage.clone(), info.triggers().to_vec()));
                        }
                        Some(Err(_)) | None => group.open = true,
                    }
                }
                wanted.collected = wanted.uses.len();
            }
        }
        found
    }

    fn ask(&mut self) {
        let mut questions = Vec::new();
        for group in self.groups.values() {
            for wanted in group.wanted.values() {
                let old = group.entry(&wanted.image);
                questions.extend(changes::questions(wanted, old, mode(self.args, wanted)));
            }
        }
        self.answers.ask(questions);
    }

    /// Decides about every line, writes the lock files, and verifies the Dockerfiles with them.
    fn finish(&mut self) {
        self.unknown_updates();
        for group in self.groups.values() {
            let mut locked = LockFileReport {
                path: group.path.clone(),
                existed: group.old.is_some(),
                text: group
                    .old
                    .as_ref()
                    .map_or_else(String::new, |old| old.text.clone()),
                written: false,
                lines: lines(self.args, group, &self.answers, self.today),
            };
            if !self.args.check
                && let Err(error) = write(&mut locked)
            {
                let error = LoadError::unreadable(locked.path.shown(), error);
                self.report.failures.push(error);
            }
            self.report.locks.push(locked);
        }
        let report = &mut self.report;
        verify::add_refusals(
            self.args,
            self.today,
            &self.groups,
            &self.answers,
            &mut report.files,
        );
    }

    /// Fails for an `--update=IMAGE` that no Dockerfile uses.
    fn unknown_updates(&mut self) {
        for name in self.args.update.iter().filter(|name| !name.is_empty()) {
            let mut wanted = self.groups.values().flat_map(|group| group.wanted.values());
            if !wanted.any(|wanted| is_named(name, &wanted.image)) {
                let error = "no Dockerfile here uses this image".to_owned();
                let option = PathBuf::from(format!("--update={name}"));
                let error = LoadError::unreadable(&option, error);
                self.report.failures.push(error);
            }
        }
    }

    /// Adds a failure, once: a policy or a lock file that is invalid is so for every Dockerfile below it.
    fn fail(&mut self, failure: LoadError) {
        if !self.report.failures.contains(&failure) {
            self.report.failures.push(failure);
        }
    }
}

/// Every line that a lock file has or gets.
fn lines(
    args: &LockArgs,
    group: &LockGroup,
    answers: &Answers,
    today: Day,
) -> Vec<(String, LineReport)> {
    let mut lines: BTreeMap<String, LineReport> = BTreeMap::new();
    for (name, wanted) in &group.wanted {
        let old = group.entry(&wanted.image);
        let mode = mode(args, wanted);
        let line = changes::decide_line(wanted, old, mode, today, |question| answers.get(question));
        let lacks = |platform: &&fromtier_image::Platform| {
            let question = changes::config_question(wanted, old, mode, platform);
            let answer = question.and_then(|question| answers.get(&question));
            matches!(answer, Some(Ok(found)) if !found.for_platform)
        };
        // Without `--platform`, the builder decides the platform.
        let platforms = changes::platforms(wanted).into_iter().filter(lacks);
        let lacking = if args.platform.is_empty() {
            Vec::new()
        } else {
            platforms.map(fromtier_image::Platform::format).collect()
        };
        let item = LineReport {
            line,
            old: old.cloned(),
            place: Some(wanted.place.clone()),
            lacking,
            has_own_digest: wanted.image.digest().is_some(),
            shown: wanted.image.to_string(),
            familiar: wanted.image.clone().without_digest().familiar(),
        };
        lines.insert(name.clone(), item);
    }
    for (name, entry) in group.old.iter().flat_map(|old| old.lock.iter()) {
        lines.entry(name.to_owned()).or_insert_with(|| {
            let keep = args.keep || args.offline || group.open;
            LineReport {
                line: Line {
                    entry: keep.then(|| entry.clone()),
                    change: Change::Unused,
                },
                old: Some(entry.clone()),
                place: None,
                lacking: Vec::new(),
                has_own_digest: false,
                shown: name.to_owned(),
                familiar: name.to_owned(),
            }
        });
    }
    lines.into_iter().collect()
}

/// Writes the lock file if it changes.
fn write(locked: &mut LockFileReport) -> Result<(), WriteError> {
    let mut lock = Lock::default();
    for (name, item) in &locked.lines {
        if let (Some(entry), Ok(image)) = (&item.line.entry, ImageRef::parse(name)) {
            lock.insert(&image, entry.digest.clone(), entry.resolved);
        }
    }
    let text = if locked.existed {
        lock.merged_into(&locked.text)
    } else {
        format!("{HEADER}{lock}")
    };
    let nothing = !locked.existed && lock.iter().next().is_none();
    if nothing || text == locked.text {
        return Ok(());
    }
    locked.path.write(FileKind::LockFile, &text)?;
    locked.written = true;
    Ok(())
}
