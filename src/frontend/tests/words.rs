//! Every word that a build can show its user, one snapshot a case.
//!
//! `words/*/NAME.case` is a build (the format is described in `tests/corpus/README.md`); `NAME.snap` beside it is what the
//! client shows of it: warnings, the error with its places, and what goes to the daemon's log.
//! To accept new words: `INSTA_UPDATE=always cargo test -p fromtier-frontend --test words`, then read the diff.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fromtier_buildkit_double::record::{Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};
use fromtier_image::{ImageConfig, ImageRef};
use fromtier_policy::gate::{ImageRequest, Resolved, Via};
use fromtier_policy::{Day, Gate, Scope};
use fromtier_proto::gw;
use serde_json::Value;

const WORDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/words");
const FRONTEND: &str = env!("CARGO_BIN_EXE_fromtier-frontend");

/// Compares a text with the snapshot `folder/name.snap`.
fn assert_words(folder: &Path, name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The files with this extension in a folder, in order.
fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|own| own == extension))
        .collect();
    found.sort();
    found
}

/// Runs the cases of one folder; all of them, however many differ.
fn play(folder: &str) {
    let folder = Path::new(WORDS).join(folder);
    let mut differ = Vec::new();
    for file in files_in(&folder, "case") {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut case = Case::read(&file).unwrap();
        let world = Case::world_of(&file).unwrap().unwrap();
        case.images.add_missing(&world.images);
        let text = screen(&run_blocking(Path::new(FRONTEND), &case).unwrap());
        let compare = std::panic::AssertUnwindSafe(|| assert_words(&folder, &name, &text));
        if std::panic::catch_unwind(compare).is_err() {
            differ.push(name);
        }
    }
    assert!(differ.is_empty(), "other words in: {}", differ.join(", "));
    for snapshot in files_in(&folder, "snap") {
        let has_case = snapshot.with_extension("case").exists();
        assert!(has_case, "{} has no case", snapshot.display());
    }
}

#[test]
fn codes() {
    play("codes");
}

/// FT124 is the gate's last defense: a build asks the gate about a replaced image before it admits it.
#[test]
fn a_replaced_image_that_was_not_requested() {
    let gate = Gate::new(None, None, None, Day::parse("2026-11-20").unwrap());
    let pass = gate
        .request(&ImageRequest {
            reference: "node:24-alpine",
            via: Via::From,
            scope: Scope::UNKNOWN,
        })
        .unwrap();
    let other = ImageRef::parse("evil/tool:1").unwrap();
    let denial = gate
        .admit(
            &pass,
            &Resolved {
                reference: &other,
                digest: None,
                config: &ImageConfig::default(),
            },
        )
        .unwrap_err();
    let text = format!(
        "error[{}]: {}\nhelp: {}\n",
        denial.code,
        denial.message,
        denial.help.unwrap_or_default()
    );
    assert_words(&Path::new(WORDS).join("gate"), "FT124", &text);
}

#[test]
fn screens() {
    play("screens");
}

#[test]
fn warnings() {
    play("warnings");
}

/// The output of a client for a build.
fn screen(recording: &Recording) -> String {
    let mut out = String::new();
    for warning in recording.warnings() {
        out.push_str(&shown_warning(warning));
    }
    match &recording.outcome {
        Outcome::Error(status) => out.push_str(&shown_error(status)),
        Outcome::Result(result) => {
            out.push_str("[built]\n");
            for key in ["result.txt", "frontend.fromtier.verdicts"] {
                if let Some(bytes) = result.metadata.get(key) {
                    let bytes = STANDARD.decode(bytes).unwrap_or_else(|_| bytes.clone());
                    let text = match serde_json::from_slice::<Value>(&bytes) {
                        Ok(json) => format!("{:#}", without_days(json)),
                        Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
                    };
                    out.push_str(&format!("[{key}]\n{text}\n"));
                }
            }
        }
        Outcome::Nothing => out.push_str("[nothing returned]\n"),
    }
    if !recording.stderr.is_empty() {
        out.push_str(&format!("[daemon's log]\n{}", recording.stderr));
    }
    without_ages(&out)
}

/// The days on which it is told, and on which facts were collected, are other ones tomorrow.
fn without_days(mut json: Value) -> Value {
    for key in ["day", "catalog_day"] {
        if let Some(day) = json.get_mut(key) {
            *day = "DAY".into();
        }
    }
    json
}

/// As `docker buildx build` lists it.
fn shown_warning(warning: &gw::WarnRequest) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut out = format!("WARN: {}\n", text(&warning.short));
    for detail in &warning.detail {
        out.push_str(&format!("{}\n", text(detail)));
    }
    if !warning.url.is_empty() {
        out.push_str(&format!("More info: {}\n", warning.url));
    }
    if let Some(info) = &warning.info {
        let ranges = warning.ranges.iter().map(|range| {
            let line = |position: &Option<_>| position.as_ref().map_or(0, line_of);
            (line(&range.start), line(&range.end))
        });
        let ranges: Vec<_> = ranges.collect();
        out.push_str(&excerpt(&info.filename, &text(&info.data), &ranges));
    }
    out.push('\n');
    out
}

fn line_of(position: &fromtier_proto::pb::Position) -> u64 {
    u64::try_from(position.line).unwrap_or(0)
}

/// As `buildctl build` prints it: the marked lines of each place, then the message.
fn shown_error(status: &gw::Status) -> String {
    let mut out = String::new();
    for detail in &status.details {
        if detail.type_url.contains("stack.Stack") {
            continue;
        }
        let value: Value = serde_json::from_slice(&detail.value).unwrap();
        let (info, ranges) = (&value["info"], value["ranges"].as_array());
        let Some(ranges) = ranges.filter(|_| info.is_object()) else {
            out.push_str(&format!("[{}] {value}\n", detail.type_url));
            continue;
        };
        let ranges: Vec<_> = ranges
            .iter()
            .map(|range| {
                let line = |end: &str| range[end]["line"].as_u64().unwrap_or(0);
                (line("start"), line("end"))
            })
            .collect();
        let data = info["data"].as_str().unwrap_or_default();
        let data = STANDARD.decode(data).unwrap();
        let file = info["filename"].as_str().unwrap_or_default();
        out.push_str(&excerpt(file, &String::from_utf8_lossy(&data), &ranges));
    }
    out.push_str(&format!(
        "ERROR (status {}): {}\n",
        status.code, status.message
    ));
    out
}

/// All lines of a file, with the ranges marked.
fn excerpt(file: &str, text: &str, ranges: &[(u64, u64)]) -> String {
    let first = ranges.first().map_or(0, |(start, _)| *start);
    let mut out = format!("{file}:{first}\n--------------------\n");
    for (number, line) in (1..).zip(text.lines()) {
        let marked = ranges
            .iter()
            .any(|(start, end)| (*start..=*end).contains(&number));
        let mark = if marked { ">>>" } else { "   " };
        out.push_str(&format!(" {number:3} | {mark} {line}\n"));
    }
    out.push_str("--------------------\n");
    out
}

/// An image's age is another one every day.
fn without_ages(text: &str) -> String {
    let mut parts = text.split(" days ago");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.truncate(out.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        out.push_str("AGE days ago");
        out.push_str(part);
    }
    out
}

/// The program by itself, as somebody meets it who starts it without a builder.
#[test]
fn the_program_itself() {
    let mut text = String::new();
    for args in [&["--version"][..], &["--help"], &[]] {
        let output = Command::new(FRONTEND)
            .args(args)
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        text.push_str(&format!(
            "$ fromtier-frontend {}\n{}[stderr]\n{}[exit {}]\n\n",
            args.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            output.status.code().unwrap()
        ));
    }
    assert_words(Path::new(WORDS), "program", &text);
}
