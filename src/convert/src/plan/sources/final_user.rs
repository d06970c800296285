//! The user of the finished image, as far as the file says it.

use std::collections::HashMap;

use fromtier_dockerfile::instructions::Command;
use fromtier_dockerfile::shell::{Lex, NoEnv};
use fromtier_dockerfile::span::Range;
use fromtier_gostd::strings::to_lower;

use super::inherited::CompleteStage;
use crate::vars::Vars;

/// The user of the finished image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedUser {
    /// The user as written; empty for an image on scratch that sets none.
    pub user: String,
    /// The lines that say it: the last `USER`, or the `FROM` of the target.
    pub ranges: Vec<Range>,
    /// The target's name for policies: its own or `stage-0`.
    pub policy_stage: String,
}

/// Returns the user of the image that the target makes; `None` if a variable or the base image decides.
pub(super) fn find(
    stages: &[CompleteStage],
    target: usize,
    lex: &Lex,
    globals: &Vars,
    is_context: impl Fn(&str) -> bool,
) -> Option<PlannedUser> {
    let mut by_name: HashMap<String, usize> = HashMap::new();
    let mut bases = Vec::with_capacity(stages.len());
    for (index, CompleteStage { stage, .. }) in stages.iter().enumerate() {
        let base = lex.expand(&stage.base_name, globals).ok()?.result;
        let on = by_name.get(&to_lower(&base)).copied();
        bases.push((base, on));
        if !stage.name.is_empty() {
            by_name.insert(to_lower(&stage.name), index);
        }
    }
    let stage = &stages.get(target)?.stage;
    let found = |user: &str, ranges: &[Range]| PlannedUser {
        user: user.to_owned(),
        ranges: ranges.to_vec(),
        policy_stage: match stage.name.as_str() {
            "" => format!("stage-{target}"),
            name => name.to_owned(),
        },
    };
    let mut at = target;
    // A stage is built on an earlier one.
    for _ in 0..stages.len() {
        let current = &stages[at].stage;
        // A named context takes the place of a stage, and of a base.
        if is_context(&current.name) {
            return None;
        }
        let last = current
            .commands
            .iter()
            .rev()
            .find_map(|command| match command {
                Command::User { common, user } => Some((user, &common.location)),
                _ => None,
            });
        if let Some((user, location)) = last {
            // A variable can have any value; what is left are quotes and escapes.
            let plain = lex
                .expand(user, &NoEnv)
                .ok()
                .filter(|_| !user.contains('$'))?;
            return Some(found(&plain.result, location));
        }
        match &bases[at] {
            (base, _) if is_context(base) => return None,
            (_, Some(base)) if *base < at => at = *base,
            (base, _) if base == crate::SCRATCH => return Some(found("", &stage.location)),
            _ => return None,
        }
    }
    None
}
