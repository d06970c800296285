//! `fromtier-peers [--reference FILE] [--corpus FOLDER] [--examples FOLDER]`
//!
//! Measures published crates for Dockerfiles on our corpus next to our own parser: the files that they read and refuse, the
//! constructs that they fail on, and the time that they take. Prints the tables of `docs/dependencies.md`.

mod files;
mod graphs;
mod parsers;
mod stumbles;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use files::{Expected, File};
use parsers::PARSERS;

/// How often each parser reads each file for its time.
const ROUNDS: usize = 101;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("peers: {err}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let mut reference = std::env::var_os("FROMTIER_REFERENCE").map_or_else(
        || PathBuf::from("target/tools/bin/dockerfile-frontend"),
        PathBuf::from,
    );
    let mut corpus = PathBuf::from("tests/corpus");
    let mut examples = PathBuf::from("examples");
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next().ok_or(format!("{arg} needs a value"))?;
        match &*arg {
            "--reference" => reference = value.into(),
            "--corpus" => corpus = value.into(),
            "--examples" => examples = value.into(),
            _ => return Err(format!("no such option: {arg}")),
        }
    }
    let found = files::find(&corpus, &examples, &reference)?;
    let files = &found.files;
    let count = |expected| files.iter().filter(|f| f.expected == expected).count();
    let (accepted, refused) = (count(Expected::Read), count(Expected::Refused));
    println!(
        "{} different Dockerfiles: {accepted} that the reference builds, {refused} that it refuses as text, \
         {} that it refuses for another reason (not counted)\n",
        files.len(),
        count(Expected::Neither)
    );
    // A peer's panic is counted, and not printed.
    std::panic::set_hook(Box::new(|_| {}));
    let verdicts: Vec<Vec<bool>> = PARSERS
        .iter()
        .map(|parser| files.iter().map(|file| parser.reads(&file.data)).collect())
        .collect();
    let all_read: Vec<&File> = (0..files.len())
        .filter(|at| verdicts.iter().all(|v| v[*at]) && files[*at].expected == Expected::Read)
        .map(|at| &files[at])
        .collect();
    let times = times(&all_read);
    println!("| crate | reads, of {accepted} | refuses, of {refused} | panics | a file (median) |");
    println!("|---|---|---|---|---|");
    for ((parser, verdicts), time) in PARSERS.iter().zip(&verdicts).zip(times) {
        let of = |expected, verdict| {
            let all = files.iter().zip(verdicts);
            all.filter(|(f, v)| f.expected == expected && **v == verdict)
                .count()
        };
        println!(
            "| {} | {} | {} | {} | {} ns |",
            parser.name,
            of(Expected::Read, true),
            of(Expected::Refused, false),
            files.iter().filter(|f| parser.panics(&f.data)).count(),
            time.as_nanos()
        );
    }
    println!(
        "\nTimes: median of {ROUNDS} interleaved rounds for a file, median over the {} files that all of them read.",
        all_read.len()
    );
    for (parser, verdicts) in PARSERS.iter().zip(&verdicts) {
        let failed = files.iter().zip(verdicts);
        let failed: Vec<&File> = failed
            .filter(|(file, read)| file.expected == Expected::Read && !**read)
            .map(|(file, _)| file)
            .collect();
        if failed.is_empty() {
            continue;
        }
        println!("\n{} stumbles on (files):", parser.name);
        for (what, files) in stumbles::of(parser, &failed) {
            println!("  {:>4}  {what}", files.len());
        }
    }
    println!("\n{}", graphs::report(&found.graphs));
    Ok(())
}

/// Each parser's time for a file: the median over files of the median over rounds, in which the parsers alternate.
fn times(files: &[&File]) -> Vec<Duration> {
    let mut of: Vec<Vec<Duration>> = PARSERS.iter().map(|_| Vec::new()).collect();
    for file in files {
        let mut rounds: Vec<Vec<Duration>> = PARSERS.iter().map(|_| Vec::new()).collect();
        for round in 0..ROUNDS {
            for turn in 0..PARSERS.len() {
                let at = (turn + round) % PARSERS.len();
                #[expect(clippy::disallowed_methods, reason = "it measures")]
                let started = Instant::now();
                let _ = std::hint::black_box((PARSERS[at].read)(std::hint::black_box(&file.data)));
                rounds[at].push(started.elapsed());
            }
        }
        for (all, rounds) in of.iter_mut().zip(rounds) {
            all.push(median(rounds));
        }
    }
    of.into_iter().map(median).collect()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
