//! Images that the client's options name: the reference hands them on by their tag, ours by the digest that the gate saw.
//!
//! So that nothing else about them is left out of the comparison, the reference's graphs are made over as if it had named the
//! digest, too: operations that become the same by that become one, as they would in BuildKit's own marshalling.

use std::collections::BTreeMap;

use fromtier_proto::pb;

use crate::case::Case;
use crate::case::images::normalise;
use crate::graph::rewrite;
use crate::record::{Call, Recording};

/// The scanner of `attest:sbom` when the option names none.
const SCANNER: &str = "docker/buildkit-syft-scanner:stable-1";

/// Sources of a case that are made over: identifier by tag, and by digest.
#[derive(Debug, Clone, Default)]
pub struct Pins(BTreeMap<String, String>);

impl Pins {
    /// The images of named contexts (`context:NAME=docker-image://…`) and the scanner of `attest:sbom`; of a case whose
    /// registry has them, and only where the option names no digest.
    pub fn of(case: &Case) -> Self {
        let named = case.options.iter().filter_map(|(option, value)| {
            if option.starts_with("context:") {
                return value.strip_prefix("docker-image://").map(str::to_owned);
            }
            (option == "attest:sbom").then(|| {
                let generator = value.split(',').find_map(|f| f.strip_prefix("generator="));
                generator.unwrap_or(SCANNER).to_owned()
            })
        });
        let pinned = named
            .filter(|image| !image.contains('@'))
            .filter_map(|image| {
                let image = normalise(&image);
                let digest = case.images.digest(&image)?;
                let by_tag = format!("docker-image://{image}");
                let by_digest = format!("{by_tag}@{digest}");
                Some((by_tag, by_digest))
            });
        Self(pinned.collect())
    }

    /// The images as the options name them, for people.
    pub fn names(&self) -> String {
        self.0
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The recording with these images by their digest; none if no graph has one.
    pub fn apply(&self, recording: &Recording) -> Option<Recording> {
        let mut changed = false;
        let mut out = recording.clone();
        for call in &mut out.calls {
            if let Call::Solve { request, .. } = call
                && let Some(definition) = &mut request.definition
                && let Some(pinned) = self.definition(definition)
            {
                *definition = pinned;
                changed = true;
            }
        }
        changed.then_some(out)
    }

    fn definition(&self, definition: &pb::Definition) -> Option<pb::Definition> {
        let mut found = false;
        let pinned = rewrite(definition, |part| {
            if let Some(pb::op::Op::Source(source)) = &mut part.op.op
                && let Some(by_digest) = self.0.get(&source.identifier)
            {
                source.identifier.clone_from(by_digest);
                found = true;
            }
            if found {
                each_input_once(part.op);
            }
        });
        pinned.ok().filter(|_| found)
    }
}

/// Commands and file operations name each input once, however many of their mounts and actions have it.
fn each_input_once(op: &mut pb::Op) {
    let mut inputs: Vec<pb::Input> = Vec::new();
    // Where each input is now, by where it was.
    let mut at = Vec::new();
    for input in &op.inputs {
        let known = inputs.iter().position(|kept| kept == input);
        at.push(known.unwrap_or(inputs.len()) as i64);
        if known.is_none() {
            inputs.push(input.clone());
        }
    }
    let fewer = (at.len() - inputs.len()) as i64;
    let now = |index: &mut i64| match usize::try_from(*index).map(|index| at.get(index)) {
        Ok(Some(now)) => *index = *now,
        // Beyond the inputs: what an earlier action made.
        Ok(None) => *index -= fewer,
        Err(_) => {}
    };
    match &mut op.op {
        Some(pb::op::Op::Exec(exec)) => exec.mounts.iter_mut().for_each(|m| now(&mut m.input)),
        Some(pb::op::Op::File(file)) => {
            for action in &mut file.actions {
                now(&mut action.input);
                now(&mut action.secondary_input);
            }
        }
        _ => return,
    }
    op.inputs = inputs;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::graph::Graph;

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
}
