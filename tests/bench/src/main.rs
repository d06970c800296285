//! Runs two frontends alternately on the same builds and prints what each one took.
//!
//! `fromtier-bench OURS REFERENCE REPORT.json [RUNS]`
#![expect(clippy::print_stdout, reason = "its results go to standard output")]

mod cases;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use fromtier_buildkit_double::record::{Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let (ours, reference, report, runs) = match args.as_slice() {
        [a, b, c] => (a, b, c, 20),
        [a, b, c, runs] => match runs.parse() {
            Ok(runs) if runs > 0 => (a, b, c, runs),
            _ => return usage(),
        },
        _ => return usage(),
    };
    match measure(
        [Path::new(ours), Path::new(reference)],
        Path::new(report),
        runs,
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("error: {err}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: fromtier-bench OURS REFERENCE REPORT.json [RUNS]");
    ExitCode::from(2)
}

/// One frontend's figures for one build: the median of the runs.
struct Figures {
    time: Duration,
    memory: u64,
    calls: usize,
    depth: usize,
}

fn measure(programs: [&Path; 2], report: &Path, runs: usize) -> Result<(), Failure> {
    let builds = [
        ("small: 1 stage, 4 instructions", cases::stages(1, 4), runs),
        (
            "typical: 12 stages, 120 instructions",
            cases::stages(12, 10),
            runs,
        ),
        (
            "half of large: 500 stages, 5000 instructions",
            cases::stages(500, 10),
            runs,
        ),
        (
            "large: 1000 stages, 10000 instructions",
            cases::stages(1000, 10),
            runs,
        ),
        ("1 base, 50 ms a resolve", cases::bases(1), runs),
        ("4 bases, 50 ms a resolve", cases::bases(4), runs),
        ("16 bases, 50 ms a resolve", cases::bases(16), runs),
    ];
    println!(
        "{:<45} {:>5} {:>20} {:>7} {:>20} {:>7} {:>9} {:>9}",
        "ours / reference", "runs", "ms to Return", "ratio", "peak KiB", "ratio", "calls", "depth"
    );
    let mut rows = Vec::new();
    for (name, text, runs) in builds {
        let case = Case::parse(name, &text)?;
        let mut recordings = [Vec::new(), Vec::new()];
        // The first turn warms up.
        'turns: for turn in 0..=runs {
            for (program, list) in programs.iter().zip(&mut recordings) {
                let recording = run_blocking(program, &case)?;
                if recording.exit_code.is_none() {
                    println!("{name:<45} {} was killed after 30 s", program.display());
                    rows.push(json!({"build": name, "killed": program.display().to_string()}));
                    list.clear();
                    break 'turns;
                }
                if !matches!(recording.outcome, Outcome::Result(_)) {
                    return Err(format!(
                        "{name}: {} gave no result: {:?} {}",
                        program.display(),
                        recording.outcome,
                        recording.stderr
                    )
                    .into());
                }
                if turn > 0 {
                    list.push(recording);
                }
            }
        }
        let [Some(a), Some(b)] = recordings.map(|list| figures(&list)) else {
            continue;
        };
        let [x, y] = [&a, &b].map(|f| f.time.as_secs_f64() * 1000.0);
        let memory = a.memory as f64 / b.memory as f64;
        println!(
            "{name:<45} {runs:>5} {:>20} {:>7.3} {:>20} {memory:>7.3} {:>9} {:>9}",
            format!("{x:.2} / {y:.2}"),
            x / y,
            format!("{} / {}", a.memory, b.memory),
            format!("{} / {}", a.calls, b.calls),
            format!("{} / {}", a.depth, b.depth),
        );
        rows.push(json!({"build": name, "runs": runs, "ours": value(&a), "reference": value(&b)}));
        std::fs::write(report, format!("{:#}\n", json!(rows)))?;
    }
    Ok(std::fs::write(report, format!("{:#}\n", json!(rows)))?)
}

fn figures(recordings: &[Recording]) -> Option<Figures> {
    let last = recordings.last()?;
    Some(Figures {
        time: median(recordings.iter().filter_map(|r| r.returned).collect())?,
        memory: median(recordings.iter().filter_map(|r| r.peak_memory).collect())?,
        calls: last.spans.len(),
        depth: last.depth(),
    })
}

fn value(figures: &Figures) -> Value {
    json!({
        "milliseconds": figures.time.as_secs_f64() * 1000.0,
        "peak_kib": figures.memory,
        "calls": figures.calls,
        "depth": figures.depth,
    })
}

fn median<T: Ord + Copy>(mut list: Vec<T>) -> Option<T> {
    list.sort();
    list.get(list.len() / 2).copied()
}
