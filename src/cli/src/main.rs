//! `fromtier`: what a build's gate would say, without a build.

mod args;
mod check;
mod exit;
mod explain;
mod files;
mod judge;
mod lock;
mod lookup;
mod output;
mod policy;
mod registry;
mod report;
mod values;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser as _;
use fromtier_policy::Day;

use args::{Command, CommandLine};

#[expect(clippy::disallowed_methods, reason = "the command line's clock")]
fn main() -> ExitCode {
    let args = CommandLine::parse();
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let coloured = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let today = Day::from_unix_seconds(seconds);
    let style = output::Style {
        coloured: coloured && std::io::stdout().is_terminal(),
    };
    let (text, exit) = match &args.command {
        Command::Check(check) => check::run(check, check.today.today.unwrap_or(today), style),
        Command::Lock(lock) => lock::run(lock, today, style),
        Command::Explain { code } => explain::run(code.as_deref()),
        Command::Policy(policy) => policy::run(policy, today, style),
    };
    // A reader that has had enough is no failure of ours.
    let _ = std::io::stdout().write_all(text.as_bytes());
    exit.into()
}
