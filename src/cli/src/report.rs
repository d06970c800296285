//! The results of `fromtier check`, as data.

use std::ops::Range;
use std::path::PathBuf;

use fromtier_convert::{PlannedSource, PlannedTrap};
use fromtier_dockerfile::error::Error;
use fromtier_image::ImageRef;
use fromtier_policy::{
    Code, Day, ExceptionReport, ExceptionState, ExceptionSubject, Finding, Owner, Place, Severity,
    Verdict,
};

use crate::disk::RootedPath;
use crate::exit::Exit;
use crate::lookup::{LoadError, Texts};

/// The results for all Dockerfiles.
#[derive(Debug, Default)]
pub struct CheckReport {
    pub files: Vec<DockerfileReport>,
    /// The reason why the file couldn't be read.
    pub failures: Vec<LoadError>,
    /// The texts of the policies, by the names that places use.
    pub policy_texts: Texts,
    pub left_out: LeftOut,
    /// Whole directories were checked, so an exception that isn't used is not needed there.
    pub directories: bool,
}

/// How much of the searched directories wasn't checked.
#[derive(Debug, Default, Clone, Copy)]
pub struct LeftOut {
    /// Files that are named like Dockerfiles, but are templates, documents, or sources.
    pub lookalikes: usize,
    /// Files and directories that `--exclude` matches.
    pub excluded: usize,
}

/// The results for one Dockerfile.
#[derive(Debug)]
pub struct DockerfileReport {
    pub path: RootedPath,
    pub text: String,
    pub policies: Vec<PathBuf>,
    pub lock: Option<PathBuf>,
    /// Why it is not a valid Dockerfile; then there are no sources.
    pub error: Option<Error>,
    /// The findings about the file itself.
    pub findings: Vec<FileFinding>,
    /// The settings of these policies that only a build can judge; `None` if they don't matter to the command.
    pub not_judged: Option<Vec<String>>,
    /// Whom to ask about what is refused.
    pub contacts: Vec<String>,
    pub sources: Vec<JudgedSource>,
    /// The traps that a policy warns about or refuses.
    pub traps: Vec<JudgedTrap>,
    /// The exceptions of its policies.
    pub exceptions: Vec<ExceptionUse>,
}

/// A finding about a whole Dockerfile, such as the frontend that it requests.
#[derive(Debug)]
pub struct FileFinding {
    pub finding: Finding,
    /// The bytes of the file; `None` if it is about a build argument.
    pub at: Option<Range<usize>>,
}

/// A source with its verdict.
#[derive(Debug)]
pub struct JudgedSource {
    pub source: PlannedSource,
    /// `None`: it depends on a build argument that has no value.
    pub verdict: Option<Verdict>,
    /// The image that a build would pull, with its digest if it is known; `None` if there is nothing to pull.
    pub resolved: Option<ImageRef>,
}

/// A trap with its verdict, which has findings.
#[derive(Debug)]
pub struct JudgedTrap {
    pub trap: PlannedTrap,
    pub verdict: Verdict,
}

/// An exception, its state, and whether the sources of a Dockerfile use it.
#[derive(Debug, Clone)]
pub struct ExceptionUse {
    /// Whose policy has it.
    pub policy: Owner,
    /// Whether it is in the repository's own policy.
    pub is_repositorys: bool,
    pub subject: ExceptionSubject,
    /// The codes that it is for; all if empty.
    pub codes: Vec<Code>,
    pub at: Option<Place>,
    pub until: Day,
    pub owner: String,
    pub reason: String,
    pub state: ExceptionState,
    /// Whether it matched something that is refused.
    pub used: bool,
}

impl CheckReport {
    /// The number of sources and traps with this verdict, and of findings about files.
    pub fn count(&self, severity: Severity) -> usize {
        let sources = self.sources().filter_map(|judged| judged.verdict.as_ref());
        let traps = self.files.iter().flat_map(|file| &file.traps);
        let verdicts = sources.chain(traps.map(|judged| &judged.verdict));
        let severities = verdicts.map(|verdict| verdict.severity);
        let files = self.files.iter().flat_map(|file| &file.findings);
        (severities.chain(files.map(|found| found.finding.severity)))
            .filter(|found| *found == severity)
            .count()
    }

    /// The number of traps.
    pub fn traps(&self) -> usize {
        self.files.iter().map(|file| file.traps.len()).sum()
    }

    /// The number of sources that depend on build arguments without a value.
    pub fn unknown(&self) -> usize {
        self.sources()
            .filter(|judged| judged.verdict.is_none())
            .count()
    }

    /// The number of files that are not valid Dockerfiles.
    pub fn broken(&self) -> usize {
        self.files
            .iter()
            .filter(|file| file.error.is_some())
            .count()
    }

    /// How the command ends.
    pub fn exit(&self, deny_warnings: bool) -> Exit {
        let refused = self.count(Severity::Deny) + self.broken();
        let warned = if deny_warnings {
            self.count(Severity::Warn) + self.unknown()
        } else {
            0
        };
        Exit::of(!self.failures.is_empty(), refused + warned)
    }

    fn sources(&self) -> impl Iterator<Item = &JudgedSource> {
        self.files.iter().flat_map(|file| &file.sources)
    }
}

impl DockerfileReport {
    /// The findings that refuse the file, one of its sources, or one of its traps.
    pub fn refusals(&self) -> impl Iterator<Item = &Finding> {
        let sources = (self.sources.iter()).filter_map(|source| source.verdict.as_ref());
        let verdicts = sources.chain(self.traps.iter().map(|judged| &judged.verdict));
        let findings = verdicts.flat_map(|verdict| &verdict.findings);
        (self.findings.iter().map(|found| &found.finding))
            .chain(findings)
            .filter(|finding| finding.severity == Severity::Deny)
    }
}

impl ExceptionUse {
    /// `has_organization`: an organization's policy was named, so a single policy is not the repository's.
    pub fn new(report: &ExceptionReport<'_>, has_organization: bool) -> ExceptionUse {
        ExceptionUse {
            policy: report.policy,
            is_repositorys: match report.policy {
                Owner::Organization => false,
                Owner::Repository => true,
                Owner::Only => !has_organization,
            },
            subject: report.subject.clone(),
            codes: report.rules.to_vec(),
            at: report.at.cloned(),
            until: report.until,
            owner: report.owner.to_owned(),
            reason: report.reason.to_owned(),
            state: report.state,
            used: report.used,
        }
    }
}
