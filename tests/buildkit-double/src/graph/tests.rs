//! What is random does not show; everything else does.

use super::*;

fn graph(unique: &str, path: &str) -> pb::Definition {
    let source = pb::Op {
        op: Some(pb::op::Op::Source(pb::SourceOp {
            identifier: "local://context".into(),
            attrs: BTreeMap::from([("local.unique".into(), unique.into())]),
        })),
        ..Default::default()
    }
    .encode_to_vec();
    let input = |bytes: &[u8]| pb::Input {
        digest: format!("sha256:{:x}", Sha256::digest(bytes)),
        index: 0,
    };
    let copy = pb::Op {
        inputs: vec![input(&source)],
        op: Some(pb::op::Op::File(pb::FileOp {
            actions: vec![pb::FileAction {
                action: Some(pb::file_action::Action::Copy(pb::FileActionCopy {
                    src: path.into(),
                    ..Default::default()
                })),
                ..Default::default()
            }],
        })),
        ..Default::default()
    }
    .encode_to_vec();
    let head = pb::Op {
        inputs: vec![input(&copy)],
        ..Default::default()
    }
    .encode_to_vec();
    pb::Definition {
        def: vec![source, copy, head],
        ..Default::default()
    }
}

#[test]
fn a_random_id_changes_no_digest_and_a_path_does() {
    let digest = |definition| {
        Graph::decode(&definition).unwrap().vertices[1]
            .digest
            .clone()
    };
    assert_eq!(digest(graph("x", "/a")), digest(graph("y", "/a")));
    assert_ne!(digest(graph("x", "/a")), digest(graph("x", "/b")));
}

#[test]
fn a_graph_is_printed_with_its_edges() {
    let text = print(&Graph::decode(&graph("x", "/a")).unwrap());
    assert!(text.contains("#0 source \"local://context\""), "{text}");
    assert!(
        text.contains("op.Source.attrs.local.unique = \"<unique id 1>\""),
        "{text}"
    );
    assert!(text.contains("   <- #0:0\n"), "{text}");
    assert!(text.ends_with("result: #1:0\n"), "{text}");
}

#[test]
fn an_input_that_is_missing_is_an_error() {
    let mut broken = graph("x", "/a");
    broken.def.remove(0);
    assert!(
        Graph::decode(&broken)
            .unwrap_err()
            .contains("not before it")
    );
}
