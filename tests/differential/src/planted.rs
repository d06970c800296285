//! Proof that the harness sees: the reference against itself must be the same, and against itself on a changed case must not.

use std::path::Path;

use fromtier_bridge::compare::compare;
use fromtier_bridge::run::run_blocking;
use fromtier_bridge::{Case, Recording};

use crate::Surroundings;

/// What is changed in a case, and a part of the path of a difference that must be found.
type Planted = (&'static str, &'static str, &'static str);

const BUILT: &str = "option attest:sbom=
-- Dockerfile --
FROM alpine AS build
ENV A=1
RUN echo a
FROM build AS last
RUN true
COPY --from=build /x /y
LABEL l=1
CMD true
-- image docker/buildkit-syft-scanner:stable-1 --
{\"config\":{\"Entrypoint\":[\"/scan\"]}}
";

const IN_BUILT: &[Planted] = &[
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
    ("FROM alpine AS build", "FROM busybox AS build", "calls/"),
    (
        "LABEL l=1",
        "LABEL l=2",
        "result/metadata/containerimage.config/history",
    ),
    ("[\"/scan\"]", "[\"/other\"]", "result/attestations/"),
    ("CMD true", "CMD [\"true\"]", "warnings/JSONArgsRecommended"),
    ("CMD true", "\nCMD true", "warnings/JSONArgsRecommended"),
    ("COPY --from", "COPY --frm", "outcome"),
];

const REFUSED: &str = "-- Dockerfile --\nFROM alpine\nCOPY a\n";

const IN_REFUSED: &[Planted] = &[
    ("COPY a", "ADD a", "error/message"),
    ("COPY a", "\nCOPY a", "error/details"),
];

/// Runs the proof.
///
/// # Errors
/// What was not seen, or was seen and is not there.
pub fn prove(reference: &Path, surroundings: &Surroundings) -> Result<usize, String> {
    let run = |text: &str| -> Result<Recording, String> {
        let case = Case::parse("planted", text).map_err(|err| err.to_string())?;
        let case = surroundings.around(case);
        run_blocking(reference, &case).map_err(|err| format!("{}: {err}", reference.display()))
    };
    for (text, planted) in [(BUILT, IN_BUILT), (REFUSED, IN_REFUSED)] {
        let plain = run(text)?;
        if let Some(difference) = compare(&plain, &run(text)?).first() {
            return Err(format!("the reference differs from itself: {difference}"));
        }
        for (old, new, path) in planted {
            let differences = compare(&plain, &run(&text.replacen(old, new, 1))?);
            if !differences.iter().any(|d| d.path.contains(path)) {
                let found: Vec<_> = differences.iter().map(|d| &*d.path).collect();
                return Err(format!(
                    "{old} became {new}, and no difference is at {path}; found {found:?}"
                ));
            }
        }
    }
    Ok(IN_BUILT.len() + IN_REFUSED.len())
}
