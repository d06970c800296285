//! Proof that the harness sees: the reference against itself must be the same, and against itself on a changed case must not.

use std::path::Path;

use fromtier_bridge::compare::compare;
use fromtier_bridge::run::run_blocking;
use fromtier_bridge::{Case, Recording};

use crate::Surroundings;

/// What is changed in this Dockerfile, and a part of the path of a difference that must be found.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "echo a",
        "echo b",
        "exec \"[build 2/2] RUN echo a\" (Dockerfile:3)/op/Exec/meta/args[2]",
    ),
    ("ENV A=1", "ENV A=2", "op/Exec/meta/env[1]"),
    (
        "ENV A=1",
        "ENV A=2",
        "result/metadata/containerimage.config/config/Env[1]",
    ),
    ("/x /y", "/x /z", "actions[0]/action/Copy/dest"),
    (
        "FROM alpine AS build",
        "FROM busybox AS build",
        "op/Source/identifier",
    ),
    (
        "LABEL l=1",
        "LABEL l=2",
        "result/metadata/containerimage.config/history",
    ),
    ("CMD true", "CMD [\"true\"]", "warnings/JSONArgsRecommended"),
    ("CMD true", "\nCMD true", "warnings/JSONArgsRecommended"),
    ("COPY --from", "COPY --frm", "outcome"),
];

const DOCKERFILE: &str = "FROM alpine AS build\nENV A=1\nRUN echo a\nFROM build AS last\nRUN true\n\
                          COPY --from=build /x /y\nLABEL l=1\nCMD true\n";

/// Runs the proof.
///
/// # Errors
/// What was not seen, or was seen and is not there.
pub fn prove(reference: &Path, surroundings: &Surroundings) -> Result<usize, String> {
    let run = |dockerfile: &str| -> Result<Recording, String> {
        let mut case = Case::default();
        let files = case.locals.entry("dockerfile".to_owned()).or_default();
        files.insert_file("Dockerfile", dockerfile);
        let case = surroundings.around(case);
        run_blocking(reference, &case).map_err(|err| format!("{}: {err}", reference.display()))
    };
    let plain = run(DOCKERFILE)?;
    if let Some(difference) = compare(&plain, &run(DOCKERFILE)?).first() {
        return Err(format!("the reference differs from itself: {difference}"));
    }
    for (old, new, path) in PLANTED {
        let differences = compare(&plain, &run(&DOCKERFILE.replacen(old, new, 1))?);
        if !differences.iter().any(|d| d.path.contains(path)) {
            let found: Vec<_> = differences.iter().map(|d| &*d.path).collect();
            return Err(format!(
                "{old} became {new}, and no difference is at {path}; found {found:?}"
            ));
        }
    }
    Ok(PLANTED.len())
}
