//! `fromtier policy`: for those who keep policies. One command, one file.

pub mod args;
mod check;
mod explain;
mod files;
mod init;
mod schema;
mod test;

use fromtier_policy::Day;

use crate::output::Style;
use args::Policy;

/// Does what was asked, and gives the text to print and the exit code. `today` is the machine's day.
pub fn run(policy: &Policy, today: Day, style: Style) -> (String, u8) {
    match policy {
        Policy::Check(args) => check::run(args, args.today.unwrap_or(today), style),
        Policy::Test(args) => test::run(args, today, style),
        Policy::Schema => schema::run(),
        Policy::Init(args) => init::run(args),
        Policy::Explain(args) => explain::run(args, args.today.unwrap_or(today), style),
    }
}
