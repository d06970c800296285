//! `fromtier-differential [--reference FILE] [--ours FILE] [--corpus FOLDER] [CASE…]`
//!
//! Runs the reference frontend and ours on every case whose name contains one of CASE and prints what differs.
//!
//! - `--only reference` or `--only ours`: one of them, with how each case ended.
//! - `--intended`: also the differences that are meant.
//! - `--self-test`: proves on the reference alone that a planted difference is found.

use std::path::PathBuf;
use std::process::ExitCode;

use fromtier_bridge::Case;
use fromtier_bridge::compare::Intended;
use fromtier_differential::{corpus, planted, report, run_one, run_pairs, summary};

struct Args {
    reference: PathBuf,
    ours: PathBuf,
    corpus: PathBuf,
    only: Option<String>,
    intended: bool,
    self_test: bool,
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
            _ if arg.starts_with('-') => return Err(format!("{arg} is no option")),
            _ => out.patterns.push(arg),
        }
    }
    Ok(out)
}

fn run(args: Args) -> Result<ExitCode, String> {
    if args.self_test {
        let world = Case::read(&args.corpus.join("world.case")).map_err(|err| err.to_string())?;
        let found = planted::prove(&args.reference, &world)?;
        println!("all {found} planted differences were found");
        return Ok(ExitCode::SUCCESS);
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
    let file = args.corpus.join("intended.txt");
    let text =
        std::fs::read_to_string(&file).map_err(|err| format!("{}: {err}", file.display()))?;
    let intended = Intended::parse(&text).map_err(|err| format!("{}: {err}", file.display()))?;
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
    println!("{same} of {} cases are the same", pairs.len());
    Ok(ExitCode::from(u8::from(same < pairs.len())))
}
