//! Runs two frontends alternately on the same builds.

use std::path::Path;
use std::time::Duration;

use fromtier_buildkit_double::record::{Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};
use serde_json::{Value, json};

use crate::Failure;
use crate::cases::Build;
use crate::figures::median;

/// One frontend's figures for one build: the median of the runs.
struct Figures {
    time: Duration,
    memory: u64,
    calls: usize,
    depth: usize,
}

/// Measures the builds with ours and the reference, and prints a line for each.
///
/// # Errors
/// A frontend can't be started or gives no result, or the report can't be written.
pub fn measure(
    builds: &[Build],
    programs: [&Path; 2],
    report: &Path,
    runs: usize,
) -> Result<(), Failure> {
    println!(
        "{:<45} {:>5} {:>20} {:>7} {:>20} {:>7} {:>9} {:>9}",
        "ours / reference", "runs", "ms to Return", "ratio", "peak KiB", "ratio", "calls", "depth"
    );
    let mut rows = Vec::new();
    for Build {
        name,
        text,
        most_runs,
    } in builds
    {
        let case = Case::parse(name, text)?;
        let runs = runs.min(*most_runs);
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
