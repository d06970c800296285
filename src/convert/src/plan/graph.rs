//! The dependencies between stages: cycles, and the stages that a target needs.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::{Command, Mount};
use fromtier_gostd::strconv::quote;

use super::deps::StageId;
use super::stages::Stages;

/// Refuses stages that depend on each other. The error has the instructions of the cycle.
pub(crate) fn check_cycles(stages: &Stages) -> Result<()> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        OnPath,
        Done,
    }
    let mut marks = vec![Mark::New; stages.len()];
    for root in 0..stages.len() {
        if marks[root] != Mark::New {
            continue;
        }
        // A stage, and how many of its dependencies were followed.
        let mut path = vec![(root, 0usize)];
        marks[root] = Mark::OnPath;
        while let Some((at, followed)) = path.last_mut() {
            let Some((dep, _)) = stages[*at].plan.deps.list.get(*followed) else {
                marks[*at] = Mark::Done;
                path.pop();
                continue;
            };
            *followed += 1;
            match marks[*dep] {
                Mark::Done => {}
                Mark::New => {
                    marks[*dep] = Mark::OnPath;
                    path.push((*dep, 0));
                }
                Mark::OnPath => {
                    let error = Error::new(format!(
                        "circular dependency detected on stage: {}",
                        stages[root].plan.display_name
                    ));
                    return Err(path.iter().fold(error, |error, (at, followed)| {
                        error.at(&stages[*at].plan.deps.list[followed - 1].1)
                    }));
                }
            }
        }
    }
    Ok(())
}

/// Refuses a `COPY` or a mount of a needed stage from a later stage, which isn't built yet.
pub(crate) fn check_order(stages: &Stages, needed: &[bool]) -> Result<()> {
    // An image that is only copied from is a stage as well, behind those of the file.
    let is_later = |source: &StageId, id| *source > id && !stages[*source].plan.is_image_source;
    for id in (0..stages.len()).filter(|id| needed[*id]) {
        let plan = &stages[id].plan;
        for planned in &plan.commands {
            let Some(at) = planned
                .sources
                .iter()
                .position(|source| is_later(source, id))
            else {
                continue;
            };
            let error = match &planned.command {
                Command::Copy(copy) => copies_later_stage(&copy.from, &plan.display_name),
                Command::Run(run) => {
                    // Variables stay as they are written.
                    let mounts = run.expand_mounts(&mut |word| Ok(word.to_owned()));
                    match mounts.as_ref().ok().and_then(|mounts| mounts.get(at)) {
                        Some(mount) => mounts_later_stage(mount),
                        None => continue,
                    }
                }
                _ => continue,
            };
            return Err(error.at(&planned.command.common().location));
        }
    }
    Ok(())
}

/// The error of a mount from a stage that isn't built yet.
pub(crate) fn mounts_later_stage(mount: &Mount) -> Error {
    Error::new(format!(
        "cannot mount from stage {} to {}, stage needs to be defined before current command",
        quote(&mount.from),
        quote(&mount.target)
    ))
}

/// The error of a `COPY` from a stage that isn't built yet.
pub(crate) fn copies_later_stage(from: &str, stage: &str) -> Error {
    Error::new(format!(
        "cannot copy from stage {}, it needs to be defined before current stage {}",
        quote(from),
        quote(stage)
    ))
}

/// Returns for each stage whether `target` needs it. A target needs itself.
pub(crate) fn reachable(stages: &Stages, target: StageId) -> Vec<bool> {
    let mut reached = vec![false; stages.len()];
    for id in downwards(stages, target) {
        reached[id] = true;
    }
    reached
}

/// Returns the stages that `target` needs, from itself down: each stage, then its base, then those that it copies or
/// mounts from.
pub(crate) fn downwards(stages: &Stages, target: StageId) -> Vec<StageId> {
    let mut reached = vec![false; stages.len()];
    let (mut order, mut todo) = (Vec::new(), vec![target]);
    while let Some(id) = todo.pop() {
        if std::mem::replace(&mut reached[id], true) {
            continue;
        }
        order.push(id);
        // Last in, first out.
        let first = todo.len();
        todo.extend(stages[id].base_stage());
        todo.extend(stages[id].plan.deps.ids());
        todo[first..].reverse();
    }
    order
}
