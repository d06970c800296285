//! Merging file systems, and the difference between two.

use fromtier_image::Platform;
use fromtier_proto::pb;

use crate::constraints::Constraints;
use crate::error::MarshalError;
use crate::output::Output;

/// File systems on top of one another.
#[derive(Debug)]
pub(crate) struct MergeVertex {
    pub(crate) inputs: Vec<Output>,
    pub(crate) constraints: Constraints,
}

/// The changes from `lower` to `upper`. Either can be none, which is scratch.
#[derive(Debug)]
pub(crate) struct DiffVertex {
    pub(crate) lower: Option<Output>,
    pub(crate) upper: Option<Output>,
    pub(crate) constraints: Constraints,
}

impl MergeVertex {
    pub(crate) fn marshal(
        &self,
        platform: &Platform,
        input: impl FnMut(Output) -> Result<pb::Input, MarshalError>,
    ) -> Result<pb::Op, MarshalError> {
        let mut op = self.constraints.new_op(platform);
        op.inputs = (self.inputs.iter().copied())
            .map(input)
            .collect::<Result<_, _>>()?;
        let inputs = (0..)
            .take(self.inputs.len())
            .map(|input| pb::MergeInput { input })
            .collect();
        op.op = Some(pb::op::Op::Merge(pb::MergeOp { inputs }));
        op.platform = None;
        Ok(op)
    }
}

impl DiffVertex {
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Output> + '_ {
        self.lower.iter().chain(&self.upper).copied()
    }

    pub(crate) fn marshal(
        &self,
        platform: &Platform,
        mut input: impl FnMut(Output) -> Result<pb::Input, MarshalError>,
    ) -> Result<pb::Op, MarshalError> {
        let mut op = self.constraints.new_op(platform);
        let mut push_input = |output: Option<Output>| match output {
            None => Ok(-1),
            Some(output) => {
                op.inputs.push(input(output)?);
                Ok(i64::try_from(op.inputs.len()).unwrap_or(i64::MAX) - 1)
            }
        };
        let lower = Some(pb::LowerDiffInput {
            input: push_input(self.lower)?,
        });
        let upper = Some(pb::UpperDiffInput {
            input: push_input(self.upper)?,
        });
        op.op = Some(pb::op::Op::Diff(pb::DiffOp { lower, upper }));
        op.platform = None;
        Ok(op)
    }
}
