//! `fromtier`: the verdicts that the gate would return in a build, without a build.
//!
//! # Entry points
//!
//! - [`check::run`] judges the sources of Dockerfiles, [`lock::run`] writes and verifies lock files, [`policy::run`] checks,
//!   tests, and explains policies, and [`explain::run`] prints the page of a code. Each returns a text and an [`exit::Exit`].
//! - [`lookup::GateLookup`] finds the policies and the lock file of a Dockerfile, and makes the gate.
//! - [`output::json`] has the words of all JSON.
//!
//! # What it must never do
//!
//! - Decide: every verdict is the gate's.
//! - Use the network, except in `fromtier lock`.
//! - Send a password without TLS, or write a file other than the lock file and the policy of `fromtier policy init`.

mod args;
mod check;
mod disk;
mod dockerfile_name;
mod exit;
mod explain;
mod files;
mod judge;
mod lock;
mod lookup;
mod memo;
mod mutex;
mod output;
mod parallel;
mod policy;
mod registry;
mod report;
mod values;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser as _;
use fromtier_policy::Day;

use crate::args::{Command, CommandLine};
use crate::values::Format;

#[expect(clippy::disallowed_methods, reason = "the command line's clock")]
fn main() -> ExitCode {
    let args = CommandLine::parse();
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let today = Day::from_unix_seconds(seconds);
    let (text, exit) = match &args.command {
        Command::Check(check) => check::run(check, check.today.today.unwrap_or(today)),
        Command::Lock(lock) => lock::run(lock, today),
        Command::Explain { codes } => explain::run(codes),
        Command::Policy(policy) => policy::run(policy, today),
    };
    let text = match args.command.format() {
        Format::Human => output::terminal::finish(&text),
        // JSON has escapes of its own.
        Format::Json => text,
    };
    // Colors are removed unless a terminal shows them. A reader that closes the pipe early is not an error.
    let _ = anstream::stdout().write_all(text.as_bytes());
    exit.into()
}
