//! Whether the result of a client's definition can be a root file system that no rule for images has judged.

use std::collections::{HashMap, HashSet};

use fromtier_gostd::path;
use fromtier_image::Digest;
use fromtier_proto::Message;
use fromtier_proto::pb::{self, op::Op};

/// The operations of a definition, by digest.
type Ops = HashMap<String, pb::Op>;

/// Whether the result of a definition might be a root file system that isn't an image: a directory, a repository, or an
/// archive that is unpacked at the root of an empty file system. What can't be read might be one.
pub fn might_be_root_file_system(definition: &pb::Definition) -> bool {
    let mut ops = Ops::new();
    let mut result = None;
    for bytes in &definition.def {
        let Ok(op) = pb::Op::decode(bytes.as_slice()) else {
            return true;
        };
        result = Some(op.inputs.first().cloned());
        ops.insert(Digest::sha256(bytes).as_str().to_owned(), op);
    }
    // An empty definition is an empty file system. The last operation of another names its result.
    let Some(result) = result else {
        return false;
    };
    let Some(result) = result else {
        return true;
    };
    let mut todo = vec![result];
    let mut seen = HashSet::new();
    while let Some(input) = todo.pop() {
        if !seen.insert((input.digest.clone(), input.index)) {
            continue;
        }
        match ending(input, &ops) {
            Ending::Image => {}
            Ending::Whole => return true,
            Ending::Empty(layers) => todo.extend(layers),
        }
    }
    false
}

/// What a file system is built on in the end.
enum Ending {
    /// An image, which rules for images have judged.
    Image,
    /// Nothing, and these layers are merged onto it.
    Empty(Vec<pb::Input>),
    /// Something that comes in whole, or that can't be read.
    Whole,
}

/// Follows the operations from an output to what it is built on.
fn ending(mut input: pb::Input, ops: &Ops) -> Ending {
    let (mut layers, mut unpacks) = (Vec::new(), false);
    // A path through a graph without circles has no more steps than there are operations.
    for _ in 0..=ops.len() {
        let Some(op) = ops.get(&input.digest) else {
            return Ending::Whole;
        };
        if let Some(Op::Source(source)) = &op.op {
            let scheme = source.identifier.split("://").next().unwrap_or_default();
            return match scheme {
                "docker-image" | "oci-layout" => Ending::Image,
                _ => Ending::Whole,
            };
        }
        let below = Below::of(op, input.index);
        unpacks |= below.unpacks;
        layers.extend(below.layers);
        match below.base {
            Base::Input(base) => input = base,
            Base::Empty if unpacks => return Ending::Whole,
            Base::Empty => return Ending::Empty(layers),
            Base::Unknown => return Ending::Whole,
        }
    }
    Ending::Whole
}

/// What an output of an operation is built on.
enum Base {
    Input(pb::Input),
    /// An empty file system.
    Empty,
    /// Nothing that the operation itself says.
    Unknown,
}

impl Base {
    /// Returns the input of an operation at this position.
    fn at(op: &pb::Op, at: i64) -> Base {
        match usize::try_from(at) {
            Ok(at) => op
                .inputs
                .get(at)
                .cloned()
                .map_or(Base::Unknown, Base::Input),
            Err(_) if at == -1 => Base::Empty,
            Err(_) => Base::Unknown,
        }
    }
}

/// What an operation does to its base.
struct Below {
    base: Base,
    /// Whether the operation unpacks an archive at the root.
    unpacks: bool,
    /// What it merges onto the base.
    layers: Vec<pb::Input>,
}

impl Below {
    fn of(op: &pb::Op, output: i64) -> Below {
        let on = |base: Base| Below {
            base,
            unpacks: false,
            layers: Vec::new(),
        };
        let at = |at: Option<i64>| on(at.map_or(Base::Unknown, |at| Base::at(op, at)));
        match &op.op {
            Some(Op::File(file)) => Below::of_files(op, file, output),
            Some(Op::Exec(exec)) => {
                let mount = exec.mounts.iter().find(|mount| mount.output == output);
                at(mount.map(|mount| mount.input))
            }
            Some(Op::Merge(merge)) => {
                let mut inputs = merge.inputs.iter().map(|layer| Base::at(op, layer.input));
                let base = inputs.next().unwrap_or(Base::Unknown);
                let mut below = on(base);
                for layer in inputs {
                    match layer {
                        Base::Input(layer) => below.layers.push(layer),
                        Base::Empty => {}
                        Base::Unknown => below.base = Base::Unknown,
                    }
                }
                below
            }
            Some(Op::Diff(diff)) => at(diff.upper.as_ref().map(|upper| upper.input)),
            Some(Op::Passthrough(pass)) => {
                let output = usize::try_from(output).ok();
                at(output.and_then(|at| pass.outputs.get(at)).copied())
            }
            Some(Op::Source(_) | Op::Build(_)) | None => on(Base::Unknown),
        }
    }

    /// Follows the actions from the one that makes the output to the file system that the first one works on.
    fn of_files(op: &pb::Op, file: &pb::FileOp, output: i64) -> Below {
        let made_by = |action: &pb::FileAction| action.output == output;
        let mut at = file.actions.iter().position(made_by);
        let mut below = Below {
            base: Base::Unknown,
            unpacks: false,
            layers: Vec::new(),
        };
        while let Some((position, action)) = at.and_then(|at| Some((at, file.actions.get(at)?))) {
            below.unpacks |= unpacks_there(action);
            let before = usize::try_from(action.input).ok();
            let before = before.and_then(|input| input.checked_sub(op.inputs.len()));
            // Only an earlier action's output can be worked on.
            at = before.filter(|before| *before < position);
            below.base = match before {
                Some(_) => Base::Unknown,
                None => Base::at(op, action.input),
            };
        }
        below
    }
}

fn unpacks_there(action: &pb::FileAction) -> bool {
    match &action.action {
        Some(pb::file_action::Action::Copy(copy)) => {
            copy.attempt_unpack && path::join(&["/", &copy.dest]) == "/"
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
