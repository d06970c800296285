//! What is said of operations beside what they do.

use std::rc::Rc;

use fromtier_dockerfile::span::Range;
use fromtier_llb::{Constraints, SourceMap};
use fromtier_proto::pb;

/// The key under which an instruction's text is kept.
const COMMAND: &str = "com.docker.dockerfile.v1.command";

/// Nothing said.
pub(crate) fn plain() -> Constraints {
    Constraints::new()
}

/// A step of that name.
pub(crate) fn named(name: impl AsRef<str>) -> Constraints {
    Constraints::new().custom_name(name.as_ref())
}

/// A step of the converter's own.
pub(crate) fn internal(name: &str) -> Constraints {
    named(format!("[internal] {name}"))
}

/// A step with the instruction that it is made of.
pub(crate) fn described(constraints: Constraints, code: &str) -> Constraints {
    constraints.description(COMMAND, code)
}

/// A step with the lines that it comes from, where the file is known.
pub(crate) fn located(
    constraints: Constraints,
    map: Option<&Rc<SourceMap>>,
    ranges: &[Range],
) -> Constraints {
    match map {
        Some(map) => constraints.location(map, to_pb(ranges)),
        None => constraints,
    }
}

/// Ranges as BuildKit's API has them.
pub fn to_pb(ranges: &[Range]) -> Vec<pb::Range> {
    let position = |p: fromtier_dockerfile::span::Position| pb::Position {
        line: p.line,
        character: p.character,
    };
    ranges
        .iter()
        .map(|r| pb::Range {
            start: Some(position(r.start)),
            end: Some(position(r.end)),
        })
        .collect()
}
