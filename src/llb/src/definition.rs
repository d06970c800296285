//! A marshaled graph.

use std::collections::BTreeMap;

use fromtier_proto::{Message, pb};

/// A marshaled graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    /// The encoded operations, inputs first. The last one names the result. Empty for scratch.
    pub def: Vec<Vec<u8>>,
    /// The metadata of each operation, by its digest.
    pub metadata: BTreeMap<String, pb::OpMetadata>,
    /// The places in source files that the operations come from.
    pub source: Option<pb::Source>,
}

impl Definition {
    /// The digest of the operation that makes the result; none for scratch.
    pub fn head(&self) -> Option<String> {
        let last = pb::Op::decode(self.def.last()?.as_slice()).ok()?;
        last.inputs.into_iter().next().map(|input| input.digest)
    }

    /// Copies the definition into BuildKit's message.
    pub fn to_pb(&self) -> pb::Definition {
        pb::Definition {
            def: self.def.clone(),
            metadata: self.metadata.clone(),
            source: self.source.clone(),
        }
    }

    /// Turns the definition into BuildKit's message.
    pub fn into_pb(self) -> pb::Definition {
        pb::Definition {
            def: self.def,
            metadata: self.metadata,
            source: self.source,
        }
    }
}
