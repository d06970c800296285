//! Images that the reference passes on by their tag, and ours by the digest that the gate saw: those that the client's options
//! name, and those that only a trigger needs, which the reference never resolves.
//!
//! So that nothing else about them is left out of the comparison, the reference's graphs are rewritten as if it had named the
//! digest, too: operations that become the same by that become one, as they would in BuildKit's own marshaling.

use std::collections::{BTreeMap, BTreeSet};

use fromtier_proto::pb;

use crate::case::Case;
use crate::case::images::normalize;
use crate::graph::{Graph, rewrite};
use crate::record::{Call, Recording};

/// The scanner of `attest:sbom` when the option names none.
const SCANNER: &str = "docker/buildkit-syft-scanner:stable-1";

const IMAGE: &str = "docker-image://";

/// The key of a step's name.
const STEP: &str = "llb.customname";

/// Sources of a case that are made over: identifier by tag, and by digest.
#[derive(Debug, Clone, Default)]
pub struct Pins(BTreeMap<String, String>);

impl Pins {
    /// The images of named contexts (`context:NAME=docker-image://…`) and the scanner of `attest:sbom`; of a case whose
    /// registry has them, and only where the option names no digest.
    pub fn of(case: &Case) -> Self {
        let named = case.options.iter().filter_map(|(option, value)| {
            if option.starts_with("context:") {
                return value.strip_prefix(IMAGE).map(str::to_owned);
            }
            (option == "attest:sbom").then(|| {
                let generator = value.split(',').find_map(|f| f.strip_prefix("generator="));
                generator.unwrap_or(SCANNER).to_owned()
            })
        });
        let pinned = named
            .filter(|image| !image.contains('@'))
            .filter_map(|image| {
                let image = normalize(&image);
                let digest = case.images.digest(&image)?;
                let by_tag = format!("{IMAGE}{image}");
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

    /// The images that a graph of the recording has by their tag as a base or to copy from (`FROM alpine` is its step), though
    /// were never requested from the builder.
    pub fn late(case: &Case, recording: &Recording) -> Self {
        let mut found = BTreeMap::new();
        let mut asked = BTreeSet::new();
        for call in &recording.calls {
            match call {
                Call::ResolveSourceMeta(request) => {
                    asked.extend(request.source.iter().map(|s| s.identifier.clone()));
                }
                Call::ResolveImageConfig(request) => {
                    asked.insert(format!("{IMAGE}{}", request.r#ref));
                }
                Call::Solve { request, .. } => {
                    let graph = request.definition.as_ref().map(Graph::decode);
                    for vertex in graph.iter().flatten().flat_map(|graph| &graph.vertices) {
                        if let Some(pb::op::Op::Source(source)) = &vertex.op.op
                            && let Some(image) = source.identifier.strip_prefix(IMAGE)
                            && !image.contains('@')
                            && vertex.name() == format!("FROM {image}")
                            && let Some(digest) = case.images.digest(image)
                        {
                            found.insert(
                                source.identifier.clone(),
                                format!("{IMAGE}{image}@{digest}"),
                            );
                        }
                    }
                }
                _ => {}
            }
        }
        found.retain(|image, _| !asked.contains(image));
        Self(found)
    }

    /// Whether a call asks for one of these images.
    pub fn named_in(&self, call: &str) -> bool {
        let mut images = self.0.keys();
        images.any(|image| call.contains(&format!("\"identifier\":\"{image}\"")))
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
                let step = part.metadata.and_then(|m| m.description.get_mut(STEP));
                if let Some(step) = step
                    && source.identifier.strip_prefix(IMAGE) == step.strip_prefix("FROM ")
                {
                    *step = by_digest.replacen(IMAGE, "FROM ", 1);
                }
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
mod tests;
