//! Measures the command line, for which there is no reference.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Failure;
use crate::figures::median;
use crate::folders::{Files, folders};

/// Runs `fromtier check` on each folder, and prints a line for each.
///
/// # Errors
/// The program can't be started or ends in another way than it should, or files can't be written.
pub fn measure(fromtier: &Path, report: &Path, runs: usize) -> Result<(), Failure> {
    let place = report.with_extension("folders");
    println!(
        "{:<55} {:>5} {:>10} {:>10} {:>5}",
        "fromtier check", "runs", "ms", "peak KiB", "exit"
    );
    let mut rows = Vec::new();
    for folder in folders() {
        let directory = place.join("checked");
        write(&directory, &folder.files)?;
        let mut taken = Vec::new();
        // The first turn warms up.
        for turn in 0..=runs {
            let run = run(fromtier, &directory)?;
            if turn > 0 {
                taken.push(run);
            }
        }
        let exit = taken.first().and_then(|run| run.exit);
        if exit != Some(folder.exit) {
            return Err(format!("{}: ended with {exit:?}", folder.name).into());
        }
        let time = median(taken.iter().map(|run| run.time).collect()).unwrap_or_default();
        let memory = median(taken.iter().map(|run| run.memory).collect()).unwrap_or_default();
        let milliseconds = time.as_secs_f64() * 1000.0;
        let (name, exit) = (folder.name, folder.exit);
        println!("{name:<55} {runs:>5} {milliseconds:>10.1} {memory:>10} {exit:>5}");
        rows.push(
            json!({"folder": name, "runs": runs, "milliseconds": milliseconds, "peak_kib": memory}),
        );
        std::fs::write(report, format!("{:#}\n", json!(rows)))?;
        std::fs::remove_dir_all(&place)?;
    }
    Ok(())
}

/// What a run took.
struct Run {
    time: Duration,
    /// The most memory in KiB, except in the last millisecond.
    memory: u64,
    exit: Option<i32>,
}

fn run(fromtier: &Path, directory: &Path) -> Result<Run, Failure> {
    let started = Instant::now();
    let mut child = Command::new(fromtier)
        .args(["check", "."])
        .current_dir(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    loop {
        let peak = std::fs::read_to_string(&status).ok().and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.trim().trim_end_matches("kB").trim().parse().ok()
        });
        memory = memory.max(peak.unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            return Ok(Run {
                time: started.elapsed(),
                memory,
                exit: status.code(),
            });
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn write(directory: &Path, files: &Files) -> Result<(), Failure> {
    // A repository, so that the search ends there.
    std::fs::create_dir_all(directory.join(".git"))?;
    for (path, text) in files {
        let path = directory.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}
