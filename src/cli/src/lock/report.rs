//! What became of the locks, as data.

use std::path::PathBuf;

use fromtier_policy::lock::LockEntry;
use fromtier_policy::{Day, Denial, Severity};

use super::changes::{Change, Line};
use super::collect::Origin;
use crate::exit::Exit;
use crate::lookup::LoadError;
use crate::report::DockerfileReport;

/// All that is to be said.
#[derive(Debug)]
pub struct LockReport {
    /// What keeps Dockerfiles from being locked whole: refused and unknown sources, as `check` has them.
    pub files: Vec<DockerfileReport>,
    pub locks: Vec<LockFileReport>,
    /// Images of the command line that are refused.
    pub refused: Vec<Denial>,
    pub failures: Vec<LoadError>,
    pub today: Day,
    pub check: bool,
}

/// What became of a lock file.
#[derive(Debug)]
pub struct LockFileReport {
    pub path: PathBuf,
    /// Whether there was one.
    pub existed: bool,
    /// Its text before.
    pub text: String,
    pub written: bool,
    /// By the name that the line has, sorted.
    pub lines: Vec<(String, LineReport)>,
}

/// What became of a line.
#[derive(Debug)]
pub struct LineReport {
    pub line: Line,
    /// What the lock said before.
    pub old: Option<LockEntry>,
    /// Where it is asked for, where something does.
    pub place: Option<Origin>,
    /// Platforms that were asked for and that the image isn't there for.
    pub lacking: Vec<String>,
    /// The image in full; with the Dockerfile's own digest, where it has one.
    pub shown: String,
    /// As short as `--update=` takes it.
    pub familiar: String,
}

impl LineReport {
    /// Is anything wrong with the line?
    pub fn is_wrong(&self) -> bool {
        !self.lacking.is_empty()
            || matches!(
                self.line.change,
                Change::Missing | Change::Moved(_) | Change::Gone(_) | Change::Failed(_)
            )
    }
}

impl LockReport {
    pub fn lines(&self) -> impl Iterator<Item = &LineReport> {
        self.locks
            .iter()
            .flat_map(|lock| lock.lines.iter().map(|(_, item)| item))
    }

    fn wrong(&self, item: &LineReport) -> bool {
        item.is_wrong()
            || self.check && item.line.change == Change::Unused && item.line.entry.is_none()
    }

    /// How many lines and sources are as they should not be.
    pub fn problems(&self) -> usize {
        let denied = self
            .files
            .iter()
            .flat_map(|file| &file.sources)
            .filter(|judged| {
                judged
                    .verdict
                    .as_ref()
                    .is_some_and(|verdict| verdict.severity == Severity::Deny)
            });
        let broken = self.files.iter().filter(|file| file.error.is_some());
        self.lines().filter(|item| self.wrong(item)).count()
            + denied.count()
            + broken.count()
            + self.refused.len()
    }

    pub fn exit(&self) -> Exit {
        let open = self.lines().any(
            |item| matches!(&item.line.change, Change::Failed(problem) if !problem.is_final()),
        );
        Exit::of(open || !self.failures.is_empty(), self.problems())
    }
}
