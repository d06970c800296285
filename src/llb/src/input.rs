//! A client's own definition as a part of the graph: the bytes stay the same, and the gate is asked about every source.

mod root;

use std::collections::HashMap;
use std::rc::Rc;

use fromtier_image::Digest;
use fromtier_policy::{Denial, Gate, Scope, Verdict};
use fromtier_proto::{Message, pb};

use crate::graph::{Graph, Vertex};
use crate::output::Output;
use crate::source_map::{SourceLocation, SourceMap};
use crate::state::State;

pub use root::might_be_root_file_system;

/// A client's definition that is now a part of the graph.
#[derive(Debug, Clone)]
pub struct Input {
    /// The definition's result.
    pub state: State,
    /// The gate's verdict on each source, in the definition's order.
    pub verdicts: Vec<Verdict>,
}

/// Why a client's definition was refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InputError {
    /// The gate refuses a source.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// It is not a graph that this frontend can use.
    #[error("{0}")]
    Invalid(String),
}

/// All operations of one definition, by digest. Its vertices share them.
#[derive(Debug)]
pub(crate) struct ImportedOps {
    ops: HashMap<String, ImportedOp>,
}

#[derive(Debug)]
struct ImportedOp {
    bytes: Vec<u8>,
    inputs: Vec<pb::Input>,
    metadata: Option<pb::OpMetadata>,
    locations: Vec<SourceLocation>,
}

#[derive(Debug)]
pub(crate) struct DefinitionVertex {
    parts: Rc<ImportedOps>,
    /// Empty for scratch, which cannot be marshaled.
    digest: String,
    inputs: Vec<Output>,
}

/// Digest, bytes, metadata and locations of an operation.
type Marshaled<'a> = (&'a str, &'a [u8], &'a pb::OpMetadata, &'a [SourceLocation]);

impl DefinitionVertex {
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Output> + '_ {
        self.inputs.iter().copied()
    }

    /// Returns the operation as it came in.
    pub(crate) fn marshaled(&self) -> Result<Marshaled<'_>, String> {
        if self.digest.is_empty() {
            return Err("cannot marshal empty definition op".to_owned());
        }
        match self.parts.ops.get(&self.digest) {
            Some(ImportedOp {
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
    /// Adds a client's definition to the graph. Nothing in the definition is changed.
    ///
    /// # Errors
    /// [`InputError::Denied`] if the gate refuses any source in it, even an unused one. [`InputError::Invalid`] if it is
    /// broken, or has a nested build, whose sources cannot be known.
    pub fn input(
        &mut self,
        gate: &Gate,
        scope: &Scope<'_>,
        definition: &pb::Definition,
    ) -> Result<Input, InputError> {
        let mut verdicts = Vec::new();
        let output = self.import_definition(definition, &mut |identifier, attrs| {
            verdicts.push(gate.input_source(identifier, attrs, scope)?);
            Ok(())
        })?;
        Ok(Input {
            state: State::new(self, output),
            verdicts,
        })
    }

    pub(crate) fn import_definition(
        &mut self,
        definition: &pb::Definition,
        ask: &mut AskGate<'_>,
    ) -> Result<Output, InputError> {
        let invalid = |text: &str| InputError::Invalid(text.to_owned());
        if definition.metadata.is_empty() {
            return Err(invalid("invalid nil input definition to definition op"));
        }
        let mut ops = HashMap::with_capacity(definition.def.len());
        let mut last = String::new();
        for (at, bytes) in definition.def.iter().enumerate() {
            let op = pb::Op::decode(bytes.as_slice()).map_err(|error| {
                InputError::Invalid(format!("failed to parse llb proto op: {error}"))
            })?;
            check_op(&op, at + 1 == definition.def.len(), ask)?;
            last = Digest::sha256(bytes).as_str().to_owned();
            let part = ImportedOp {
                bytes: bytes.clone(),
                inputs: op.inputs,
                metadata: definition.metadata.get(&last).cloned(),
                locations: Vec::new(),
            };
            ops.insert(last.clone(), part);
        }
        if let Some(source) = &definition.source {
            self.import_locations(source, &mut ops)?;
        }
        let Some(result) = ops.get(&last) else {
            let parts = Rc::new(ImportedOps { ops });
            let empty = DefinitionVertex {
                parts,
                digest: String::new(),
                inputs: Vec::new(),
            };
            return Ok(self.add_vertex(Vertex::Definition(Box::new(empty))));
        };
        let Some(root) = result.inputs.first().cloned() else {
            return Err(invalid(
                "invalid input definition: its last operation has no input",
            ));
        };
        self.add_definition_vertices(Rc::new(ImportedOps { ops }), root)
    }

    /// Adds one vertex for each output that is used, inputs first. Returns the output that `root` names.
    fn add_definition_vertices(
        &mut self,
        parts: Rc<ImportedOps>,
        root: pb::Input,
    ) -> Result<Output, InputError> {
        type DigestAndIndex = (String, i64);
        let mut made: HashMap<DigestAndIndex, Output> = HashMap::new();
        let mut stack: Vec<DigestAndIndex> = vec![(root.digest.clone(), root.index)];
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
            let output = self.add_vertex(Vertex::Definition(Box::new(vertex)));
            made.insert(key, Output { index, ..output });
        }
        made.get(&(root.digest, root.index))
            .copied()
            .ok_or_else(|| InputError::Invalid("invalid input definition".to_owned()))
    }

    fn import_locations(
        &mut self,
        source: &pb::Source,
        ops: &mut HashMap<String, ImportedOp>,
    ) -> Result<(), InputError> {
        let mut maps = Vec::with_capacity(source.infos.len());
        for info in &source.infos {
            // These definitions describe how a file was read. They are shown with errors and never built.
            let output = match &info.definition {
                Some(definition) => Some(self.import_definition(definition, &mut |_, _| Ok(()))?),
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
        for (digest, locations) in source.all_places() {
            for location in locations {
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

type AskGate<'a> =
    dyn FnMut(&str, &std::collections::BTreeMap<String, String>) -> Result<(), InputError> + 'a;

/// Asks the gate about an operation's source. Only the last operation can be empty: it names the result.
fn check_op(op: &pb::Op, last: bool, ask: &mut AskGate<'_>) -> Result<(), InputError> {
    match &op.op {
        Some(pb::op::Op::Source(source)) => ask(&source.identifier, &source.attrs),
        Some(pb::op::Op::Build(_)) => Err(InputError::Invalid(
            "an input definition has a nested build, whose sources cannot be checked".to_owned(),
        )),
        None if !last => Err(InputError::Invalid(
            "an input definition has an operation of an unknown kind".to_owned(),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
