use sha2::{Digest, Sha256};

use super::*;

fn case() -> Case {
    Case::parse(
            "x",
            "option context:a=docker-image://busybox\noption context:b=local:b\n-- Dockerfile --\n-- image busybox --\n{}\n",
        )
        .unwrap()
}

fn source(identifier: &str) -> pb::Op {
    pb::Op {
        op: Some(pb::op::Op::Source(pb::SourceOp {
            identifier: identifier.to_owned(),
            attrs: BTreeMap::new(),
        })),
        ..Default::default()
    }
}

/// The two sources, and a copy from the second to the first.
fn graph(first: &str, second: &str) -> pb::Definition {
    let (first, second) = (
        source(first).encode_to_vec(),
        source(second).encode_to_vec(),
    );
    let digest = |bytes: &[u8]| format!("sha256:{:x}", Sha256::digest(bytes));
    let input = |bytes: &[u8]| pb::Input {
        digest: digest(bytes),
        index: 0,
    };
    let action = |input, secondary_input| pb::FileAction {
        input,
        secondary_input,
        ..Default::default()
    };
    let copy = pb::Op {
        inputs: vec![input(&first), input(&second)],
        op: Some(pb::op::Op::File(pb::FileOp {
            actions: vec![action(0, 1), action(2, 1)],
        })),
        ..Default::default()
    }
    .encode_to_vec();
    let head = pb::Op {
        inputs: vec![input(&copy)],
        ..Default::default()
    }
    .encode_to_vec();
    let said = |name: &str| pb::OpMetadata {
        description: BTreeMap::from([("llb.customname".to_owned(), name.to_owned())]),
        ..Default::default()
    };
    pb::Definition {
        metadata: BTreeMap::from([
            (digest(&first), said("first")),
            (digest(&second), said("second")),
        ]),
        def: vec![first, second, copy, head],
        source: None,
    }
}

#[test]
fn an_image_of_an_option_gets_its_digest_and_becomes_one_with_the_same_image() {
    let pins = Pins::of(&case());
    let tag = "docker-image://docker.io/library/busybox:latest";
    let by_digest = pins.0.get(tag).unwrap().clone();
    let pinned = pins.definition(&graph(&by_digest, tag)).unwrap();
    let graph_of = Graph::decode(&pinned).unwrap();
    assert_eq!(graph_of.vertices.len(), 2);
    assert_eq!(graph_of.vertices[0].name(), "second");
    assert_eq!(graph_of.vertices[1].inputs, [0]);
    let Some(pb::op::Op::File(file)) = &graph_of.vertices[1].op.op else {
        panic!("no file operation");
    };
    let from: Vec<_> = file
        .actions
        .iter()
        .map(|a| (a.input, a.secondary_input))
        .collect();
    assert_eq!(from, [(0, 0), (1, 0)]);
}

#[test]
fn every_other_image_stays_as_it_is() {
    let pins = Pins::of(&case());
    let other = "docker-image://docker.io/library/busybox:1";
    assert_eq!(pins.definition(&graph("local://b", other)), None);
    let tag = "docker-image://docker.io/library/busybox:latest";
    let pinned = pins.definition(&graph(other, tag)).unwrap();
    assert_eq!(Graph::decode(&pinned).unwrap().vertices.len(), 3);
}

#[test]
fn an_image_is_late_only_if_nothing_requested_it() {
    let tag = "docker-image://docker.io/library/busybox:latest";
    let mut definition = graph("local://b", tag);
    let step = "FROM docker.io/library/busybox:latest".to_owned();
    for metadata in definition.metadata.values_mut() {
        metadata.description.insert(STEP.to_owned(), step.clone());
    }
    let mut recording = Recording {
        calls: vec![Call::Solve {
            id: "ref".to_owned(),
            request: fromtier_proto::gw::SolveRequest {
                definition: Some(definition),
                ..Default::default()
            },
        }],
        ..Recording::default()
    };
    let late = Pins::late(&case(), &recording);
    assert!(late.named_in(&format!("calls/source meta {{\"identifier\":\"{tag}\"}}")));
    let pinned = late.apply(&recording).unwrap();
    let graph = Graph::decode(pinned.definition("ref").unwrap()).unwrap();
    assert_eq!(
        graph.vertices[1].name(),
        late.0[tag].replace(IMAGE, "FROM ")
    );
    let request = fromtier_proto::gw::ResolveSourceMetaRequest {
        source: source(tag).op.and_then(|op| match op {
            pb::op::Op::Source(source) => Some(source),
            _ => None,
        }),
        ..Default::default()
    };
    recording.calls.push(Call::ResolveSourceMeta(request));
    assert!(Pins::late(&case(), &recording).0.is_empty());
}
