//! A client's own definition as a part of the graph: the same bytes, after the gate was asked about every source in it.

use crate::graph::{Graph, Output, Vertex};
use crate::source_map::{SourceLocation, SourceMap};
use crate::state::State;
use fromtier_image::Digest;
use fromtier_policy::{Denial, Gate, Verdict};
use fromtier_proto::{Message, pb};
use std::collections::HashMap;
use std::rc::Rc;

/// A definition that was brought in.
#[derive(Debug, Clone)]
pub struct Input {
    pub state: State,
    /// What the gate said of each source, in the definition's order.
    pub verdicts: Vec<Verdict>,
}

/// Why a definition was not brought in.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InputError {
    #[error(transparent)]
    Denied(#[from] Denial),
    #[error("{0}")]
    Invalid(String),
}

/// All that one definition holds, shared by its vertices.
#[derive(Debug)]
pub(crate) struct Parts {
    ops: HashMap<String, Part>,
}

#[derive(Debug)]
struct Part {
    bytes: Vec<u8>,
    inputs: Vec<pb::Input>,
    metadata: Option<pb::OpMetadata>,
    locations: Vec<SourceLocation>,
}

#[derive(Debug)]
pub(crate) struct DefinitionVertex {
    parts: Rc<Parts>,
    /// Empty for scratch, which can not be marshalled.
    digest: String,
    inputs: Vec<Output>,
}

impl DefinitionVertex {
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Output> + '_ {
        self.inputs.iter().copied()
    }

    /// Bytes, metadata and locations, as they came in.
    pub(crate) fn parts(
        &self,
    ) -> Result<(&str, &[u8], &pb::OpMetadata, &[SourceLocation]), String> {
        if self.digest.is_empty() {
            return Err("cannot marshal empty definition op".to_owned());
        }
        match self.parts.ops.get(&self.digest) {
            Some(Part {
                bytes,
                metadata: Some(metadata),
                locations,
                ..
            }) => Ok((&self.digest, bytes, metadata, locations)),
            Some(_) => Err(format!(
                "invalid definition op with unknown metas {:?}",
                self.digest
            )),
            None => Err(format!(
                "invalid definition op with unknown op {:?}",
                self.digest
            )),
        }
    }
}

impl Graph {
    /// Brings in a client's definition. The gate is asked about every source in it, also those that nothing uses; a
    /// nested build is refused, for its sources can not be known. Nothing in the definition is changed.
    pub fn input(&mut self, gate: &Gate, definition: &pb::Definition) -> Result<Input, InputError> {
        let mut verdicts = Vec::new();
        let output = self.bring_in(definition, &mut |identifier, attrs| {
            verdicts.push(gate.input_source(identifier, attrs)?);
            Ok(())
        })?;
        Ok(Input {
            state: State::new(self, output),
            verdicts,
        })
    }

    fn bring_in(
        &mut self,
        definition: &pb::Definition,
        ask: &mut Ask<'_>,
    ) -> Result<Output, InputError> {
        let invalid = |text: &str| InputError::Invalid(text.to_owned());
        if definition.metadata.is_empty() {
            return Err(invalid("invalid nil input definition to definition op"));
        }
        let mut ops = HashMap::with_capacity(definition.def.len());
        let mut last = String::new();
        for bytes in &definition.def {
            let op = pb::Op::decode(bytes.as_slice()).map_err(|error| {
                InputError::Invalid(format!("failed to parse llb proto op: {error}"))
            })?;
            check(&op, ask)?;
            last = Digest::sha256(bytes).as_str().to_owned();
            let part = Part {
                bytes: bytes.clone(),
                inputs: op.inputs,
                metadata: definition.metadata.get(&last).cloned(),
                locations: Vec::new(),
            };
            ops.insert(last.clone(), part);
        }
        if let Some(source) = &definition.source {
            self.locations(source, &mut ops)?;
        }
        let Some(result) = ops.get(&last) else {
            let parts = Rc::new(Parts { ops });
            let empty = DefinitionVertex {
                parts,
                digest: String::new(),
                inputs: Vec::new(),
            };
            return Ok(self.add(Vertex::Definition(Box::new(empty))));
        };
        let Some(root) = result.inputs.first().cloned() else {
            return Err(invalid(
                "invalid input definition: its last operation has no input",
            ));
        };
        self.vertices_of(Rc::new(Parts { ops }), root)
    }

    /// One vertex for each output that is used, inputs before what uses them.
    fn vertices_of(&mut self, parts: Rc<Parts>, root: pb::Input) -> Result<Output, InputError> {
        type Key = (String, i64);
        let mut made: HashMap<Key, Output> = HashMap::new();
        let mut stack: Vec<Key> = vec![(root.digest.clone(), root.index)];
        while let Some(key) = stack.last().cloned() {
            if made.contains_key(&key) {
                stack.pop();
                continue;
            }
            let Some(part) = parts.ops.get(&key.0) else {
                return Err(InputError::Invalid(format!(
                    "invalid definition op with unknown op {:?}",
                    key.0
                )));
            };
            let Ok(index) = u32::try_from(key.1) else {
                return Err(InputError::Invalid(
                    "invalid definition op with invalid index".to_owned(),
                ));
            };
            let depth = stack.len();
            let mut inputs = Vec::with_capacity(part.inputs.len());
            for input in &part.inputs {
                let key = (input.digest.clone(), input.index);
                match made.get(&key) {
                    Some(output) => inputs.push(*output),
                    None => stack.push(key),
                }
            }
            if stack.len() > depth {
                continue;
            }
            stack.pop();
            let vertex = DefinitionVertex {
                parts: parts.clone(),
                digest: key.0.clone(),
                inputs,
            };
            let output = self.add(Vertex::Definition(Box::new(vertex)));
            made.insert(key, Output { index, ..output });
        }
        made.get(&(root.digest, root.index))
            .copied()
            .ok_or_else(|| InputError::Invalid("invalid input definition".to_owned()))
    }

    fn locations(
        &mut self,
        source: &pb::Source,
        ops: &mut HashMap<String, Part>,
    ) -> Result<(), InputError> {
        let mut maps = Vec::with_capacity(source.infos.len());
        for info in &source.infos {
            // These definitions say how a file was read; they are shown with errors, and never built.
            let output = match &info.definition {
                Some(definition) => Some(self.bring_in(definition, &mut |_, _| Ok(()))?),
                None => None,
            };
            maps.push(Rc::new(SourceMap {
                filename: info.filename.clone(),
                language: info.language.clone(),
                data: info.data.clone(),
                definition: None,
                output,
            }));
        }
        for (digest, locations) in &source.locations {
            for location in &locations.locations {
                let map = usize::try_from(location.source_index)
                    .ok()
                    .and_then(|at| maps.get(at))
                    .ok_or_else(|| {
                        InputError::Invalid(format!(
                            "failed to find source map with index {}",
                            location.source_index
                        ))
                    })?;
                if let Some(part) = ops.get_mut(digest) {
                    part.locations.push(SourceLocation {
                        map: map.clone(),
                        ranges: location.ranges.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

type Ask<'a> =
    dyn FnMut(&str, &std::collections::BTreeMap<String, String>) -> Result<(), InputError> + 'a;

/// Asks about an operation's sources.
fn check(op: &pb::Op, ask: &mut Ask<'_>) -> Result<(), InputError> {
    match &op.op {
        Some(pb::op::Op::Source(source)) => ask(&source.identifier, &source.attrs),
        Some(pb::op::Op::Build(_)) => Err(InputError::Invalid(
            "an input definition has a nested build, whose sources can not be checked".to_owned(),
        )),
        _ => Ok(()),
    }
}
