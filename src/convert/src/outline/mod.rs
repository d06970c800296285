//! The parameters that a target can be given: arguments, secrets, SSH agents.

pub(crate) mod capture;

use std::collections::HashSet;

use capture::{ArgInfo, CredentialMount};
use fromtier_dockerfile::span::Range;

use crate::plan::deps::StageId;
use crate::plan::stages::Stages;

/// The parameters of a target (`frontend.outline`), each list in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The stage's name, or empty.
    pub name: String,
    /// The comment before its `FROM`.
    pub description: String,
    /// The build arguments.
    pub args: Vec<ArgInfo>,
    /// The secrets that its `RUN` instructions mount.
    pub secrets: Vec<CredentialMount>,
    /// The SSH agents that its `RUN` instructions mount.
    pub ssh: Vec<CredentialMount>,
}

/// The outline of `target`: its own parameters, then its base's, then those of the stages that it copies from.
pub(crate) fn outline_of(stages: &Stages, target: StageId) -> Outline {
    let mut outline = Outline {
        name: stages[target].written.name.clone(),
        description: stages[target].written.doc_comment.clone(),
        ..Outline::default()
    };
    let (mut args, mut secrets, mut ssh) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut seen = vec![false; stages.len()];
    let mut todo = vec![target];
    while let Some(id) = todo.pop() {
        if std::mem::replace(&mut seen[id], true) {
            continue;
        }
        let stage = &stages[id];
        let capture = &stage.built.outline;
        let used = capture.all_used();
        for info in used.iter().filter_map(|name| capture.info(name)) {
            if args.insert(info.key.as_str()) {
                outline.args.push(info.clone());
            }
        }
        for (mounts, seen, out) in [
            (&capture.secrets, &mut secrets, &mut outline.secrets),
            (&capture.ssh, &mut ssh, &mut outline.ssh),
        ] {
            for (_, mount) in &mounts.list {
                if seen.insert(mount.name.as_str()) {
                    out.push(mount.clone());
                }
            }
        }
        // Last in, first out: the base goes before the others.
        let mut next: Vec<StageId> = stage
            .base_stage()
            .into_iter()
            .chain(stage.plan.deps.ids())
            .collect();
        next.reverse();
        todo.extend(next);
    }
    outline.args.sort_by_key(|a| first_line(&a.location));
    outline.secrets.sort_by_key(|n| first_line(&n.location));
    outline.ssh.sort_by_key(|n| first_line(&n.location));
    outline
}

fn first_line(location: &[Range]) -> i32 {
    location.first().map_or(0, |r| r.start.line)
}
