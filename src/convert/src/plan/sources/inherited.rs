//! The triggers that stages inherit from other stages of the same file: a build runs them in the stage that is built `FROM`
//! the one that declares them, before its own instructions.

use std::collections::HashMap;

use fromtier_dockerfile::instructions::{Command, Stage};
use fromtier_dockerfile::shell::Lex;
use fromtier_gostd::strings::to_lower;

use crate::plan::trigger::parse_trigger;
use crate::vars::Vars;

/// A stage whose first instructions are the triggers of its base.
#[derive(Debug, Clone)]
pub(super) struct CompleteStage {
    /// The stage, with the triggers before its own instructions.
    pub stage: Stage,
    /// The number of triggers.
    pub triggers: usize,
}

/// Puts the triggers of each stage into the stages that are built `FROM` it. A trigger that isn't a valid instruction is
/// left out: a build reports it.
pub(super) fn complete(stages: &[Stage], lex: &Lex, globals: &Vars) -> Vec<CompleteStage> {
    let mut by_name: HashMap<String, usize> = HashMap::new();
    let mut complete = Vec::with_capacity(stages.len());
    for (index, stage) in stages.iter().enumerate() {
        let base = lex.expand(&stage.base_name, globals).ok();
        let base = base.and_then(|base| by_name.get(&base.result));
        let declared = base.map_or(&[][..], |base| &stages[*base].commands);
        let mut commands: Vec<Command> = declared
            .iter()
            .filter_map(|command| match command {
                Command::Onbuild { expression, .. } => {
                    parse_trigger(expression, &stage.location).ok()
                }
                _ => None,
            })
            .collect();
        let triggers = commands.len();
        commands.extend(stage.commands.iter().cloned());
        complete.push(CompleteStage {
            stage: Stage {
                commands,
                ..stage.clone()
            },
            triggers,
        });
        if !stage.name.is_empty() {
            by_name.insert(to_lower(&stage.name), index);
        }
    }
    complete
}
