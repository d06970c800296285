//! Measures programs and prints what each one took: `fromtier-bench` says how it is called.
#![expect(clippy::print_stdout, reason = "its results go to standard output")]

mod alternate;
mod cases;
mod command_line;
mod figures;
mod folders;
mod slow;

use std::path::Path;
use std::process::ExitCode;

type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "usage:
  fromtier-bench builds OURS REFERENCE REPORT.json RUNS    both frontends alternately on builds of several sizes
  fromtier-bench slow OURS REFERENCE REPORT.json RUNS      the same on builds that are slow on purpose
  fromtier-bench check FROMTIER REPORT.json RUNS           the command line on many and on hostile files";

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let Some((Ok(runs @ 1..), args)) = args.split_last().map(|(runs, args)| (runs.parse(), args))
    else {
        return usage();
    };
    let measured = match *args {
        ["builds", ours, reference, report] => {
            let programs = [ours, reference].map(Path::new);
            alternate::measure(&cases::builds(), programs, Path::new(report), runs)
        }
        ["slow", ours, reference, report] => {
            let programs = [ours, reference].map(Path::new);
            alternate::measure(&slow::builds(), programs, Path::new(report), runs)
        }
        ["check", fromtier, report] => {
            command_line::measure(Path::new(fromtier), Path::new(report), runs)
        }
        _ => return usage(),
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("error: {err}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}
