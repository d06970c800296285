//! Whether the result of a client's definition can be a root file system that no rule for images has judged.

use std::collections::HashMap;

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
        result = op.inputs.first().cloned();
        ops.insert(Digest::sha256(bytes).as_str().to_owned(), op);
    }
    let mut unpacks = false;
    // A path through a graph without circles has no more steps than there are operations.
    for _ in 0..=ops.len() {
        let Some(input) = result else {
            return unpacks;
        };
        let Some(op) = ops.get(&input.digest) else {
            return true;
        };
        if let Some(Op::Source(source)) = &op.op {
            let scheme = source.identifier.split("://").next().unwrap_or_default();
            return !matches!(scheme, "docker-image" | "oci-layout");
        }
        let base = Base::of(op, input.index, &ops);
        unpacks |= base.unpacks;
        result = base.input;
    }
    true
}

/// What an output of an operation is built on; no input for an empty file system.
struct Base {
    input: Option<pb::Input>,
    /// Whether the operation unpacks an archive at the root.
    unpacks: bool,
}

impl Base {
    fn of(op: &pb::Op, output: i64, ops: &Ops) -> Base {
        let input = |at: i64| {
            usize::try_from(at)
                .ok()
                .and_then(|at| op.inputs.get(at))
                .cloned()
        };
        let plain = |at: i64| Base {
            input: input(at),
            unpacks: false,
        };
        match &op.op {
            Some(Op::File(file)) => Base::of_files(op, file, output),
            Some(Op::Exec(exec)) => {
                let mount = exec.mounts.iter().find(|mount| mount.output == output);
                plain(mount.map_or(-1, |mount| mount.input))
            }
            Some(Op::Merge(merge)) => {
                let layers = merge
                    .inputs
                    .iter()
                    .skip(1)
                    .filter_map(|layer| input(layer.input));
                Base {
                    unpacks: layers.into_iter().any(|layer| unpacks_at_root(&layer, ops)),
                    ..plain(merge.inputs.first().map_or(-1, |first| first.input))
                }
            }
            Some(Op::Diff(diff)) => plain(diff.upper.as_ref().map_or(-1, |upper| upper.input)),
            Some(Op::Passthrough(pass)) => {
                let output = usize::try_from(output).ok();
                plain(
                    output
                        .and_then(|at| pass.outputs.get(at))
                        .copied()
                        .unwrap_or(-1),
                )
            }
            Some(Op::Source(_) | Op::Build(_)) | None => plain(-1),
        }
    }

    /// Follows the actions from the one that makes the output to the file system that the first one works on.
    fn of_files(op: &pb::Op, file: &pb::FileOp, output: i64) -> Base {
        let mut unpacks = false;
        let mut at = file
            .actions
            .iter()
            .position(|action| action.output == output);
        let mut input = -1;
        while let Some(action) = at.and_then(|at| file.actions.get(at)) {
            unpacks |= unpacks_there(action);
            input = action.input;
            let before = usize::try_from(input).ok();
            let before = before.and_then(|input| input.checked_sub(op.inputs.len()));
            // Only an earlier action's output can be worked on.
            at = before.filter(|before| Some(*before) < at);
        }
        Base {
            input: usize::try_from(input)
                .ok()
                .and_then(|at| op.inputs.get(at))
                .cloned(),
            unpacks,
        }
    }
}

/// Whether an operation on files unpacks an archive at the root.
fn unpacks_at_root(input: &pb::Input, ops: &Ops) -> bool {
    match ops.get(&input.digest).and_then(|op| op.op.as_ref()) {
        Some(Op::File(file)) => file.actions.iter().any(unpacks_there),
        _ => false,
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
mod tests {
    use fromtier_policy::{Gate, Policy, Scope, gate::SourceRequest};

    use super::*;
    use crate::{Constraints, CopyInfo, FileAction, Graph, LocalOptions, MarshalOptions, State};

    fn local(graph: &mut Graph) -> State {
        let policy = Policy::load("policy", "version: 1", &mut |_| Err(String::new())).unwrap();
        let gate = Gate::new(
            Some(policy),
            None,
            None,
            fromtier_policy::Day::from_unix_seconds(0),
        );
        let request = SourceRequest::Local { name: "files" };
        let approved = gate.source(&request, &Scope::default()).unwrap();
        graph.local(&approved, LocalOptions::default(), Constraints::new())
    }

    fn judged(build: impl FnOnce(&mut Graph, State) -> State) -> bool {
        let mut graph = Graph::new();
        let files = local(&mut graph);
        let state = build(&mut graph, files);
        let how = MarshalOptions {
            platform: None,
            caps: None,
            new_id: &mut || "id".to_owned(),
        };
        might_be_root_file_system(&graph.marshal(&state, how).unwrap().into_pb())
    }

    fn copy(graph: &mut Graph, onto: &State, files: &State, dest: &str, unpack: bool) -> State {
        let info = CopyInfo {
            attempt_unpack: unpack,
            ..CopyInfo::default()
        };
        let action = FileAction::new().copy(files, "/a", dest, info);
        graph.file(onto, action, Constraints::new())
    }

    #[test]
    fn what_comes_in_whole_might_be_one() {
        assert!(judged(|_, files| files));
        for dest in ["/", "", ".", "/x/.."] {
            assert!(
                judged(|graph, files| copy(graph, &State::scratch(), &files, dest, true)),
                "{dest}"
            );
        }
        // With a later step, on a layer of its own, and with an earlier step below it.
        assert!(judged(|graph, files| {
            let made = copy(graph, &State::scratch(), &files, "/", true);
            copy(graph, &made, &files, "/x", false)
        }));
        assert!(judged(|graph, files| {
            let empty = copy(graph, &State::scratch(), &files, "/x", false);
            let layer = copy(graph, &State::scratch(), &files, "/", true);
            let merged = graph.merge(&[empty.clone(), layer], Constraints::new());
            empty.with_output(graph, merged.output())
        }));
    }

    #[test]
    fn single_files_are_none() {
        for (dest, unpack) in [("/", false), ("/app/", true)] {
            assert!(!judged(|graph, files| copy(
                graph,
                &State::scratch(),
                &files,
                dest,
                unpack
            )));
        }
    }
}
