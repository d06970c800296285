//! The exit codes of the program.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing is refused.
    Clean,
    /// Something is refused, or a Dockerfile is not valid.
    Findings,
    /// The answer is unknown: a path, a policy, or a lock file can't be read.
    Failed,
}

impl Exit {
    /// `Failed` if anything couldn't be read, else `Findings` if there is any.
    pub fn of(has_failures: bool, findings: usize) -> Exit {
        match (has_failures, findings) {
            (true, _) => Exit::Failed,
            (false, 0) => Exit::Clean,
            (false, _) => Exit::Findings,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Failed => 2,
        })
    }
}
