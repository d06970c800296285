//! The encoding of an operation that digests are computed from.

use prost::encoding::message;

use crate::pb;

impl pb::Op {
    /// Encodes the operation as the reference does, so that the digest of the bytes is the same.
    ///
    /// Fields are in the order of their numbers, but the alternatives (`op`) come after all other fields. The order
    /// doesn't matter to a decoder, but it does to a digest. So this method hides the one of the same name that every
    /// message has.
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
