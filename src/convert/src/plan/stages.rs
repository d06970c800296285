//! The stages of a build, by name and by index: those of the file, and those that represent an image in `--from`.

use std::collections::HashMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::strings::to_lower;

use super::deps::StageId;
use super::paths_used::PathsUsed;
use crate::stage::{BaseState, Stage};

#[derive(Debug, Default)]
pub(crate) struct Stages {
    list: Vec<Stage>,
    by_name: HashMap<String, StageId>,
    paths: Vec<PathsUsed>,
}

impl Stages {
    /// Appends a stage. If its base is the name of an earlier stage, it is built on that stage.
    pub fn add(&mut self, mut stage: Stage) -> StageId {
        let id = self.list.len();
        if let Some(&base) = self.by_name.get(&stage.base.name) {
            stage.base.state = BaseState::Stage {
                id: base,
                triggers_taken: false,
            };
            stage.built.outline = self.list[base].built.outline.clone();
        }
        if !stage.written.name.is_empty() {
            self.by_name.insert(to_lower(&stage.written.name), id);
        }
        stage.plan.paths = id;
        self.paths.push(PathsUsed::default());
        self.list.push(stage);
        id
    }

    pub fn by_name(&self, name: &str) -> Option<StageId> {
        self.by_name.get(&to_lower(name)).copied()
    }

    /// Returns the stage with an index as in `--from=0`.
    pub fn by_index(&self, index: i64) -> Result<StageId> {
        usize::try_from(index)
            .ok()
            .filter(|i| *i < self.list.len())
            .ok_or_else(|| Error::new(format!("invalid stage index {index}")))
    }

    /// Returns the names that steps show, for suggestions.
    pub fn names(&self) -> Vec<&str> {
        self.list
            .iter()
            .map(|s| s.plan.display_name.as_str())
            .filter(|n| !n.is_empty())
            .collect()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Stage> {
        self.list.iter()
    }

    /// The paths that are used of the result of stage `id`. A stage shares them with its base.
    pub fn paths_mut(&mut self, id: StageId) -> &mut PathsUsed {
        let at = self.list[id].plan.paths;
        &mut self.paths[at]
    }

    /// The index of a stage's set of paths.
    pub fn path_set_mut(&mut self, at: usize) -> &mut PathsUsed {
        &mut self.paths[at]
    }

    pub fn paths(&self, id: StageId) -> &PathsUsed {
        &self.paths[self.list[id].plan.paths]
    }
}

impl std::ops::Index<StageId> for Stages {
    type Output = Stage;
    fn index(&self, id: StageId) -> &Stage {
        &self.list[id]
    }
}

impl std::ops::IndexMut<StageId> for Stages {
    fn index_mut(&mut self, id: StageId) -> &mut Stage {
        &mut self.list[id]
    }
}
