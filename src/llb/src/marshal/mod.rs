//! The graph as BuildKit takes it: operations in bytes, named by their digests.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use fromtier_image::{Digest, Platform};
use fromtier_proto::{Message, pb};

use crate::caps::{self, CapSet};
use crate::constraints::{Constraints, merge_metadata};
use crate::graph::{Deferred, Graph, Output, Vertex};
use crate::source_map::Collector;
use crate::state::State;

/// For whom and where a graph is marshalled.
pub struct MarshalOptions<'a> {
    /// Where operations run that do not say; without it, this machine's.
    pub platform: Option<&'a Platform>,
    /// What the server can do; without it, nothing is assumed.
    pub caps: Option<&'a CapSet>,
    /// Makes a new unique id; asked at most once.
    pub new_id: &'a mut dyn FnMut() -> String,
}

impl std::fmt::Debug for MarshalOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MarshalOptions")
            .field("platform", &self.platform)
            .field("caps", &self.caps)
            .finish()
    }
}

/// Why a graph can not be marshalled: the reference's text where it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MarshalError(pub String);

/// A marshalled graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    /// The operations, inputs first; the last one names the result. Empty for scratch.
    pub def: Vec<Vec<u8>>,
    /// What is said of each operation, by its digest.
    pub metadata: BTreeMap<String, pb::OpMetadata>,
    /// Where each comes from.
    pub source: Option<pb::Source>,
}

impl Definition {
    /// The digest of the operation that gives the result; nothing for scratch.
    pub fn head(&self) -> Option<String> {
        let last = pb::Op::decode(self.def.last()?.as_slice()).ok()?;
        last.inputs.into_iter().next().map(|input| input.digest)
    }

    /// The message that BuildKit takes.
    pub fn to_pb(&self) -> pb::Definition {
        pb::Definition {
            def: self.def.clone(),
            metadata: self.metadata.clone(),
            source: self.source.clone(),
        }
    }

    /// The message that BuildKit takes, without a copy.
    pub fn into_pb(self) -> pb::Definition {
        pb::Definition {
            def: self.def,
            metadata: self.metadata,
            source: self.source,
        }
    }
}

/// Adds an input that is not there yet; its place.
pub(crate) fn add_input(inputs: &mut Vec<pb::Input>, input: pb::Input) -> i64 {
    let at = inputs
        .iter()
        .position(|known| *known == input)
        .unwrap_or_else(|| {
            inputs.push(input);
            inputs.len() - 1
        });
    i64::try_from(at).unwrap_or(i64::MAX)
}

impl Graph {
    /// The definition of a state and of all that it needs. The same graph gives the same bytes (but for unique ids).
    pub fn marshal(
        &self,
        state: &State,
        options: MarshalOptions<'_>,
    ) -> Result<Definition, MarshalError> {
        let Some(output) = state.output() else {
            return Ok(Definition::default());
        };
        let host;
        let platform = match options.platform {
            Some(platform) => platform,
            None => {
                host = Platform::host();
                &host
            }
        };
        let context = Context {
            platform,
            caps: options.caps,
            new_id: options.new_id,
            unique_id: None,
        };
        self.marshal_output(output, context)
    }

    fn marshal_output(
        &self,
        output: Output,
        context: Context<'_>,
    ) -> Result<Definition, MarshalError> {
        let mut run = Run {
            graph: self,
            context,
            digests: vec![None; self.vertices.len()],
            seen: HashSet::new(),
            definition: Definition::default(),
            collector: Collector::default(),
        };
        let root = self.resolve(output)?;
        run.walk(root.vertex)?;
        let input = run.input(root)?;
        let Run {
            mut definition,
            collector,
            ..
        } = run;
        let tail = pb::Op {
            inputs: vec![input],
            ..pb::Op::default()
        }
        .encode_to_vec();
        let digest = Digest::sha256(&tail);
        definition.def.push(tail);
        let mut needs = vec![caps::CONSTRAINTS, caps::PLATFORM];
        for metadata in definition.metadata.values() {
            if metadata.ignore_cache {
                needs.push(caps::META_IGNORE_CACHE);
            }
            if !metadata.description.is_empty() {
                needs.push(caps::META_DESCRIPTION);
            }
            if metadata.export_cache.is_some() {
                needs.push(caps::META_EXPORT_CACHE);
            }
        }
        let tail = definition
            .metadata
            .entry(digest.as_str().to_owned())
            .or_default();
        tail.caps = needs
            .into_iter()
            .map(|cap| (cap.to_owned(), true))
            .collect();
        definition.source = Some(collector.finish(|output| {
            // A file's own definition comes from a client: it depends on nothing that is asked for here.
            let host = Platform::host();
            let context = Context {
                platform: &host,
                caps: None,
                new_id: &mut String::new,
                unique_id: None,
            };
            self.marshal_output(output, context)
                .map(Definition::into_pb)
        })?);
        Ok(definition)
    }

    /// What stands in a place that was deferred.
    pub(crate) fn resolve(&self, output: Output) -> Result<Output, MarshalError> {
        let mut at = output;
        for _ in 0..=self.vertices.len() {
            match self.vertices.get(at.vertex as usize) {
                Some(Vertex::Deferred(Deferred::Filled(Some(inner)))) => at = *inner,
                Some(Vertex::Deferred(Deferred::Filled(None))) => {
                    return Err(MarshalError(
                        "an input that was put in place later is empty".to_owned(),
                    ));
                }
                Some(Vertex::Deferred(Deferred::Waiting)) => {
                    return Err(MarshalError("an input was never put in place".to_owned()));
                }
                Some(_) => return Ok(at),
                None => return Err(MarshalError("an output of another graph".to_owned())),
            }
        }
        Err(MarshalError(CYCLE.to_owned()))
    }
}

const CYCLE: &str = "an operation needs its own result";

struct Context<'a> {
    platform: &'a Platform,
    caps: Option<&'a CapSet>,
    new_id: &'a mut dyn FnMut() -> String,
    unique_id: Option<String>,
}

/// One marshalling.
struct Run<'g, 'c> {
    graph: &'g Graph,
    context: Context<'c>,
    /// By vertex.
    digests: Vec<Option<Rc<str>>>,
    seen: HashSet<Rc<str>>,
    definition: Definition,
    collector: Collector,
}

impl Run<'_, '_> {
    /// Marshals a vertex and all that it needs, inputs first, in the reference's order.
    fn walk(&mut self, root: u32) -> Result<(), MarshalError> {
        let mut open = vec![false; self.graph.vertices.len()];
        let mut stack: Vec<(u32, std::vec::IntoIter<u32>)> =
            vec![(root, self.inputs(root)?.into_iter())];
        open[root as usize] = true;
        while let Some((vertex, inputs)) = stack.last_mut() {
            if let Some(next) = inputs.next() {
                if self.digests[next as usize].is_some() {
                    continue;
                }
                if std::mem::replace(&mut open[next as usize], true) {
                    return Err(MarshalError(CYCLE.to_owned()));
                }
                let inputs = self.inputs(next)?.into_iter();
                stack.push((next, inputs));
            } else {
                let vertex = *vertex;
                stack.pop();
                self.marshal(vertex)?;
            }
        }
        Ok(())
    }

    fn inputs(&self, vertex: u32) -> Result<Vec<u32>, MarshalError> {
        let outputs: Vec<Output> = match &self.graph.vertices[vertex as usize] {
            Vertex::Source(_) | Vertex::Deferred(_) => Vec::new(),
            Vertex::Exec(exec) => exec.inputs().collect(),
            Vertex::File(file) => file.inputs().collect(),
            Vertex::Merge { inputs, .. } => inputs.clone(),
            Vertex::Diff { lower, upper, .. } => lower.iter().chain(upper).copied().collect(),
            Vertex::Definition(definition) => definition.inputs().collect(),
        };
        outputs
            .into_iter()
            .map(|output| Ok(self.graph.resolve(output)?.vertex))
            .collect()
    }

    /// An output as an operation's input; what it needs was marshalled before.
    fn input(&self, output: Output) -> Result<pb::Input, MarshalError> {
        input_of(self.graph, &self.digests, output)
    }

    fn marshal(&mut self, vertex: u32) -> Result<(), MarshalError> {
        let graph = self.graph;
        let digests = &self.digests;
        let input = |output: Output| input_of(graph, digests, output);
        let mut needs = Vec::new();
        let (mut op, constraints) = match &graph.vertices[vertex as usize] {
            Vertex::Definition(definition) => {
                let (digest, bytes, metadata, locations) =
                    definition.parts().map_err(MarshalError)?;
                return {
                    self.record(vertex, digest.into(), bytes.to_vec(), metadata.clone());
                    self.collector.add(digest, locations);
                    Ok(())
                };
            }
            Vertex::Deferred(_) => {
                return Err(MarshalError("an input was never put in place".to_owned()));
            }
            Vertex::Exec(exec) => {
                let constraints = exec.constraints();
                let mut op = constraints.frame(self.context.platform);
                needs =
                    exec.marshal(&mut op, self.context.caps, &self.context.platform.os, input)?;
                (op, constraints)
            }
            Vertex::File(file) => {
                let mut op = file.constraints.frame(self.context.platform);
                file.marshal(&mut op, input)?;
                (op, &file.constraints)
            }
            Vertex::Merge {
                inputs,
                constraints,
            } => {
                let mut op = constraints.frame(self.context.platform);
                op.inputs = inputs
                    .iter()
                    .map(|output| input(*output))
                    .collect::<Result<_, _>>()?;
                let inputs = (0..)
                    .take(inputs.len())
                    .map(|input| pb::MergeInput { input })
                    .collect();
                op.op = Some(pb::op::Op::Merge(pb::MergeOp { inputs }));
                op.platform = None;
                (op, &**constraints)
            }
            Vertex::Diff {
                lower,
                upper,
                constraints,
            } => {
                let mut op = constraints.frame(self.context.platform);
                let mut place = |output: &Option<Output>| match output {
                    None => Ok(-1),
                    Some(output) => {
                        op.inputs.push(input(*output)?);
                        Ok(i64::try_from(op.inputs.len()).unwrap_or(i64::MAX) - 1)
                    }
                };
                let lower = Some(pb::LowerDiffInput {
                    input: place(lower)?,
                });
                let upper = Some(pb::UpperDiffInput {
                    input: place(upper)?,
                });
                op.op = Some(pb::op::Op::Diff(pb::DiffOp { lower, upper }));
                op.platform = None;
                (op, &**constraints)
            }
            Vertex::Source(source) => {
                let mut attrs = source.attrs.clone();
                if source.identifier.starts_with("local://") && !attrs.contains_key("local.session")
                {
                    let id = match &source.constraints.local_unique_id {
                        Some(id) if !id.is_empty() => id.clone(),
                        _ => self
                            .context
                            .unique_id
                            .get_or_insert_with(&mut *self.context.new_id)
                            .clone(),
                    };
                    attrs.insert("local.unique".to_owned(), id);
                    needs.push(caps::SOURCE_LOCAL_UNIQUE);
                }
                let mut op = source.constraints.frame(self.context.platform);
                if !source.identifier.starts_with("docker-image://")
                    && !source.identifier.starts_with("oci-layout://")
                {
                    op.platform = None;
                }
                op.op = Some(pb::op::Op::Source(pb::SourceOp {
                    identifier: source.identifier.clone(),
                    attrs,
                }));
                (op, &source.constraints)
            }
        };
        self.finish(vertex, &mut op, needs, constraints);
        Ok(())
    }

    fn finish(
        &mut self,
        vertex: u32,
        op: &mut pb::Op,
        needs: Vec<&'static str>,
        constraints: &Constraints,
    ) {
        let bytes = op.encode_to_vec();
        let digest: Rc<str> = Digest::sha256(&bytes).as_str().into();
        let mut metadata = constraints.metadata.to_pb();
        metadata
            .caps
            .extend(needs.into_iter().map(|cap| (cap.to_owned(), true)));
        self.collector.add(&digest, &constraints.locations);
        self.record(vertex, digest, bytes, metadata);
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
        if self.seen.insert(digest.clone()) {
            self.definition.def.push(bytes);
        }
        self.digests[vertex as usize] = Some(digest);
    }
}

fn input_of(
    graph: &Graph,
    digests: &[Option<Rc<str>>],
    output: Output,
) -> Result<pb::Input, MarshalError> {
    let output = graph.resolve(output)?;
    match &digests[output.vertex as usize] {
        Some(digest) => Ok(pb::Input {
            digest: digest.as_ref().to_owned(),
            index: i64::from(output.index),
        }),
        None => Err(MarshalError(CYCLE.to_owned())),
    }
}
