//! `fromtier-differential [--reference FILE] [--ours FILE] [--corpus FOLDER] [CASE…]`
//!
//! Runs the reference frontend and ours on every case whose name contains one of CASE and prints the differences.
//!
//! - `--only reference` or `--only ours`: runs one of them, and prints how each case ended.
//! - `--intended`: prints intended differences, too.
//! - `--generate COUNT` (and `--seed N`): runs generated Dockerfiles instead of the corpus; each one that differs is printed as
//!   the smallest case that still does.
//! - `--self-test`: proves on the reference alone that a planted difference is found, and that a generated case with one
//!   becomes small.
#![expect(clippy::print_stdout, reason = "its results go to standard output")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use fromtier_buildkit_double::compare::Intended;
use fromtier_buildkit_double::{Case, Outcome};
use fromtier_differential::shrunk::{Bench, made, shrunk};
use fromtier_differential::{
    GENERATED, Named, Pair, Surroundings, corpus, planted, report, run_one, run_pairs, summary,
};

struct Args {
    reference: PathBuf,
    ours: PathBuf,
    corpus: PathBuf,
    only: Option<String>,
    intended: bool,
    self_test: bool,
    generate: Option<u64>,
    seed: u64,
    patterns: Vec<String>,
}

fn main() -> ExitCode {
    match args().and_then(run) {
        Ok(code) => code,
        Err(err) => {
            eprintln!("differential: {err}");
            ExitCode::from(2)
        }
    }
}

fn args() -> Result<Args, String> {
    let path = |name: &str, default: &str| {
        std::env::var_os(name).map_or_else(|| PathBuf::from(default), PathBuf::from)
    };
    let mut out = Args {
        reference: path("FROMTIER_REFERENCE", "target/tools/bin/dockerfile-frontend"),
        ours: path("FROMTIER_FRONTEND", "target/debug/fromtier-frontend"),
        corpus: path("FROMTIER_CORPUS", "tests/corpus"),
        only: None,
        intended: false,
        self_test: false,
        generate: None,
        seed: 0,
        patterns: Vec::new(),
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} wants a value"));
        match &*arg {
            "--reference" => out.reference = value()?.into(),
            "--ours" => out.ours = value()?.into(),
            "--corpus" => out.corpus = value()?.into(),
            "--only" => out.only = Some(value()?),
            "--intended" => out.intended = true,
            "--self-test" => out.self_test = true,
            "--generate" => out.generate = Some(number(&value()?)?),
            "--seed" => out.seed = number(&value()?)?,
            _ if arg.starts_with('-') => return Err(format!("no such option: {arg}")),
            _ => out.patterns.push(arg),
        }
    }
    Ok(out)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}

/// How many generated cases are in memory at a time.
const BATCH: u64 = 500;

/// Compares on generated cases, and prints the small form of each one that differs.
fn generated(args: &Args, count: u64, intended: &Intended) -> Result<ExitCode, String> {
    let surroundings = Surroundings::read(&args.corpus)?;
    let bench = Bench {
        left: &args.reference,
        right: &args.ours,
        surroundings: &surroundings,
        intended,
        again: 5,
    };
    let (mut different, mut endless, mut built, mut again) = (0, 0, 0, 0);
    let end = args.seed + count;
    let mut from = args.seed;
    while from < end {
        let mut cases = Vec::new();
        for seed in from..end.min(from + BATCH) {
            let name = format!("{GENERATED}{seed}");
            let case = Case::parse(&name, &made(seed)).map_err(|err| err.to_string())?;
            let case = surroundings.around(case);
            cases.push(Named { name, case });
        }
        for pair in run_pairs(cases, &args.reference, &args.ours, intended)? {
            built += u64::from(matches!(pair.left.outcome, Outcome::Result(_)));
            if pair.neither_ended() {
                endless += 1;
                println!("{}: neither frontend came to an end", pair.name);
            } else if !pair.differences.is_empty() {
                different += 1;
                print_small(&bench, &pair);
            } else if pair.again > 0 {
                again += 1;
            }
        }
        from += BATCH;
    }
    println!(
        "{} of {count} generated cases are the same; the reference built {built}{}",
        count - different - endless,
        asked_again(again)
    );
    Ok(ExitCode::from(u8::from(different > 0)))
}

fn asked_again(cases: u64) -> String {
    match cases {
        0 => String::new(),
        _ => format!("; {cases} after it was asked again"),
    }
}

/// Prints the smallest form of a generated case that still differs.
fn print_small(bench: &Bench<'_>, pair: &Pair) {
    let small = shrunk(bench, pair);
    println!("{}\n{}", pair.name, small.text);
    println!("  at first: {}", pair.differences[0]);
    for difference in small.differences {
        println!("  {difference}");
    }
}

fn run(args: Args) -> Result<ExitCode, String> {
    if args.self_test {
        let surroundings = Surroundings::read(&args.corpus)?;
        let found = planted::prove(&args.reference, &surroundings)?;
        println!("all {found} planted differences were found");
        let small = planted::prove_shrinking(&args.reference, &surroundings)?;
        println!("a generated case with a planted difference became this one:\n{small}");
        return Ok(ExitCode::SUCCESS);
    }
    let file = args.corpus.join("intended.txt");
    let text =
        std::fs::read_to_string(&file).map_err(|err| format!("{}: {err}", file.display()))?;
    let intended = Intended::parse(&text).map_err(|err| format!("{}: {err}", file.display()))?;
    if let Some(count) = args.generate {
        return generated(&args, count, &intended);
    }
    let cases = corpus(&args.corpus, &args.patterns)?;
    if cases.is_empty() {
        return Err("no case has such a name".to_owned());
    }
    if let Some(only) = &args.only {
        let program = match &**only {
            "reference" => &args.reference,
            "ours" => &args.ours,
            _ => return Err("--only reference or --only ours".to_owned()),
        };
        let mut silent = 0;
        for (name, recording) in run_one(cases, program)? {
            println!("{name:<50} {}", summary(&recording));
            silent += usize::from(summary(&recording).starts_with("no word"));
        }
        return Ok(ExitCode::from(u8::from(silent > 0)));
    }
    let pairs = run_pairs(cases, &args.reference, &args.ours, &intended)?;
    let same = pairs.iter().filter(|p| p.differences.is_empty()).count();
    print!("{}", report(&pairs, &intended, args.patterns.is_empty()));
    if args.intended {
        for pair in &pairs {
            for (difference, reason) in &pair.intended {
                println!("{} (intended: {reason})\n  {difference}", pair.name);
            }
        }
    }
    let median = |of: fn(&Pair) -> Duration| {
        let mut all: Vec<_> = pairs.iter().map(of).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    let again = pairs
        .iter()
        .filter(|pair| pair.again > 0 && pair.differences.is_empty());
    println!(
        "{same} of {} cases are the same{}; half of them took the reference {:.1?} or less, ours {:.1?}",
        pairs.len(),
        asked_again(again.count() as u64),
        median(|pair| pair.left.took),
        median(|pair| pair.right.took)
    );
    Ok(ExitCode::from(u8::from(same < pairs.len())))
}
