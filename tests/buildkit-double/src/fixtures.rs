//! The operations that tests make graphs of.

use fromtier_proto::pb;
use sha2::{Digest, Sha256};

/// The client's directory `context`, encoded.
pub(crate) fn local_context(attrs: &[(&str, &str)]) -> Vec<u8> {
    let attrs = attrs.iter();
    operation(
        &[],
        pb::op::Op::Source(pb::SourceOp {
            identifier: "local://context".into(),
            attrs: attrs.map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        }),
    )
}

/// An operation on the first output of each input, encoded.
pub(crate) fn operation(inputs: &[&[u8]], op: pb::op::Op) -> Vec<u8> {
    pb::Op {
        inputs: inputs.iter().map(|bytes| input(bytes)).collect(),
        op: Some(op),
        ..Default::default()
    }
    .encode_to_vec()
}

/// The last operation of a graph: it only names the result.
pub(crate) fn result_of(bytes: &[u8]) -> Vec<u8> {
    pb::Op {
        inputs: vec![input(bytes)],
        ..Default::default()
    }
    .encode_to_vec()
}

/// The first output of an encoded operation.
pub(crate) fn input(bytes: &[u8]) -> pb::Input {
    pb::Input {
        digest: digest_of(bytes),
        index: 0,
    }
}

pub(crate) fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// Says that an operation comes from a line of the Dockerfile.
pub(crate) fn source_at(digest: &str, line: i32) -> pb::Source {
    let position = Some(pb::Position { line, character: 0 });
    let range = pb::Range {
        start: position,
        end: position,
    };
    let location = pb::Location {
        source_index: 0,
        ranges: vec![range],
    };
    pb::Source {
        places: vec![pb::Places {
            digest: digest.to_owned(),
            locations: Some(pb::Locations {
                locations: vec![location],
            }),
        }],
        infos: vec![pb::SourceInfo {
            filename: "Dockerfile".into(),
            ..Default::default()
        }],
    }
}
