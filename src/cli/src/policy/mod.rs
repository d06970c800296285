//! `fromtier policy`: commands for people who maintain policies, one per file.

pub mod args;
mod check;
mod explain;
mod files;
mod init;
mod schema;
mod test;

use fromtier_policy::Day;

use self::args::PolicyCommand;
use crate::exit::Exit;

/// Runs a command, and returns the text to print and how it ended. `today` is the machine's day.
pub fn run(policy: &PolicyCommand, today: Day) -> (String, Exit) {
    match policy {
        PolicyCommand::Check(args) => check::run(args, args.today.today.unwrap_or(today)),
        PolicyCommand::Test(args) => test::run(args, today),
        PolicyCommand::Schema => schema::run(),
        PolicyCommand::Init(args) => init::run(args),
        PolicyCommand::Explain(args) => explain::run(args, args.today.today.unwrap_or(today)),
    }
}
