//! The properties that digests depend on: the order of fields, map entries by key, nothing for a default.

use crate::{Message, pb};

#[test]
fn an_operation_is_encoded_as_the_reference_encodes_it() {
    let op = pb::Op {
        inputs: vec![pb::Input {
            digest: "d".into(),
            index: 1,
        }],
        op: Some(pb::op::Op::Source(pb::SourceOp {
            identifier: "local://context".into(),
            attrs: [("b", "2"), ("a", "1")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
        })),
        platform: Some(pb::Platform {
            os: "linux".into(),
            ..Default::default()
        }),
        constraints: Some(pb::WorkerConstraints::default()),
    };
    let mut expected = vec![0x0a, 5, 0x0a, 1, b'd', 0x10, 1];
    expected.extend([0x52, 7, 0x12, 5]);
    expected.extend(b"linux");
    expected.extend([0x5a, 0]);
    expected.extend([0x1a, 33, 0x0a, 15]);
    expected.extend(b"local://context");
    expected.extend([0x12, 6, 0x0a, 1, b'a', 0x12, 1, b'1']);
    expected.extend([0x12, 6, 0x0a, 1, b'b', 0x12, 1, b'2']);
    assert_eq!(op.encode_to_vec(), expected);
    assert_eq!(pb::Op::decode(expected.as_slice()), Ok(op));
}

#[test]
fn a_copy_without_owner_keeps_negative_mode_and_time() {
    let action = pb::FileAction {
        input: 0,
        secondary_input: 1,
        output: -1,
        action: Some(pb::file_action::Action::Copy(pb::FileActionCopy {
            mode: -1,
            timestamp: -1,
            ..Default::default()
        })),
    };
    let minus_one = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    let mut expected = vec![0x10, 1, 0x18];
    expected.extend(minus_one);
    expected.extend([0x22, 22, 0x20]);
    expected.extend(minus_one);
    expected.push(0x58);
    expected.extend(minus_one);
    assert_eq!(action.encode_to_vec(), expected);
}

#[test]
fn an_operation_without_lines_still_has_its_entry_whole() {
    let source = pb::Source {
        places: vec![pb::Places {
            digest: "d".into(),
            locations: Some(pb::Locations::default()),
        }],
        infos: vec![],
    };
    // The entry of a map as Go writes it: key and value, though the value is empty.
    let expected = [0x0a, 5, 0x0a, 1, b'd', 0x12, 0];
    assert_eq!(source.encode_to_vec(), expected);
}
