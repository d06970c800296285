//! A client's own definition as a part of the graph: the bytes stay the same, and the gate is asked about every source.

use std::collections::HashMap;
use std::rc::Rc;

use fromtier_image::Digest;
use fromtier_policy::{Denial, Gate, Scope, Verdict};
use fromtier_proto::{Message, pb};

use crate::graph::{Graph, Vertex};
use crate::output::Output;
use crate::source_map::{SourceLocation, SourceMap};
use crate::state::State;

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
    /// Empty for scratch, which cannot be marshalled.
    digest: String,
    inputs: Vec<Output>,
}

/// Digest, bytes, metadata and locations of an operation.
type Marshalled<'a> = (&'a str, &'a [u8], &'a pb::OpMetadata, &'a [SourceLocation]);

impl DefinitionVertex {
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Output> + '_ {
        self.inputs.iter().copied()
    }

    /// Returns the operation as it came in.
    pub(crate) fn marshalled(&self) -> Result<Marshalled<'_>, String> {
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
mod tests {
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
    fn every_source_is_asked_about_also_one_that_nothing_uses() {
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
}
