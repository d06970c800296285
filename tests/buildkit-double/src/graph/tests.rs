//! Random ids do not show; everything else does.

use super::*;
use crate::fixtures::{local_context, operation, result_of};

fn graph(unique: &str, path: &str) -> pb::Definition {
    let source = local_context(&[("local.unique", unique)]);
    let action = pb::FileAction {
        action: Some(pb::file_action::Action::Copy(pb::FileActionCopy {
            src: path.into(),
            ..Default::default()
        })),
        ..Default::default()
    };
    let copy = operation(
        &[&source],
        pb::op::Op::File(pb::FileOp {
            actions: vec![action],
        }),
    );
    let result = result_of(&copy);
    pb::Definition {
        def: vec![source, copy, result],
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
