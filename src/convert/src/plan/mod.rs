//! The plan of a build: its stages, their bases, and the files that they take from each other. Without any I/O.

pub(crate) mod args;
pub(crate) mod checks;
pub(crate) mod deps;
pub(crate) mod from;
mod graph;
pub(crate) mod paths_used;
pub(crate) mod sources;
pub(crate) mod stages;
pub(crate) mod trigger;

use deps::StageId;
use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::Command;
use fromtier_dockerfile::shell::{Lex, NoEnv};
use fromtier_dockerfile::span::Range;
use fromtier_dockerfile::suggest;
use fromtier_policy::gate::Via;
pub(crate) use graph::{
    check_cycles, check_order, copies_later_stage, downwards, mounts_later_stage, reachable,
};
use stages::Stages;

use crate::stage::{PlannedCommand, Stage};

/// Returns the stage to build: the one with the target's name, or the last one.
pub(crate) fn target(stages: &Stages, name: &str) -> Result<StageId> {
    if name.is_empty() {
        return Ok(stages.len().saturating_sub(1));
    }
    stages.by_name(name).ok_or_else(|| {
        let error = Error::new(format!(
            "target stage {} could not be found",
            fromtier_gostd::strconv::quote(name)
        ));
        suggest::with_suggestion(error, name, &stages.names(), suggest::Case::Sensitive)
    })
}

/// Sets for each stage whether it ships: the target, the stages that it is built `FROM`, and the images that these
/// take files from. For stages that the target doesn't need, this is unknown: they might be part of another build's
/// target.
pub(crate) fn mark_shipped(stages: &mut Stages, target: StageId, needed: &[bool]) {
    for (id, needed) in needed.iter().enumerate() {
        stages[id].plan.shipped = needed.then_some(false);
    }
    let mut next = Some(target);
    while let Some(id) = next {
        stages[id].plan.shipped = Some(true);
        next = stages[id].base_stage();
    }
    for id in 0..stages.len() {
        let ships = stages[id].plan.shipped;
        let sources = stages[id].plan.commands.iter().flat_map(|c| &c.sources);
        for source in sources.copied().collect::<Vec<_>>() {
            if stages[source].plan.is_image_source {
                stages[source].plan.shipped = ships;
            }
        }
    }
}

/// An instruction takes files from a stage that can't be found.
pub(crate) struct LinkError {
    /// The error without a location, as BuildKit reports it.
    pub error: Box<Error>,
    /// The lines of the instruction.
    pub location: Vec<Range>,
}

/// Finds the stages that each instruction takes files from. Each image becomes a stage of its own.
pub(crate) fn link(stages: &mut Stages, lex: &Lex) -> Result<(), LinkError> {
    let mut id = 0;
    while id < stages.len() {
        let mut commands = std::mem::take(&mut stages[id].plan.commands);
        for planned in &mut commands {
            link_command(stages, lex, id, planned).map_err(|error| LinkError {
                error: Box::new(error),
                location: planned.command.common().location.clone(),
            })?;
        }
        stages[id].plan.commands = commands;
        id += 1;
    }
    Ok(())
}

/// Finds the stages of one instruction of stage `id`.
pub(crate) fn link_command(
    stages: &mut Stages,
    lex: &Lex,
    id: StageId,
    planned: &mut PlannedCommand,
) -> Result<()> {
    let via = |plain| if planned.onbuild { Via::Onbuild } else { plain };
    let location = &planned.command.common().location;
    let mut sources = Vec::new();
    match &planned.command {
        Command::Copy(copy) if !copy.from.is_empty() => {
            let source = match copy_source(stages, lex, &copy.from)? {
                Some(source) => source,
                None => {
                    let by = &stages[id];
                    let image = Stage::for_image(&copy.from, location, via(Via::CopyFrom), by);
                    stages.add(image.at(location))
                }
            };
            sources.push(source);
        }
        Command::Run(run) => {
            for mount in &run.mounts {
                // A mount without `from` might have no source at all; that isn't known yet.
                let from = match mount.from.as_str() {
                    "" => crate::SCRATCH,
                    from => from,
                };
                let source = match stages.by_name(from) {
                    Some(source) => source,
                    None => {
                        let by = &stages[id];
                        stages.add(Stage::for_image(from, location, via(Via::MountFrom), by))
                    }
                };
                sources.push(source);
            }
        }
        _ => {}
    }
    for source in &sources {
        stages[id].plan.deps.add(*source, location);
    }
    planned.sources = sources;
    Ok(())
}

/// Whether a `--from` names an image: not a stage, not an index, not `scratch`, and not nothing.
pub(crate) fn names_image(stages: &Stages, from: &str) -> bool {
    let is_stage = from.parse::<i64>().is_ok() || stages.by_name(from).is_some();
    !from.is_empty() && from != crate::SCRATCH && !is_stage
}

/// Returns the stage that `COPY --from` names, by name or by index; `None` if it names an image.
fn copy_source(stages: &Stages, lex: &Lex, from: &str) -> Result<Option<StageId>> {
    let expansion = lex.expand(from, &NoEnv).map_err(|(e, _)| e)?;
    if expansion.result != from {
        return Err(Error::new(
            "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
        ));
    }
    match from.parse::<i64>() {
        Ok(index) => stages.by_index(index).map(Some),
        Err(_) => Ok(stages.by_name(from)),
    }
}
