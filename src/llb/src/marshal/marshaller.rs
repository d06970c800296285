//! One run of marshaling: the operations that are written already, and the metadata collected on the way.

use std::collections::HashSet;
use std::rc::Rc;

use fromtier_image::{Digest, Platform};
use fromtier_proto::pb;

use crate::caps::{Cap, CapSet};
use crate::constraints::{Constraints, merge_metadata};
use crate::definition::Definition;
use crate::error::MarshalError;
use crate::graph::{Graph, Vertex};
use crate::input::DefinitionVertex;
use crate::output::Output;
use crate::source_map::Collector;

pub(super) const CYCLE: &str = "an operation needs its own result";

/// The target that a graph is marshaled for; see [`MarshalOptions`](crate::MarshalOptions).
pub(super) struct Target<'a> {
    pub(super) platform: &'a Platform,
    pub(super) caps: Option<&'a CapSet>,
    pub(super) new_id: &'a mut dyn FnMut() -> String,
    /// The id of local sources without a session, once there was one.
    pub(super) unique_id: Option<String>,
}

pub(super) struct Marshaller<'g, 't> {
    graph: &'g Graph,
    target: Target<'t>,
    /// The digests of the operations that are written, by vertex.
    digests: Vec<Option<Rc<str>>>,
    /// All of them: different vertices can be the same operation.
    written: HashSet<Rc<str>>,
    definition: Definition,
    source_maps: Collector,
}

impl<'g, 't> Marshaller<'g, 't> {
    pub(super) fn new(graph: &'g Graph, target: Target<'t>) -> Marshaller<'g, 't> {
        Marshaller {
            graph,
            target,
            digests: vec![None; graph.vertices.len()],
            written: HashSet::new(),
            definition: Definition::default(),
            source_maps: Collector::default(),
        }
    }

    /// Returns all that was written, and the source maps.
    pub(super) fn finish(self) -> (Definition, Collector) {
        (self.definition, self.source_maps)
    }

    /// Marshals a vertex and everything that it needs, inputs first, in the reference's order.
    pub(super) fn marshal_with_inputs(&mut self, root: u32) -> Result<(), MarshalError> {
        let mut open = vec![false; self.graph.vertices.len()];
        let mut stack: Vec<(u32, std::vec::IntoIter<u32>)> =
            vec![(root, self.input_vertices(root)?.into_iter())];
        open[root as usize] = true;
        while let Some((vertex, inputs)) = stack.last_mut() {
            if let Some(next) = inputs.next() {
                if self.digests[next as usize].is_some() {
                    continue;
                }
                if std::mem::replace(&mut open[next as usize], true) {
                    return Err(MarshalError(CYCLE.to_owned()));
                }
                let inputs = self.input_vertices(next)?.into_iter();
                stack.push((next, inputs));
            } else {
                let vertex = *vertex;
                stack.pop();
                self.marshal_vertex(vertex)?;
            }
        }
        Ok(())
    }

    fn input_vertices(&self, vertex: u32) -> Result<Vec<u32>, MarshalError> {
        let outputs: Vec<Output> = match &self.graph.vertices[vertex as usize] {
            Vertex::Source(_) | Vertex::Deferred(_) => Vec::new(),
            Vertex::Exec(exec) => exec.inputs().collect(),
            Vertex::File(file) => file.inputs().collect(),
            Vertex::Merge(merge) => merge.inputs.clone(),
            Vertex::Diff(diff) => diff.inputs().collect(),
            Vertex::Definition(definition) => definition.inputs().collect(),
        };
        outputs
            .into_iter()
            .map(|output| Ok(self.graph.resolve(output)?.vertex))
            .collect()
    }

    /// An output as the input of an operation. Its own operation must be written already.
    pub(super) fn input_of(&self, output: Output) -> Result<pb::Input, MarshalError> {
        let output = self.graph.resolve(output)?;
        match &self.digests[output.vertex as usize] {
            Some(digest) => Ok(pb::Input {
                digest: digest.as_ref().to_owned(),
                index: i64::from(output.index),
            }),
            None => Err(MarshalError(CYCLE.to_owned())),
        }
    }

    fn marshal_vertex(&mut self, vertex: u32) -> Result<(), MarshalError> {
        let platform = self.target.platform;
        let input = |output: Output| self.input_of(output);
        let (op, needs, constraints) = match &self.graph.vertices[vertex as usize] {
            Vertex::Definition(definition) => return self.record_definition(vertex, definition),
            Vertex::Deferred(_) => {
                return Err(MarshalError("a deferred input was never filled".to_owned()));
            }
            Vertex::Exec(exec) => {
                let (op, needs) = exec.marshal(platform, self.target.caps, input)?;
                (op, needs, exec.constraints())
            }
            Vertex::File(file) => (file.marshal(platform, input)?, vec![], &file.constraints),
            Vertex::Merge(merge) => (merge.marshal(platform, input)?, vec![], &merge.constraints),
            Vertex::Diff(diff) => (diff.marshal(platform, input)?, vec![], &diff.constraints),
            Vertex::Source(source) => {
                let target = &mut self.target;
                let (op, needs) = source.marshal(platform, || {
                    let unique_id = &mut target.unique_id;
                    unique_id.get_or_insert_with(&mut target.new_id).clone()
                });
                (op, needs, &source.constraints)
            }
        };
        self.record_op(vertex, &op, needs, constraints);
        Ok(())
    }

    /// Records an operation that was made here.
    fn record_op(&mut self, vertex: u32, op: &pb::Op, needs: Vec<Cap>, constraints: &Constraints) {
        let bytes = op.encode_to_vec();
        let digest: Rc<str> = Digest::sha256(&bytes).as_str().into();
        let mut metadata = constraints.metadata.to_pb();
        metadata
            .caps
            .extend(needs.into_iter().map(|cap| (cap.to_owned(), true)));
        self.source_maps.add(&digest, &constraints.locations);
        self.record(vertex, digest, bytes, metadata);
    }

    /// Records an operation of a client's own definition, as it came in.
    fn record_definition(
        &mut self,
        vertex: u32,
        definition: &DefinitionVertex,
    ) -> Result<(), MarshalError> {
        let (digest, bytes, metadata, locations) = definition.marshaled().map_err(MarshalError)?;
        self.record(vertex, digest.into(), bytes.to_vec(), metadata.clone());
        self.source_maps.add(digest, locations);
        Ok(())
    }

    fn record(
        &mut self,
        vertex: u32,
        digest: Rc<str>,
        bytes: Vec<u8>,
        mut metadata: pb::OpMetadata,
    ) {
        match self.definition.metadata.get_mut(&*digest) {
            Some(known) => merge_metadata(known, metadata),
            None => {
                // As when merged: a capability that is named at all is needed.
                metadata.caps.values_mut().for_each(|needed| *needed = true);
                self.definition
                    .metadata
                    .insert(digest.as_ref().to_owned(), metadata);
            }
        }
        if self.written.insert(digest.clone()) {
            self.definition.def.push(bytes);
        }
        self.digests[vertex as usize] = Some(digest);
    }
}
