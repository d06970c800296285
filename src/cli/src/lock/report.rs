//! The results of `fromtier lock`, as data.

use fromtier_policy::lock::LockEntry;
use fromtier_policy::{Day, Denial, Severity};

use super::changes::{Change, Line};
use super::collect::Origin;
use crate::disk::RootedPath;
use crate::exit::Exit;
use crate::lookup::LoadError;
use crate::report::{DockerfileReport, JudgedSource};

/// The results for all lock files.
#[derive(Debug)]
pub struct LockReport {
    /// The Dockerfiles with their refused and unknown sources, which aren't locked.
    pub files: Vec<DockerfileReport>,
    pub locks: Vec<LockFileReport>,
    /// Images of the command line that are refused.
    pub refused: Vec<Denial>,
    /// Whom to ask about these.
    pub contacts: Vec<String>,
    pub failures: Vec<LoadError>,
    pub today: Day,
    pub check: bool,
    /// The arguments for a run with the same files: empty, or a space and the arguments.
    pub repeated_args: String,
}

/// The results for one lock file.
#[derive(Debug)]
pub struct LockFileReport {
    pub path: RootedPath,
    /// Whether the file existed before.
    pub existed: bool,
    /// The text before the run.
    pub text: String,
    pub written: bool,
    /// The lines by their names, sorted.
    pub lines: Vec<(String, LineReport)>,
}

/// The change of a line.
#[derive(Debug)]
pub struct LineReport {
    pub line: Line,
    /// The entry before the run.
    pub old: Option<LockEntry>,
    /// The first use of the image, if there is one.
    pub place: Option<Origin>,
    /// Requested platforms that the image lacks.
    pub lacking: Vec<String>,
    /// Whether the Dockerfile has a digest.
    pub has_own_digest: bool,
    /// The full reference, with the digest of the Dockerfile if it has one.
    pub shown: String,
    /// The short reference, as `--update=` takes it.
    pub familiar: String,
}

impl LineReport {
    /// Whether the line has a problem.
    pub fn is_wrong(&self) -> bool {
        !self.lacking.is_empty()
            || matches!(
                self.line.change,
                Change::Missing | Change::Moved(_) | Change::Gone(_) | Change::Failed(_)
            )
    }
}

impl LockReport {
    /// The lines of all lock files.
    pub fn lines(&self) -> impl Iterator<Item = &LineReport> {
        self.locks
            .iter()
            .flat_map(|lock| lock.lines.iter().map(|(_, item)| item))
    }

    fn has_wrong_lines(&self) -> bool {
        let is_unused =
            |item: &LineReport| item.line.change == Change::Unused && item.line.entry.is_none();
        self.lines()
            .any(|item| item.is_wrong() || self.check && is_unused(item))
    }

    /// The number of sources that the policy refuses, in Dockerfiles and on the command line.
    pub fn refused(&self) -> usize {
        let verdicts = self.sources().filter_map(|judged| judged.verdict.as_ref());
        let denied = verdicts.filter(|verdict| verdict.severity == Severity::Deny);
        denied.count() + self.refused.len()
    }

    /// The number of sources that depend on build arguments without a value.
    pub fn unknown(&self) -> usize {
        let sources = self.sources();
        sources.filter(|judged| judged.verdict.is_none()).count()
    }

    /// The number of files that are not valid Dockerfiles.
    pub fn broken(&self) -> usize {
        let files = self.files.iter();
        files.filter(|file| file.error.is_some()).count()
    }

    /// The number of lines for which the registry gave no answer.
    pub fn failed(&self) -> usize {
        self.lines()
            .filter(|item| matches!(item.line.change, Change::Failed(_)))
            .count()
    }

    fn sources(&self) -> impl Iterator<Item = &JudgedSource> {
        self.files.iter().flat_map(|file| &file.sources)
    }

    /// How the command ends.
    pub fn exit(&self) -> Exit {
        let open = self.lines().any(
            |item| matches!(&item.line.change, Change::Failed(problem) if !problem.is_final()),
        );
        let findings = usize::from(self.has_wrong_lines()) + self.refused() + self.broken();
        Exit::of(open || !self.failures.is_empty(), findings)
    }
}
