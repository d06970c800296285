//! No image gets into a build without the gate's approval: every case of `tests/bypass` is refused, and BuildKit never
//! sees the image.
#![cfg(test)]

use std::path::{Path, PathBuf};

use fromtier_buildkit_double::record::{Call, Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};
use fromtier_proto::{Message, pb};

/// A text that all forbidden images have in their names, and nothing else has.
const FORBIDDEN: &str = "evil";

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/bypass"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "case"))
        .filter(|path| path.file_name().is_some_and(|name| name != "world.case"))
        .collect();
    files.sort();
    files
}

fn run(file: &Path) -> Recording {
    let mut case = Case::read(file).unwrap();
    let world = Case::world_of(file).unwrap().unwrap();
    case.images.add_missing(&world.images);
    run_blocking(Path::new(env!("CARGO_BIN_EXE_fromtier-frontend")), &case).unwrap()
}

/// Every source that BuildKit received, in calls and in graphs.
fn sources(recording: &Recording) -> Vec<String> {
    let mut out = Vec::new();
    for call in &recording.calls {
        match call {
            Call::ResolveImageConfig(request) => out.push(request.r#ref.clone()),
            Call::ResolveSourceMeta(request) => {
                out.extend(request.source.iter().map(|s| s.identifier.clone()));
            }
            Call::Solve { request, .. } => {
                for bytes in request.definition.iter().flat_map(|graph| &graph.def) {
                    if let Some(pb::op::Op::Source(source)) =
                        pb::Op::decode(bytes.as_slice()).unwrap().op
                    {
                        out.push(source.identifier);
                    }
                }
            }
            Call::Forward { frontend, options } => out.push(format!("{frontend} {options:?}")),
            _ => {}
        }
    }
    out
}

#[test]
fn no_way_leads_around_the_gate() {
    let cases = cases();
    assert!(cases.len() > 40, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for file in cases {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let recording = run(&file);
        let reached: Vec<_> = sources(&recording)
            .into_iter()
            .filter(|source| source.contains(FORBIDDEN))
            .collect();
        if !reached.is_empty() {
            wrong.push(format!("{name}: BuildKit was told of {reached:?}"));
        }
        match &recording.outcome {
            Outcome::Error(status)
                if status.message.contains("FT1") && status.message.contains(FORBIDDEN) => {}
            Outcome::Error(status) => wrong.push(format!(
                "{name}: no refusal that names the image: {}",
                status.message
            )),
            other => wrong.push(format!(
                "{name}: not refused: {other:?} {}",
                recording.stderr
            )),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
