//! The one encoding of an operation that digests are made from.

use prost::encoding::message;

use crate::pb;

impl pb::Op {
    /// The deterministic encoding: the one that the reference makes, and so the one to make a digest from.
    ///
    /// Fields go by number, but the alternatives (`op`) come after all other fields. A decoder does not mind the order; a
    /// digest does. So this stands in front of the method of the same name that every message has.
    pub fn encode_to_vec(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(prost::Message::encoded_len(self));
        message::encode_repeated(1, &self.inputs, &mut out);
        if let Some(platform) = &self.platform {
            message::encode(10, platform, &mut out);
        }
        if let Some(constraints) = &self.constraints {
            message::encode(11, constraints, &mut out);
        }
        if let Some(op) = &self.op {
            op.encode(&mut out);
        }
        out
    }
}
