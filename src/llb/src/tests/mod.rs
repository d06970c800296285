//! Graphs that were also built with the reference's client/llb: same operations, metadata, source locations.

mod graphs;
mod speed;

use std::collections::BTreeMap;

use fromtier_image::{Digest, Platform};
use fromtier_proto::Message;

use crate::{CapSet, Definition, Graph, MarshalOptions, State};

/// One line for each graph: its name, the first digits of its operations' digests, and the SHA-256 of the reference's
/// whole definition (with sorted maps); or the reference's error.
const VERIFIED: &str = include_str!("verified.txt");

/// The target that a graph is marshaled for.
#[derive(Default)]
struct TestTarget {
    caps: Option<CapSet>,
    platform: Option<Platform>,
}

/// The graphs by name, in the format of the fixture.
#[derive(Default)]
struct GraphBook(BTreeMap<&'static str, String>);

fn marshal(
    graph: &Graph,
    state: &State,
    target: &TestTarget,
) -> Result<Definition, crate::MarshalError> {
    let amd64 = Platform::new("linux", "amd64");
    graph.marshal(
        state,
        MarshalOptions {
            platform: Some(target.platform.as_ref().unwrap_or(&amd64)),
            caps: target.caps.as_ref(),
            new_id: &mut || "uid".to_owned(),
        },
    )
}

impl GraphBook {
    fn record(&mut self, name: &'static str, graph: &Graph, state: &State, target: &TestTarget) {
        let line = match marshal(graph, state, target) {
            Err(error) => format!("error {error}"),
            Ok(definition) => {
                let mut line = String::new();
                for bytes in &definition.def {
                    line.push_str(&Digest::sha256(bytes).encoded()[..16]);
                    line.push(' ');
                }
                line + Digest::sha256(&definition.to_pb().encode_to_vec()).encoded()
            }
        };
        assert!(self.0.insert(name, line).is_none(), "{name} twice");
    }
}

#[test]
fn graphs_are_those_of_the_reference() {
    let book = graphs::all();
    let mut seen = 0;
    for line in VERIFIED.lines() {
        let (name, expected) = line.split_once(' ').unwrap();
        assert_eq!(
            book.0.get(name).map(String::as_str),
            Some(expected),
            "{name}"
        );
        seen += 1;
    }
    assert_eq!(seen, book.0.len());
}
