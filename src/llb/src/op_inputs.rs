//! The list of an operation's inputs.

use fromtier_proto::pb;

/// Adds an input unless it is listed already. Returns its index in the list.
pub(crate) fn add_input(inputs: &mut Vec<pb::Input>, input: pb::Input) -> i64 {
    let index = inputs
        .iter()
        .position(|known| *known == input)
        .unwrap_or_else(|| {
            inputs.push(input);
            inputs.len() - 1
        });
    i64::try_from(index).unwrap_or(i64::MAX)
}
