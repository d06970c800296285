//! The metadata of operations: names, locations, descriptions.

use std::rc::Rc;

use fromtier_dockerfile::span::Range;
use fromtier_llb::{Constraints, SourceMap};
use fromtier_proto::pb;

/// The key of an instruction's text in an operation's description.
const COMMAND: &str = "com.docker.dockerfile.v1.command";

/// A step with a name.
pub(crate) fn named(name: impl AsRef<str>) -> Constraints {
    Constraints::new().custom_name(name.as_ref())
}

/// A step of the converter itself.
pub(crate) fn internal(name: &str) -> Constraints {
    named(format!("[internal] {name}"))
}

/// A step with the text of its instruction.
pub(crate) fn described(constraints: Constraints, code: &str) -> Constraints {
    constraints.description(COMMAND, code)
}

/// A step with the lines of its instruction, if the file is known.
pub(crate) fn located(
    constraints: Constraints,
    map: Option<&Rc<SourceMap>>,
    ranges: &[Range],
) -> Constraints {
    match map {
        Some(map) => constraints.location(map, pb_ranges(ranges)),
        None => constraints,
    }
}

/// Returns ranges as BuildKit's API has them.
pub fn pb_ranges(ranges: &[Range]) -> Vec<pb::Range> {
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
