//! Runs a frontend on a case and prints everything that it sent.
//!
//! `run-case FRONTEND CASE-FILE`
#![expect(clippy::print_stdout, reason = "its results go to standard output")]

use std::path::Path;
use std::process::ExitCode;

use fromtier_buildkit_double::graph::{Graph, print, to_value};
use fromtier_buildkit_double::record::{Call, Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [frontend, file] = args.as_slice() else {
        eprintln!("usage: run-case FRONTEND CASE-FILE");
        return ExitCode::from(2);
    };
    match show(Path::new(frontend), Path::new(file)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(err) => {
            eprintln!("{err}");
            ExitCode::FAILURE
        }
    }
}

fn show(frontend: &Path, file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let mut case = Case::read(file)?;
    if let Some(world) = Case::world_of(file)? {
        case.images.add_missing(&world.images);
    }
    if let Some(policy) = allow_all(file)
        && !case.own_policy
    {
        case.insert_beside_dockerfile(".fromtier.yaml", &policy);
    }
    Ok(text(&run_blocking(frontend, &case)?))
}

/// The policy of the corpus that the case is in.
fn allow_all(file: &Path) -> Option<String> {
    file.ancestors()
        .find_map(|folder| std::fs::read_to_string(folder.join("allow-all.yaml")).ok())
}

fn text(recording: &Recording) -> String {
    let mut out = Vec::new();
    let mut say = |line: String| out.push(line);
    for call in &recording.calls {
        match call {
            Call::Solve { id, request } => {
                let definition = request.definition.clone().unwrap_or_default();
                say(format!("== solve {id}"));
                match Graph::decode(&definition) {
                    Ok(graph) => say(print(&graph)),
                    Err(err) => say(format!("broken graph: {err}")),
                }
            }
            Call::Warn(warning) => {
                let mut warning = warning.clone();
                if let Some(info) = &mut warning.info {
                    info.definition = None;
                    info.data.clear();
                }
                say(format!("== warning {:#}", to_value(&warning)));
            }
            other => say(format!("== {other:?}")),
        }
    }
    match &recording.outcome {
        Outcome::Nothing => say("== no outcome".to_owned()),
        Outcome::Error(status) => {
            say(format!("== error {}: {}", status.code, status.message));
            for detail in &status.details {
                say(format!(
                    "   {} {}",
                    detail.type_url,
                    String::from_utf8_lossy(&detail.value)
                ));
            }
        }
        Outcome::Result(result) => {
            say(format!("== result {:?}", recording.refs()));
            for (key, value) in &result.metadata {
                say(format!("   {key} = {}", String::from_utf8_lossy(value)));
            }
            for (platform, list) in &result.attestations {
                say(format!("   attestations of {platform}: {list:?}"));
            }
        }
    }
    say(format!(
        "== exit code {:?} after {:?}",
        recording.exit_code, recording.took
    ));
    say(recording.stderr.clone());
    out.join("\n")
}
