//! This project's result against the reference's.

use serde_json::Value;

use crate::build::Build;
use crate::frontend::Frontend;
use crate::result::Built;

/// Builds with the reference and with this project's frontend, requires the same image, and returns it.
#[track_caller]
pub fn same(build: &Build) -> Built {
    let theirs = build.run(&Frontend::reference());
    let ours = build.run(&Frontend::open());
    assert!(theirs.ok, "the reference fails:\n{}", theirs.log);
    assert!(ours.ok, "only this frontend fails:\n{}", ours.log);
    let (mine, reference) = (ours.image(), theirs.image());
    if mine.digest() != reference.digest() {
        panic!("the images differ:\n{}", difference(&reference, &mine));
    }
    mine
}

/// Builds with both, requires the same warnings at the same places, and returns their number.
#[track_caller]
pub fn same_warnings(build: &Build) -> usize {
    let theirs = build.warnings(&Frontend::reference());
    let ours = build.warnings(&Frontend::open());
    let shown = |warnings: &[Value]| serde_json::to_string_pretty(warnings).unwrap_or_default();
    assert_eq!(
        shown(&ours),
        shown(&theirs),
        "the warnings differ (this frontend's first)"
    );
    ours.len()
}

/// Builds with both, requires both to fail with the same text at the same place, and returns the text.
#[track_caller]
pub fn same_failure(build: &Build) -> String {
    let theirs = build.run(&Frontend::reference()).failure();
    let ours = build.run(&Frontend::open()).failure();
    assert_eq!(
        numberless(&ours),
        numberless(&theirs),
        "the failures differ (this frontend's first)"
    );
    ours
}

/// The text without what differs between any two builds: times, the numbers of steps, and the
/// daemon's own names of snapshots.
fn numberless(text: &str) -> String {
    let without = |line: &str| {
        let mut kept = Vec::new();
        for word in line.split(' ') {
            let seconds = word.parse::<f64>().is_ok() && word.contains('.');
            let step = word.starts_with('#') && word[1..].parse::<u32>().is_ok();
            if word.contains("::") {
                kept.push("REF");
            } else if !seconds && !step {
                kept.push(word);
            }
        }
        kept.join(" ")
    };
    let text = text.lines().map(without).collect::<Vec<_>>().join("\n");
    // buildctl waits for the solve and for its own build function, and wraps the error that arrives first (`Build` and
    // `solve` in BuildKit's client/build.go and client/solve.go).
    text.replace(
        "error: failed to run Build function: ",
        "error: failed to solve: ",
    )
}

/// The differences as text: first the platforms, then each config, then each path.
fn difference(reference: &Built, ours: &Built) -> String {
    let (theirs, mine) = (reference.manifests(), ours.manifests());
    let platforms = |all: &[(String, Value)]| {
        let names: Vec<_> = all.iter().map(|(name, _)| name.clone()).collect();
        names.join(", ")
    };
    let mut report = Vec::new();
    if platforms(&theirs) != platforms(&mine) {
        report.push(format!(
            "platforms: reference {}, this frontend {}",
            platforms(&theirs),
            platforms(&mine)
        ));
    }
    for ((platform, theirs), (_, mine)) in theirs.iter().zip(&mine) {
        let (their_config, my_config) = (
            reference.json(&theirs["config"]),
            ours.json(&mine["config"]),
        );
        values(
            &format!("{platform}: config"),
            &their_config,
            &my_config,
            &mut report,
        );
        let (their_files, my_files) = (reference.unpacked(theirs), ours.unpacked(mine));
        for (path, entry) in &their_files {
            if my_files.get(path) != Some(entry) {
                report.push(format!(
                    "{platform}: /{path}: reference {entry:?}, this frontend {:?}",
                    my_files.get(path)
                ));
            }
        }
        for path in my_files
            .keys()
            .filter(|path| !their_files.contains_key(*path))
        {
            report.push(format!("{platform}: /{path}: only with this frontend"));
        }
    }
    if report.is_empty() {
        report.push("only in digests: an operation differs whose result is the same".to_owned());
    }
    report.join("\n")
}

fn values(at: &str, theirs: &Value, mine: &Value, report: &mut Vec<String>) {
    if let (Some(one), Some(other)) = (theirs.as_object(), mine.as_object()) {
        for key in one
            .keys()
            .chain(other.keys().filter(|key| !one.contains_key(*key)))
        {
            values(&format!("{at}.{key}"), &theirs[key], &mine[key], report);
        }
    } else if let (Some(one), Some(other)) = (theirs.as_array(), mine.as_array())
        && one.len() == other.len()
    {
        for (n, (theirs, mine)) in one.iter().zip(other).enumerate() {
            values(&format!("{at}[{n}]"), theirs, mine, report);
        }
    } else if theirs != mine {
        report.push(format!("{at}: reference {theirs}, this frontend {mine}"));
    }
}
