//! The arena of operations.

use fromtier_image::Platform;

use crate::caps;
use crate::constraints::Constraints;
use crate::exec::{Exec, ExecVertex};
use crate::file::{FileAction, FileVertex};
use crate::input::DefinitionVertex;
use crate::merge::{DiffVertex, MergeVertex};
use crate::output::Output;
use crate::source::SourceVertex;
use crate::state::State;

/// All operations of a build, in the order in which they were added.
#[derive(Debug, Default)]
pub struct Graph {
    pub(crate) vertices: Vec<Vertex>,
}

#[derive(Debug)]
pub(crate) enum Vertex {
    Source(Box<SourceVertex>),
    Exec(Box<ExecVertex>),
    File(Box<FileVertex>),
    Merge(Box<MergeVertex>),
    Diff(Box<DiffVertex>),
    Definition(Box<DefinitionVertex>),
    Deferred(Deferred),
}

/// A place for a vertex that is added later.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deferred {
    Waiting,
    Filled(Option<Output>),
}

impl Graph {
    /// Creates a graph without operations.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// The number of operations.
    pub fn len(&self) -> usize {
        self.vertices.len()
    }

    /// Whether there are no operations.
    pub fn is_empty(&self) -> bool {
        self.vertices.is_empty()
    }

    pub(crate) fn add_vertex(&mut self, vertex: Vertex) -> Output {
        // 4 billion operations do not fit into memory.
        let at = u32::try_from(self.vertices.len()).unwrap_or(u32::MAX);
        self.vertices.push(vertex);
        Output {
            vertex: at,
            index: 0,
        }
    }

    /// The platform that an output's operation itself names. States of this output adopt it.
    pub fn platform_of(&self, output: Output) -> Option<&Platform> {
        match self.vertices.get(output.vertex as usize)? {
            Vertex::Source(source) => source.constraints.platform.as_ref(),
            Vertex::Exec(exec) => exec.output_platform(),
            _ => None,
        }
    }

    /// Runs a command on a state's file system. The new state keeps the values of `state`. The values that `exec` sets
    /// itself (network, hosts, …) apply to this command only.
    pub fn run(&mut self, state: &State, exec: Exec) -> State {
        if exec.readonly_root {
            // The root file system doesn't change, so neither does the state.
            let vertex = ExecVertex::new(state, exec);
            self.add_vertex(Vertex::Exec(Box::new(vertex)));
            return state.clone();
        }
        let vertex = ExecVertex::new(state, exec);
        let index = vertex.root_index();
        let output = self.add_vertex(Vertex::Exec(Box::new(vertex)));
        state
            .clone()
            .with_output(self, Some(Output { index, ..output }))
    }

    /// Returns what the command that made `after` wrote to its mount at `target`: none if it has no such mount, or if
    /// writes to the mount are dropped.
    pub fn mounted(&self, after: &State, target: &str) -> Option<State> {
        let output = after.output()?;
        let Vertex::Exec(exec) = self.vertices.get(output.vertex as usize)? else {
            return None;
        };
        let index = exec.mount_index(target)?;
        Some(State::scratch().with_output(self, Some(Output { index, ..output })))
    }

    /// Runs file operations on a state's file system. Relative paths are relative to the state's directory.
    pub fn file(&mut self, state: &State, action: FileAction, constraints: Constraints) -> State {
        let output = self.add_vertex(Vertex::File(Box::new(FileVertex::new(
            state,
            action,
            constraints,
        ))));
        state.clone().with_output(self, Some(output))
    }

    /// Stacks states on top of one another. Scratch states are left out, and a single state is returned unchanged.
    pub fn merge(&mut self, states: &[State], mut constraints: Constraints) -> State {
        let mut states = states.iter().filter(|state| state.output().is_some());
        let Some(first) = states.next() else {
            return State::scratch();
        };
        let mut inputs: Vec<Output> = first.output().into_iter().collect();
        inputs.extend(states.filter_map(State::output));
        if inputs.len() == 1 {
            return first.clone();
        }
        constraints.add_cap(caps::MERGE_OP);
        let output = self.add_vertex(Vertex::Merge(Box::new(MergeVertex {
            inputs,
            constraints,
        })));
        first.clone().with_output(self, Some(output))
    }

    /// Returns the changes from `lower` to `upper`.
    pub fn diff(&mut self, lower: &State, upper: &State, mut constraints: Constraints) -> State {
        if lower.output().is_none() {
            return if upper.output().is_none() {
                State::scratch()
            } else {
                upper.clone()
            };
        }
        constraints.add_cap(caps::DIFF_OP);
        let output = self.add_vertex(Vertex::Diff(Box::new(DiffVertex {
            lower: lower.output(),
            upper: upper.output(),
            constraints,
        })));
        lower.clone().with_output(self, Some(output))
    }

    /// Adds a place for an operation that is known later: the build context depends on all operations that copy from it.
    pub fn defer(&mut self) -> Output {
        self.add_vertex(Vertex::Deferred(Deferred::Waiting))
    }

    /// Puts a state's output into a place made by [`Graph::defer`]. Filling a place again replaces its output. Other
    /// outputs are left unchanged.
    pub fn fill(&mut self, place: Output, state: &State) {
        if let Some(Vertex::Deferred(deferred)) = self.vertices.get_mut(place.vertex as usize) {
            *deferred = Deferred::Filled(state.output());
        }
    }
}
