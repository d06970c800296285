//! Proof that the harness finds differences: the reference must equal itself, and must differ from itself on a changed case
//! or with a changed recording.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fromtier_buildkit_double::compare::{Intended, Pins, compare};
use fromtier_buildkit_double::run::run_blocking;
use fromtier_buildkit_double::{Case, Recording};

use crate::forged::{self, Forged};
use crate::shrunk::{Bench, Shrunk, made, shrunk};
use crate::{GENERATED, Named, Surroundings, run_pair};

/// A change of a case, and a part of the path of a difference that must be found.
type Planted = (&'static str, &'static str, &'static str);

const BUILT: &str = "option attest:sbom=
-- Dockerfile --
FROM alpine AS build
ENV A=1
RUN echo a
FROM build AS last
RUN true
COPY --from=build /x /y
COPY --link a b /d/
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
    ("RUN true", "\nRUN true", "(Dockerfile:5)/lines[0]"),
    ("CMD true", "CMD [\"true\"]", "warnings/JSONArgsRecommended"),
    ("CMD true", "\nCMD true", "warnings/JSONArgsRecommended"),
    ("COPY --from", "COPY --frm", "outcome"),
];

const PLATFORMS: &str =
    "option platform=linux/amd64,linux/arm64\n-- Dockerfile --\nFROM alpine\nRUN x\n";

const IN_PLATFORMS: &[Planted] = &[
    ("arm64", "s390x", "graph/linux/arm64"),
    ("arm64", "s390x", "result/metadata/refs.platforms"),
];

const REFUSED: &str = "-- Dockerfile --\nFROM alpine\nCOPY a\n";

const IN_REFUSED: &[Planted] = &[
    ("COPY a", "ADD a", "error/message"),
    ("COPY a", "\nCOPY a", "error/details"),
];

const OUTLINE: &str =
    "option requestid=frontend.outline\n-- Dockerfile --\nFROM alpine\n# of a\nARG A=1\nRUN x $A\n";

const IN_OUTLINE: &[Planted] = &[
    ("ARG A=1", "ARG A=2", "result/metadata/result.json/args[0]"),
    (
        "# of a",
        "# A of a",
        "result/metadata/result.json/args[0]/description",
    ),
    ("ARG A=1", "ARG A=2", "result/metadata/result.txt"),
];

const TARGETS: &str = "option requestid=frontend.targets\n-- Dockerfile --\nFROM alpine AS a\n";

const IN_TARGETS: &[Planted] = &[(
    "AS a",
    "AS b",
    "result/metadata/result.json/targets[0]/name",
)];

const LINT: &str = "option requestid=frontend.lint\n-- Dockerfile --\nFROM alpine AS A\n";

const IN_LINT: &[Planted] = &[
    ("AS A", "AS a", "result/metadata/result.json/warnings"),
    (
        "FROM",
        "\nFROM",
        "result/metadata/result.json/warnings[0]/location/ranges[0]",
    ),
];

const PINNED: &str = "option context:tools=docker-image://busybox\n-- Dockerfile --\nFROM alpine\nCOPY --from=tools /a /a\n";

/// Runs the proof, and returns the number of planted differences.
///
/// # Errors
/// A planted difference that was not found, or a difference that was not planted.
pub fn prove(reference: &Path, surroundings: &Surroundings) -> Result<usize, String> {
    let run = |text: &str| -> Result<(Case, Recording), String> {
        let case = Case::parse("planted", text).map_err(|err| err.to_string())?;
        let case = surroundings.around(case);
        let recording = run_blocking(reference, &case);
        let recording = recording.map_err(|err| format!("{}: {err}", reference.display()))?;
        Ok((case, recording))
    };
    // A scan contains the graph that it scans, so every difference is found there again.
    let without_scan = BUILT.split_once('\n').map_or(BUILT, |(_, rest)| rest);
    let mut count = 0;
    for (text, planted, forged) in [
        (BUILT, IN_BUILT, &[][..]),
        (without_scan, &[], forged::IN_BUILT),
        (REFUSED, IN_REFUSED, forged::IN_REFUSED),
        (PLATFORMS, IN_PLATFORMS, &[]),
        (OUTLINE, IN_OUTLINE, &[]),
        (TARGETS, IN_TARGETS, &[]),
        (LINT, IN_LINT, &[]),
    ] {
        let (_, plain) = run(text)?;
        if let Some(difference) = compare(&plain, &run(text)?.1).first() {
            return Err(format!("the reference differs from itself: {difference}"));
        }
        for (old, new, path) in planted {
            let differences = compare(&plain, &run(&text.replacen(old, new, 1))?.1);
            if !differences.iter().any(|d| d.path.contains(path)) {
                let found: Vec<_> = differences.iter().map(|d| &*d.path).collect();
                return Err(format!(
                    "{old} became {new}, and no difference is at {path}; found {found:?}"
                ));
            }
        }
        see_all(forged, &plain, &plain)?;
        count += planted.len() + forged.len();
    }
    let (case, by_tag) = run(PINNED)?;
    let pins = Pins::of(&case);
    let by_digest = pins.apply(&by_tag).ok_or("no image of an option is seen")?;
    if let Some(difference) = compare(&by_tag, &by_digest).first()
        && !difference.path.contains("op/Source/identifier")
    {
        return Err(format!("more than a digest was put in: {difference}"));
    }
    see_all(forged::BESIDE_PINS, &by_digest, &by_digest)?;
    Ok(count + forged::BESIDE_PINS.len())
}

/// Checks that each change of a recording is found, and nothing else.
fn see_all(forged: &[Forged], left: &Recording, right: &Recording) -> Result<(), String> {
    for one in forged {
        let mut changed = right.clone();
        (one.change)(&mut changed);
        let differences = compare(left, &changed);
        let elsewhere = differences.iter().find(|d| !d.path.starts_with(one.path));
        match elsewhere.or(differences.first()) {
            None => return Err(format!("{}: nothing was found", one.what)),
            Some(found) if !found.path.starts_with(one.path) => {
                return Err(format!(
                    "{}: found at {} and not at {}",
                    one.what, found.path, one.path
                ));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Proof that a generated case that differs becomes small: the second frontend is the reference, but for one build argument.
///
/// # Errors
/// If no case differs, or one that does stays large.
pub fn prove_shrinking(reference: &Path, surroundings: &Surroundings) -> Result<String, String> {
    let reference = reference
        .canonicalize()
        .map_err(|err| format!("{}: {err}", reference.display()))?;
    let other = std::env::temp_dir().join(format!("fromtier-planted-{}", std::process::id()));
    let script = format!(
        "#!/bin/sh\nexport BUILDKIT_FRONTEND_OPT_99=build-arg:A=planted\nexec '{}'\n",
        reference.display()
    );
    let written = std::fs::write(&other, script)
        .and_then(|()| std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o755)));
    let found = written
        .map_err(|err| format!("{}: {err}", other.display()))
        .and_then(|()| shrink_one(&reference, &other, surroundings));
    let _ = std::fs::remove_file(&other);
    found
}

fn shrink_one(
    reference: &Path,
    other: &Path,
    surroundings: &Surroundings,
) -> Result<String, String> {
    let intended = Intended::default();
    let bench = Bench {
        left: reference,
        right: other,
        surroundings,
        intended: &intended,
        again: 0,
    };
    for seed in 1..200 {
        let name = format!("{GENERATED}{seed}");
        let case = Case::parse(&name, &made(seed)).map_err(|err| err.to_string())?;
        let case = surroundings.around(case);
        let pair = run_pair(Named { name, case }, reference, other, &intended, 0)?;
        let in_config = pair.differences.first();
        if in_config.is_none_or(|difference| !difference.path.starts_with("result/")) {
            continue;
        }
        let Shrunk { text, differences } = shrunk(&bench, &pair);
        // The title, a base, and the one line that declares the argument.
        if differences.is_empty() || text.lines().count() > 3 || !text.contains("ARG") {
            return Err(format!("a planted difference stayed in this case:\n{text}"));
        }
        return Ok(text);
    }
    Err("no generated case in 200 has the planted difference".to_owned())
}
