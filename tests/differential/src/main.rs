//! `fromtier-differential [--reference FILE] [--ours FILE] [--corpus FOLDER] [CASE…]`
//!
//! Runs the reference frontend and ours on every case whose name contains one of CASE and prints what differs.
//!
//! - `--only reference` or `--only ours`: one of them, with how each case ended.
//! - `--intended`: also the differences that are meant.
//! - `--generate COUNT` (and `--seed N`): Dockerfiles made by chance instead of the corpus; each one that differs is printed as
//!   the smallest case that still does.
//! - `--self-test`: proves on the reference alone that a planted difference is found.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use fromtier_bridge::compare::{Intended, compare};
use fromtier_bridge::run::run_blocking;
use fromtier_bridge::{Case, Outcome};
use fromtier_differential::{
    Named, Pair, Surroundings, corpus, generate, planted, report, run_one, run_pairs, summary,
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
            _ if arg.starts_with('-') => return Err(format!("{arg} is no option")),
            _ => out.patterns.push(arg),
        }
    }
    Ok(out)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

/// Compares on generated cases, and prints the small form of each one that differs.
fn generated(args: &Args, count: u64, intended: &Intended) -> Result<ExitCode, String> {
    let surroundings = Surroundings::read(&args.corpus)?;
    let made = |seed: u64| generate::case(&mut generate::Dice::new(seed));
    let mut cases = Vec::new();
    for seed in args.seed..args.seed + count {
        let name = format!("seed-{seed}");
        let case = Case::parse(&name, &made(seed)).map_err(|err| err.to_string())?;
        let case = surroundings.around(case);
        cases.push(Named { name, case });
    }
    let pairs = run_pairs(cases, &args.reference, &args.ours, intended)?;
    let mut different = 0;
    for pair in pairs.iter().filter(|pair| !pair.differences.is_empty()) {
        different += 1;
        // The kind of difference must stay the same, or the smallest case would be about something else.
        let kind = |path: &str| path.split(['/', ':']).next().unwrap_or_default().to_owned();
        let wanted = kind(&pair.differences[0].path);
        let differences = |case: &Case| {
            let case = surroundings.around(case.clone());
            let run = |program| run_blocking(program, &case).ok();
            let (Some(left), Some(right)) = (run(&args.reference), run(&args.ours)) else {
                return Vec::new();
            };
            let mut found = compare(&left, &right);
            found.retain(|d| intended.allows("generated", d).is_none() && kind(&d.path) == wanted);
            found
        };
        let seed = pair.name.trim_start_matches("seed-").parse().unwrap_or(0);
        let small = generate::shrink(&made(seed), |case| !differences(case).is_empty());
        println!("{}\n{small}", pair.name);
        println!("  at first: {}", pair.differences[0]);
        if let Ok(case) = Case::parse("small", &small) {
            for difference in differences(&case) {
                println!("  {difference}");
            }
        }
    }
    let built = |pair: &&Pair| matches!(pair.left.outcome, Outcome::Result(_));
    println!(
        "{} of {count} generated cases are the same; the reference built {}",
        count - different,
        pairs.iter().filter(built).count()
    );
    Ok(ExitCode::from(u8::from(different > 0)))
}

fn run(args: Args) -> Result<ExitCode, String> {
    if args.self_test {
        let found = planted::prove(&args.reference, &Surroundings::read(&args.corpus)?)?;
        println!("all {found} planted differences were found");
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
    println!(
        "{same} of {} cases are the same; half of them took the reference {:.1?} or less, ours {:.1?}",
        pairs.len(),
        median(|pair| pair.left.took),
        median(|pair| pair.right.took)
    );
    Ok(ExitCode::from(u8::from(same < pairs.len())))
}
