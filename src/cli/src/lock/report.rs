//! The results of `fromtier lock`, as data.

use fromtier_policy::lock::LockEntry;
use fromtier_policy::{Day, Denial, Severity};

use super::changes::{Change, Line};
use super::collect::Origin;
use crate::disk::RootedPath;
use crate::exit::Exit;
use crate::lookup::LoadError;
use crate::report::DockerfileReport;

/// The results for all lock files.
#[derive(Debug)]
pub struct LockReport {
    /// The Dockerfiles with their refused and unknown sources, which aren't locked.
    pub files: Vec<DockerfileReport>,
    pub locks: Vec<LockFileReport>,
    /// Images of the command line that are refused.
    pub refused: Vec<Denial>,
    pub failures: Vec<LoadError>,
    pub today: Day,
    pub check: bool,
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

    fn wrong(&self, item: &LineReport) -> bool {
        item.is_wrong()
            || self.check && item.line.change == Change::Unused && item.line.entry.is_none()
    }

    /// The number of lines and sources with a problem.
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

    /// How the command ends.
    pub fn exit(&self) -> Exit {
        let open = self.lines().any(
            |item| matches!(&item.line.change, Change::Failed(problem) if !problem.is_final()),
        );
        Exit::of(open || !self.failures.is_empty(), self.problems())
    }
}
