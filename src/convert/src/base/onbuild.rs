//! `ONBUILD` triggers: the instructions that a base runs in the stages that are built on it.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::span::Range;

use super::trigger_chain::TriggerChains;
use crate::converter::Converter;
use crate::plan::deps::StageId;
use crate::plan::{self, trigger::parse_trigger};
use crate::stage::{BaseState, PlannedCommand};

impl<R> Converter<'_, R> {
    /// Puts the triggers of each needed stage's base before its instructions. Returns whether they need more stages.
    ///
    /// The order is from the target down: if a trigger of an image adds a trigger to a stage, that is too late for the stages
    /// that are built on it. BuildKit goes through a Go map, which nearly always has this order.
    pub(super) fn take_triggers(
        &mut self,
        target: StageId,
        chains: &mut TriggerChains,
    ) -> Result<bool> {
        let mut more = false;
        for id in plan::downwards(&self.stages, target) {
            let stage = &mut self.stages[id];
            let triggers = match &mut stage.base.state {
                BaseState::Stage { triggers_taken, .. } if *triggers_taken => Vec::new(),
                BaseState::Stage { id, triggers_taken } => {
                    *triggers_taken = true;
                    let base = *id;
                    self.stages[base].triggers()
                }
                BaseState::Pending | BaseState::Late | BaseState::Resolved | BaseState::Context => {
                    stage.built.image.config.on_build.take().unwrap_or_default()
                }
            };
            if !triggers.is_empty() {
                more |= self.add_triggers(id, &triggers, chains)?;
            }
        }
        Ok(more)
    }

    fn add_triggers(
        &mut self,
        id: StageId,
        triggers: &[String],
        chains: &mut TriggerChains,
    ) -> Result<bool> {
        let mut more = false;
        let mut commands = Vec::with_capacity(triggers.len());
        let location = self.stages[id].written.location.clone();
        for trigger in triggers {
            let first_new = self.stages.len();
            let planned = self
                .plan_trigger(id, trigger, &location)
                .map_err(|e| e.relocated(&location))?;
            more |= !planned.sources.is_empty();
            commands.push(planned);
            for new in first_new..self.stages.len() {
                let by = &self.stages[id];
                let name = &self.stages[new].base.name;
                let link = chains.add(name, by.plan.trigger.as_ref(), &by.plan.requested_at)?;
                link.location()
                    .clone_into(&mut self.stages[new].plan.requested_at);
                self.stages[new].plan.trigger = Some(link);
            }
        }
        let stage = &mut self.stages[id];
        stage.built.steps.total += commands.len();
        commands.append(&mut stage.plan.commands);
        stage.plan.commands = commands;
        Ok(more)
    }

    fn plan_trigger(
        &mut self,
        id: StageId,
        trigger: &str,
        from: &[Range],
    ) -> Result<PlannedCommand> {
        let mut planned = PlannedCommand {
            command: parse_trigger(trigger, from)?,
            sources: Vec::new(),
            onbuild: true,
        };
        plan::link_command(&mut self.stages, &self.lex, id, &mut planned)?;
        Ok(planned)
    }
}
