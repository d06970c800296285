//! The sources of a Dockerfile by its text alone, for `fromtier check` and `fromtier lock`, which build nothing.

mod final_user;
mod inherited;
mod open_args;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::HashMap;

pub use final_user::PlannedUser;
use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::lint::{Config, Linter};
use fromtier_dockerfile::shell::Lex;
use fromtier_dockerfile::span::{Range, Span};
use fromtier_policy::gate::Via;
use inherited::{CompleteStage, complete};
use walk::{At, Origin, Walk};

use super::args::{self, Platforms};
use super::from::FromLines;
use super::stages::Stages;
use crate::converter;
use crate::options::Options;
use crate::outline::capture::{ArgInfo, Capture};
use crate::plan::trigger::parse_trigger;
use crate::stage::BaseState;
use crate::traps::{self, FoundTrap};
use crate::vars::Vars;

/// The kind of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// An image.
    Image,
    /// `FROM scratch`.
    Scratch,
    /// A git repository.
    Git,
    /// A download by URL.
    Http,
}

/// A source, and the place in the file that requests it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSource {
    /// The kind of source.
    pub kind: SourceKind,
    /// The reference with variables expanded; empty if nothing is left of it.
    pub reference: String,
    /// The reference as written.
    pub written: String,
    /// The way in which the source gets into the build.
    pub via: Via,
    /// The stage's name, or its index if it has none.
    pub stage: String,
    /// The stage's name for policies: its own or `stage-0`.
    pub policy_stage: String,
    /// Whether the stage is part of the shipped image, for policies; `None` if the target doesn't need the stage.
    pub ships: Option<bool>,
    /// The platform of `FROM --platform` with variables expanded; empty if there is none.
    pub platform: String,
    /// The checksum of `ADD --checksum` or of a git URL, with variables expanded; empty if there is none.
    pub checksum: String,
    /// Whether the target of the options needs it.
    pub needed: bool,
    /// The lines of the instruction. For a trigger of a base, those of the `FROM`.
    pub ranges: Vec<Range>,
    /// The bytes of the reference in the file, if they are known. An `ONBUILD` has the whole instruction; a trigger of a
    /// base has the base.
    pub span: Option<Span>,
}

/// A trap, and the part of the build that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTrap {
    /// The trap.
    pub found: FoundTrap,
    /// Its stage's name for policies: its own or `stage-0`; `None` outside of stages.
    pub policy_stage: Option<String>,
    /// Whether the stage is part of the shipped image, for policies; `None` if that isn't known.
    pub ships: Option<bool>,
    /// Whether the target of the options needs it.
    pub needed: bool,
}

/// The sources of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlan {
    /// The sources, in order.
    pub sources: Vec<PlannedSource>,
    /// The traps in its text, in order.
    pub traps: Vec<PlannedTrap>,
    /// The user of the finished image, if the file says it.
    pub user: Option<PlannedUser>,
    /// The error with which a build with these options ends before it resolves anything; `None` as well if that depends on
    /// an argument without a value.
    pub error: Option<Error>,
}

/// Returns every source of the file in order, with the build arguments, named contexts and target of `options`. A name
/// of a stage or of a named context is not a source. The triggers of images aren't in the text: see
/// [`trigger_sources`].
///
/// An `ONBUILD` that no stage of the file inherits is included, because it takes effect in the builds of others.
///
/// # Errors
///
/// The file isn't a valid Dockerfile.
pub fn sources(bytes: &[u8], options: &Options) -> Result<SourcePlan> {
    let lint = Linter::new(Config::default());
    let file = converter::parse_file(bytes, &lint)?;
    let (globals, infos) = globals(&file, options)?;
    let stages = complete(&file.stages, &file.lex, &globals);
    let needs = needs(&stages, &file.lex, options, &globals, Capture::new(infos));
    let (target, needs, error) = match needs {
        Ok((target, needs)) => (Some(target), needs, None),
        Err(error) => (None, Vec::new(), Some(error)),
    };
    let mut walk = Walk::new(bytes, options, &file, &globals);
    let is_context = |name: &str| !name.is_empty() && walk.is_context(name);
    let user = target
        .and_then(|target| final_user::find(&stages, target, &file.lex, &globals, is_context));
    for (index, stage) in stages.iter().enumerate() {
        walk.stage(index, stage, needs.get(index).copied().unwrap_or_default());
    }
    Ok(SourcePlan {
        sources: walk.found,
        traps: planned_traps(
            &file,
            traps::find(&file.trap_text(bytes, &globals, options)),
            &needs,
        ),
        user,
        error: error.filter(|_| !open_args::in_bases(&file, &options.build_args)),
    })
}

/// Returns traps with their parts of the build.
fn planned_traps(
    file: &converter::ParsedFile,
    found: Vec<FoundTrap>,
    needs: &[Need],
) -> Vec<PlannedTrap> {
    let plan = |found: FoundTrap| {
        let stage = found.stage.and_then(|id| file.stages.get(id).zip(Some(id)));
        let Need { needed, ships } = match found.stage {
            Some(id) => needs.get(id).copied().unwrap_or_default(),
            None => Need::default(),
        };
        PlannedTrap {
            found,
            policy_stage: stage.map(|(stage, id)| match stage.name.as_str() {
                "" => format!("stage-{id}"),
                name => name.to_owned(),
            }),
            ships,
            needed,
        }
    };
    found.into_iter().map(plan).collect()
}

/// Returns the sources of a base image's triggers. `base` is one of the sources that [`sources`] returned for the same
/// bytes and options. A trigger that isn't a valid instruction has no sources: a build reports it.
///
/// # Errors
///
/// The file isn't a valid Dockerfile.
pub fn trigger_sources(
    bytes: &[u8],
    options: &Options,
    base: &PlannedSource,
    triggers: &[String],
) -> Result<Vec<PlannedSource>> {
    let file = converter::parse_file(bytes, &Linter::new(Config::default()))?;
    let (globals, _) = globals(&file, options)?;
    let mut walk = Walk::new(bytes, options, &file, &globals);
    let mut at = At::of_base(base);
    for trigger in triggers {
        if let Ok(command) = parse_trigger(trigger, &base.ranges) {
            walk.command(&command, &mut at, Origin::Trigger(base.span));
        }
    }
    Ok(walk.found)
}

fn globals(
    file: &converter::ParsedFile,
    options: &Options,
) -> Result<(Vars, HashMap<String, ArgInfo>)> {
    let platforms = Platforms::of(options);
    let target = match options.target.as_str() {
        "" => file.stages.last().map_or("", |s| &s.name),
        name => name,
    };
    let builtin = args::builtin(&platforms, &options.build_args, target);
    args::with_globals(builtin, &file.lex, &file.globals, &options.build_args)
}

/// Whether a stage is needed, and whether it ships.
#[derive(Debug, Clone, Copy)]
struct Need {
    needed: bool,
    ships: Option<bool>,
}

impl Default for Need {
    fn default() -> Self {
        Need {
            needed: true,
            ships: None,
        }
    }
}

/// Returns the target, and its need of each stage.
///
/// # Errors
///
/// The stages can't be planned, or a needed base isn't a valid reference.
fn needs(
    complete: &[CompleteStage],
    lex: &Lex,
    options: &Options,
    globals: &Vars,
    outline: Capture,
) -> Result<(usize, Vec<Need>)> {
    let mut stages = Stages::default();
    let from = FromLines {
        options,
        lex,
        lint: &Linter::new(Config::default()),
        globals,
        outline: &outline,
    };
    let written = complete.iter().map(|complete| complete.stage.clone());
    from.read(written.collect(), &mut stages)?;
    let target = super::target(&stages, &options.target)?;
    super::link(&mut stages, lex).map_err(|failed| failed.error.at(&failed.location))?;
    super::check_cycles(&stages)?;
    let reached = super::reachable(&stages, target);
    super::check_order(&stages, &reached)?;
    super::mark_shipped(&mut stages, target, &reached);
    for (stage, needed) in stages.iter().zip(&reached) {
        let is_image = matches!(stage.base.state, BaseState::Pending);
        if *needed && is_image && stage.base.context.is_none() && stage.base.name != crate::SCRATCH
        {
            let parsed = super::from::parse_base(&stage.base.name);
            parsed.map_err(|error| error.at(&stage.written.location))?;
        }
    }
    let each = stages.iter().zip(reached);
    let needs = each.map(|(stage, needed)| Need {
        needed,
        ships: stage.plan.shipped,
    });
    Ok((target, needs.collect()))
}
