//! The stages that a stage copies or mounts from.

use std::collections::HashMap;

use fromtier_dockerfile::span::Range;

/// The index of a stage in [`super::stages::Stages`].
pub(crate) type StageId = usize;

/// The stages that a stage copies or mounts from, each with the instruction that requests it.
#[derive(Debug, Default)]
pub(crate) struct Deps {
    pub list: Vec<(StageId, Vec<Range>)>,
    index: HashMap<StageId, usize>,
}

impl Deps {
    /// Adds a stage. If several instructions request it, the last one counts.
    pub fn add(&mut self, on: StageId, location: &[Range]) {
        match self.index.get(&on) {
            Some(&at) => self.list[at].1 = location.to_vec(),
            None => {
                self.index.insert(on, self.list.len());
                self.list.push((on, location.to_vec()));
            }
        }
    }

    pub fn ids(&self) -> impl Iterator<Item = StageId> {
        self.list.iter().map(|(id, _)| *id)
    }
}
