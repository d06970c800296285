//! A source as an operation.

use std::collections::BTreeMap;

use fromtier_image::Platform;
use fromtier_proto::pb;

use crate::caps::{self, Cap};
use crate::constraints::Constraints;

#[derive(Debug, Clone)]
pub(crate) struct SourceVertex {
    pub(crate) identifier: String,
    pub(crate) attrs: BTreeMap<String, String>,
    pub(crate) constraints: Constraints,
}

impl SourceVertex {
    /// Returns the operation, and the capabilities that it needs besides those of its constraints. `unique_id`
    /// distinguishes this graph's local sources from those of another graph.
    pub(crate) fn marshal(
        &self,
        platform: &Platform,
        unique_id: impl FnOnce() -> String,
    ) -> (pb::Op, Vec<Cap>) {
        let mut needs = Vec::new();
        let mut attrs = self.attrs.clone();
        if self.identifier.starts_with("local://") && !attrs.contains_key("local.session") {
            let id = match &self.constraints.local_unique_id {
                Some(id) if !id.is_empty() => id.clone(),
                _ => unique_id(),
            };
            attrs.insert("local.unique".to_owned(), id);
            needs.push(caps::SOURCE_LOCAL_UNIQUE);
        }
        let mut op = self.constraints.new_op(platform);
        let has_platform = ["docker-image://", "oci-layout://"]
            .iter()
            .any(|scheme| self.identifier.starts_with(scheme));
        if !has_platform {
            op.platform = None;
        }
        op.op = Some(pb::op::Op::Source(pb::SourceOp {
            identifier: self.identifier.clone(),
            attrs,
        }));
        (op, needs)
    }
}
