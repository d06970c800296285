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
fn what_is_merged_onto_nothing_might_be_one() {
    let merged = |layer: fn(&mut Graph, State) -> State| {
        judged(|graph, files| {
            let empty = copy(graph, &State::scratch(), &files, "/x", false);
            let layer = layer(graph, files);
            let merged = graph.merge(&[empty.clone(), layer], Constraints::new());
            empty.with_output(graph, merged.output())
        })
    };
    assert!(merged(|_, files| files));
    // With one more step in the layer.
    assert!(merged(|graph, files| {
        let made = copy(graph, &State::scratch(), &files, "/", true);
        copy(graph, &made, &files, "/y", false)
    }));
    assert!(!merged(|graph, files| copy(
        graph,
        &State::scratch(),
        &files,
        "/y",
        false
    )));
}

/// A definition of one operation, and its result.
fn result_of(op: pb::Op) -> bool {
    let bytes = op.encode_to_vec();
    let input = pb::Input {
        digest: Digest::sha256(&bytes).as_str().to_owned(),
        index: 0,
    };
    let last = pb::Op {
        inputs: vec![input],
        ..pb::Op::default()
    };
    might_be_root_file_system(&pb::Definition {
        def: vec![bytes, last.encode_to_vec()],
        ..pb::Definition::default()
    })
}

#[test]
fn what_can_not_be_read_might_be_one() {
    let of = |op| {
        result_of(pb::Op {
            op: Some(op),
            ..pb::Op::default()
        })
    };
    assert!(of(Op::Build(pb::BuildOp::default())));
    assert!(of(Op::Exec(pb::ExecOp::default())));
    assert!(of(Op::Merge(pb::MergeOp::default())));
    assert!(of(Op::Diff(pb::DiffOp::default())));
    assert!(of(Op::File(pb::FileOp::default())));
    assert!(of(Op::Passthrough(pb::PassthroughOp::default())));
    assert!(result_of(pb::Op::default()));
    let source = |identifier: &str| {
        of(Op::Source(pb::SourceOp {
            identifier: identifier.to_owned(),
            ..pb::SourceOp::default()
        }))
    };
    assert!(source("git://example.com/a"));
    assert!(!source("docker-image://docker.io/library/alpine:3"));
    // An empty definition is an empty file system.
    assert!(!might_be_root_file_system(&pb::Definition::default()));
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
