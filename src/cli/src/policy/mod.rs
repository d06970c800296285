//! `fromtier policy`: for those who keep policies. One command, one file.

pub mod args;
mod check;
mod explain;
mod files;
mod init;
mod schema;
mod test;

use fromtier_policy::Day;

use crate::exit::Exit;
use args::PolicyCommand;

/// Does what was asked, and gives the text to print and the exit code. `today` is the machine's day.
pub fn run(policy: &PolicyCommand, today: Day) -> (String, Exit) {
    match policy {
        PolicyCommand::Check(args) => check::run(args, args.today.today.unwrap_or(today)),
        PolicyCommand::Test(args) => test::run(args, today),
        PolicyCommand::Schema => schema::run(),
        PolicyCommand::Init(args) => init::run(args),
        PolicyCommand::Explain(args) => explain::run(args, args.today.today.unwrap_or(today)),
    }
}
