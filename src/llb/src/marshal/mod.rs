//! The graph in BuildKit's form: operations in bytes, named by their digests.

mod marshaller;

use fromtier_image::{Digest, Platform};
use fromtier_proto::pb;
use marshaller::{CYCLE, Marshaller, Target};

use crate::caps::{self, CapSet};
use crate::definition::Definition;
use crate::error::MarshalError;
use crate::graph::{Deferred, Graph, Vertex};
use crate::output::Output;
use crate::state::State;

/// The target that a graph is marshaled for.
pub struct MarshalOptions<'a> {
    /// The platform of operations that name none; without it, this machine's.
    pub platform: Option<&'a Platform>,
    /// The server's capabilities; without them, nothing is assumed.
    pub caps: Option<&'a CapSet>,
    /// Makes a new unique id; called at most once.
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

impl Graph {
    /// Returns the definition of a state and of everything that it needs. The same graph gives the same bytes, apart
    /// from unique ids.
    ///
    /// # Errors
    /// [`MarshalError`] for an operation that lacks something, for a deferred place that was never filled, and for a
    /// cycle.
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
        let target = Target {
            platform,
            caps: options.caps,
            new_id: options.new_id,
            unique_id: None,
        };
        self.marshal_output(output, target)
    }

    fn marshal_output(
        &self,
        output: Output,
        target: Target<'_>,
    ) -> Result<Definition, MarshalError> {
        let root = self.resolve(output)?;
        let mut marshaller = Marshaller::new(self, target);
        marshaller.marshal_with_inputs(root.vertex)?;
        let result = marshaller.input_of(root)?;
        let (mut definition, source_maps) = marshaller.finish();
        add_result(&mut definition, result);
        definition.source = Some(source_maps.finish(|output| {
            // A file's own definition comes from a client: it depends on nothing of this target.
            let host = Platform::host();
            let target = Target {
                platform: &host,
                caps: None,
                new_id: &mut String::new,
                unique_id: None,
            };
            self.marshal_output(output, target).map(Definition::into_pb)
        })?);
        Ok(definition)
    }

    /// Follows deferred places to the output that fills them.
    pub(crate) fn resolve(&self, output: Output) -> Result<Output, MarshalError> {
        let mut at = output;
        for _ in 0..=self.vertices.len() {
            match self.vertices.get(at.vertex as usize) {
                Some(Vertex::Deferred(Deferred::Filled(Some(inner)))) => at = *inner,
                Some(Vertex::Deferred(Deferred::Filled(None))) => {
                    return Err(MarshalError("a deferred input is empty".to_owned()));
                }
                Some(Vertex::Deferred(Deferred::Waiting)) => {
                    return Err(MarshalError("a deferred input was never filled".to_owned()));
                }
                Some(_) => return Ok(at),
                None => {
                    return Err(MarshalError(
                        "an output belongs to another graph".to_owned(),
                    ));
                }
            }
        }
        Err(MarshalError(CYCLE.to_owned()))
    }
}

/// Adds the last operation, which names the result, and the capabilities that the metadata of all others needs.
fn add_result(definition: &mut Definition, result: pb::Input) {
    let last = pb::Op {
        inputs: vec![result],
        ..pb::Op::default()
    }
    .encode_to_vec();
    let digest = Digest::sha256(&last);
    definition.def.push(last);
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
    let metadata = definition
        .metadata
        .entry(digest.as_str().to_owned())
        .or_default();
    metadata.caps = needs
        .into_iter()
        .map(|cap| (cap.to_owned(), true))
        .collect();
}
