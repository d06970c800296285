use std::collections::BTreeMap;

use super::{Digest, Graph, InputError, pb};

fn source(identifier: &str) -> pb::Op {
    let attrs = BTreeMap::from([("key".to_owned(), "value".to_owned())]);
    let source = pb::SourceOp {
        identifier: identifier.to_owned(),
        attrs,
    };
    pb::Op {
        op: Some(pb::op::Op::Source(source)),
        ..pb::Op::default()
    }
}

/// The operations, and a last one that names the first one as the result.
fn definition(ops: &[pb::Op]) -> pb::Definition {
    let mut def: Vec<Vec<u8>> = ops.iter().map(pb::Op::encode_to_vec).collect();
    let digest = Digest::sha256(&def[0]).as_str().to_owned();
    let inputs = vec![pb::Input { digest, index: 0 }];
    def.push(
        pb::Op {
            inputs,
            ..pb::Op::default()
        }
        .encode_to_vec(),
    );
    let metadata = def
        .iter()
        .map(|d| {
            (
                Digest::sha256(d).as_str().to_owned(),
                pb::OpMetadata::default(),
            )
        })
        .collect();
    pb::Definition {
        def,
        metadata,
        source: None,
    }
}

fn import_definition(definition: &pb::Definition) -> (Vec<String>, Result<(), String>) {
    let mut asked = Vec::new();
    let result = Graph::new().import_definition(definition, &mut |identifier, attrs| {
        asked.push(format!("{identifier} {attrs:?}"));
        if identifier.starts_with("docker-image://docker.io/evil/") {
            return Err(InputError::Invalid("refused".to_owned()));
        }
        Ok(())
    });
    (asked, result.map(|_| ()).map_err(|error| error.to_string()))
}

#[test]
fn every_source_is_judged_even_an_unused_one() {
    let (asked, result) = import_definition(&definition(&[
        source("local://a"),
        source("git://b"),
        source("weird://c"),
    ]));
    assert_eq!(result, Ok(()));
    assert_eq!(
        asked,
        [
            r#"local://a {"key": "value"}"#,
            r#"git://b {"key": "value"}"#,
            r#"weird://c {"key": "value"}"#
        ]
    );
    let (_, result) = import_definition(&definition(&[
        source("local://a"),
        source("docker-image://docker.io/evil/x"),
    ]));
    assert_eq!(result, Err("refused".to_owned()));
}

#[test]
fn a_nested_build_is_refused() {
    let build = pb::Op {
        op: Some(pb::op::Op::Build(pb::BuildOp::default())),
        ..pb::Op::default()
    };
    let (_, result) = import_definition(&definition(&[build]));
    assert!(result.unwrap_err().contains("nested build"));
}

#[test]
fn an_operation_of_an_unknown_kind_is_refused() {
    let mut given = definition(&[source("local://a")]);
    // A field 9 with a message, which a later BuildKit might have.
    given.def.insert(0, vec![0x4a, 0x00]);
    assert!(
        import_definition(&given)
            .1
            .unwrap_err()
            .contains("unknown kind")
    );
}

#[test]
fn a_broken_definition_is_an_error() {
    let good = definition(&[source("local://a")]);
    let mut no_metadata = good.clone();
    no_metadata.metadata.clear();
    let mut garbage = good.clone();
    garbage.def[0] = vec![0xff];
    let mut missing = good.clone();
    missing.def.remove(0);
    let mut no_result = good.clone();
    no_result.def.pop();
    for (given, expected) in [
        (
            pb::Definition::default(),
            "invalid nil input definition to definition op",
        ),
        (no_metadata, "invalid nil input definition to definition op"),
        (garbage, "failed to parse llb proto op"),
        (missing, "invalid definition op with unknown op"),
        (no_result, "its last operation has no input"),
    ] {
        let error = import_definition(&given).1.unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}
