//! The Dockerfiles of the corpus and the examples, and the reference's answer for each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fromtier_buildkit_double::graph::Graph;
use fromtier_buildkit_double::run::run_blocking_within;
use fromtier_buildkit_double::{Case, Outcome};

use crate::parsers::PARSERS;

/// How long the reference may take on a file: on a few of the corpus it never ends.
const PATIENCE: Duration = Duration::from_secs(5);

/// The right answer of a parser for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The reference builds it, so it is a Dockerfile.
    Read,
    /// The reference refuses its text.
    Refused,
    /// The reference refuses the build for another reason: a missing stage, an option. A parser can't know that.
    Neither,
}

/// One Dockerfile.
pub struct File {
    pub data: Vec<u8>,
    pub expected: Expected,
}

/// The files and graphs that were found.
pub struct Found {
    /// Each text once.
    pub files: Vec<File>,
    /// The graphs that the reference makes of the corpus.
    pub graphs: Vec<Graph>,
}

/// Reads them all and asks the reference.
///
/// # Errors
/// A message: a file that cannot be read, a frontend that cannot be started.
pub fn find(corpus: &Path, examples: &Path, reference: &Path) -> Result<Found, String> {
    let world = Case::read(&corpus.join("world.case")).map_err(|err| err.to_string())?;
    let mut texts: BTreeMap<Vec<u8>, Expected> = BTreeMap::new();
    let mut graphs = Vec::new();
    for path in below(corpus)? {
        if path.extension().is_none_or(|ending| ending != "case") || path.ends_with("world.case") {
            continue;
        }
        let mut case = Case::read(&path).map_err(|err| err.to_string())?;
        if case.options.contains_key("requestid") {
            // It is a request about the file, not a build.
            continue;
        }
        let Some(data) = dockerfile(&case) else {
            continue;
        };
        case.images.add_missing(&world.images);
        let recording = run_blocking_within(reference, &case, PATIENCE)
            .map_err(|err| format!("{}: {err}", reference.display()))?;
        for id in recording.refs().values() {
            if let Some(graph) = recording.definition(id).and_then(|d| Graph::decode(d).ok()) {
                graphs.push(graph);
            }
        }
        // Our parser decides whether the text is the cause; the corpus checks our parser against the reference.
        let expected = match recording.outcome {
            Outcome::Result(_) => Expected::Read,
            _ if !PARSERS[0].reads(&data) => Expected::Refused,
            _ => Expected::Neither,
        };
        let known = texts.entry(data).or_insert(expected);
        if expected == Expected::Read {
            *known = Expected::Read;
        }
    }
    for path in below(examples)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with("Dockerfile") || name.ends_with(".dockerignore") {
            continue;
        }
        let data = std::fs::read(&path).map_err(|err| format!("{}: {err}", path.display()))?;
        texts.entry(data).or_insert(Expected::Read);
    }
    let files = texts.into_iter();
    Ok(Found {
        files: files
            .map(|(data, expected)| File { data, expected })
            .collect(),
        graphs,
    })
}

/// The case's Dockerfile, if the client sends it.
fn dockerfile(case: &Case) -> Option<Vec<u8>> {
    let name = case.options.get("filename").map_or("Dockerfile", |n| n);
    let tree = case.locals.get("dockerfile")?;
    tree.read(name).ok().map(<[u8]>::to_vec)
}

fn below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut out = Vec::new();
    let entries =
        std::fs::read_dir(folder).map_err(|err| format!("{}: {err}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|err| err.to_string())?.path();
        if path.is_dir() {
            out.extend(below(&path)?);
        } else {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}
