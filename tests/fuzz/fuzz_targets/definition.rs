//! A client's definition. The operations are separated by a text, and their digests are right, so that the graph is read.
#![no_main]

use std::collections::HashMap;

use fromtier_image::Digest;
use fromtier_llb::{Graph, MarshalOptions, might_be_root_file_system};
use fromtier_policy::{Day, Gate, Policy, Scope};
use fromtier_proto::pb;
use libfuzzer_sys::fuzz_target;

const SEPARATOR: &[u8] = b"|op|";

fuzz_target!(|bytes: &[u8]| {
    let definition = definition(bytes);
    let _ = might_be_root_file_system(&definition);
    let day = Day::from_unix_seconds(1_764_000_000);
    let gate = Gate::new(Some(Policy::builtin()), None, None, day);
    let mut graph = Graph::new();
    if let Ok(input) = graph.input(&gate, &Scope::of_stage(None), &definition) {
        let options = MarshalOptions {
            platform: None,
            caps: None,
            new_id: &mut || "id".to_owned(),
        };
        let _ = graph.marshal(&input.state, options);
    }
});

fn definition(mut bytes: &[u8]) -> pb::Definition {
    let mut def: Vec<Vec<u8>> = Vec::new();
    while let Some(at) = bytes
        .windows(SEPARATOR.len())
        .position(|part| part == SEPARATOR)
    {
        def.push(bytes[..at].to_vec());
        bytes = &bytes[at + SEPARATOR.len()..];
    }
    def.push(bytes.to_vec());
    // The last operation uses the one before it.
    if let Some(last) = def.last() {
        let digest = Digest::sha256(last).as_str().to_owned();
        let op = pb::Op {
            inputs: vec![pb::Input { digest, index: 0 }],
            ..pb::Op::default()
        };
        def.push(prost::Message::encode_to_vec(&op));
    }
    let metadata: HashMap<_, _> = def
        .iter()
        .map(|op| {
            (
                Digest::sha256(op).as_str().to_owned(),
                pb::OpMetadata::default(),
            )
        })
        .collect();
    pb::Definition {
        def,
        metadata: metadata.into_iter().collect(),
        source: None,
    }
}
