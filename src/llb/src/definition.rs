//! A marshalled graph.

use std::collections::BTreeMap;

use fromtier_proto::{Message, pb};

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
