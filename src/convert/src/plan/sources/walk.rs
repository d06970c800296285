//! The walk through the instructions, with the variables of each: it collects the sources that they request.

use std::collections::{HashMap, HashSet};

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::git_url::{GitRef, is_http_source};
use fromtier_dockerfile::instructions::{self, Add, ArgDef, Command, Copy, Run};
use fromtier_dockerfile::shell::Lex;
use fromtier_dockerfile::span::{Range, Span};
use fromtier_gostd::strings::to_lower;
use fromtier_image::Platform;
use fromtier_policy::gate::Via;

use super::inherited::CompleteStage;
use super::{Need, PlannedSource, SourceKind};
use crate::converter;
use crate::evaluate::{self, ArgScope};
use crate::options::Options;
use crate::plan::args::{self, Platforms};
use crate::plan::trigger::parse_trigger;
use crate::source_date;
use crate::vars::{PlannedVars, Vars};

pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    options: &'a Options,
    lex: &'a Lex,
    globals: &'a Vars,
    names: HashSet<String>,
    /// The variables at the end of each stage so far, by its name.
    vars: HashMap<String, PlannedVars>,
    /// `SOURCE_DATE_EPOCH`, which can be the name of a stage.
    epoch_source: &'a str,
    pub found: Vec<PlannedSource>,
}

/// The stage of the current instruction, and the variables before it.
pub(super) struct At<'s> {
    stage: &'s str,
    policy_stage: String,
    ships: Option<bool>,
    needed: bool,
    vars: PlannedVars,
}

impl<'s> At<'s> {
    /// The start of the stage that is built on `base`.
    pub fn of_base(base: &'s PlannedSource) -> At<'s> {
        At {
            stage: &base.stage,
            policy_stage: base.policy_stage.clone(),
            ships: base.ships,
            needed: base.needed,
            vars: PlannedVars::default(),
        }
    }
}

/// The origin of an instruction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    /// It is an instruction of the stage.
    Stage,
    /// It is a trigger. Its sources have this place: the `ONBUILD`, or the base that it comes from.
    Trigger(Option<Span>),
}

impl Origin {
    fn via(self, plain: Via) -> Via {
        match self {
            Origin::Stage => plain,
            Origin::Trigger(_) => Via::Onbuild,
        }
    }

    fn span(self, own: Option<Span>) -> Option<Span> {
        match self {
            Origin::Stage => own,
            Origin::Trigger(place) => place,
        }
    }
}

impl<'a> Walk<'a> {
    pub fn new(
        bytes: &'a [u8],
        options: &'a Options,
        file: &'a converter::ParsedFile,
        globals: &'a Vars,
    ) -> Self {
        let names = file.stages.iter().map(|s| to_lower(&s.name));
        Walk {
            bytes,
            options,
            lex: &file.lex,
            globals,
            names: names.filter(|n| !n.is_empty()).collect(),
            vars: HashMap::new(),
            epoch_source: args::value_of(&options.build_args, globals, source_date::KEY)
                .unwrap_or_default(),
            found: Vec::new(),
        }
    }

    pub fn stage(&mut self, index: usize, complete: &CompleteStage, need: Need) {
        let stage = &complete.stage;
        let number = index.to_string();
        let name = if stage.name.is_empty() {
            &number
        } else {
            &stage.name
        };
        let fill = |text: &str| self.lex.expand(text, self.globals).map(|e| e.result);
        let base = fill(&stage.base_name).unwrap_or_default();
        let mut at = At {
            stage: name,
            policy_stage: match stage.name.as_str() {
                "" => format!("stage-{index}"),
                name => name.to_owned(),
            },
            ships: need.ships,
            needed: need.needed,
            vars: PlannedVars::default(),
        };
        if !stage.name.is_empty() && self.is_context(&stage.name) {
            return;
        }
        match self.vars.get(&base) {
            Some(vars) => at.vars = vars.clone(),
            None if self.is_context(&base) => {}
            None => {
                let kind = if base == crate::SCRATCH {
                    at.vars = PlannedVars::of_scratch();
                    SourceKind::Scratch
                } else {
                    SourceKind::Image
                };
                let platform = fill(&stage.platform).unwrap_or_default();
                let place = (stage.location.as_slice(), Some(stage.base_span));
                self.add(kind, base, &stage.base_name, Via::From, &at, place);
                if let Some(found) = self.found.last_mut() {
                    found.platform = platform;
                }
            }
        }
        evaluate::start_stage(&self.os(stage), &mut at.vars);
        let before = self.found.len();
        for (index, command) in stage.commands.iter().enumerate() {
            let origin = if index < complete.triggers {
                Origin::Trigger(Some(stage.base_span))
            } else {
                Origin::Stage
            };
            self.command(command, &mut at, origin);
        }
        self.declared_triggers(stage, &at);
        self.found[before..].sort_by_key(|found| found.ranges.first().map(|range| range.start));
        if !stage.name.is_empty() {
            if stage.name.eq_ignore_ascii_case(self.epoch_source) {
                self.epoch_stage(stage, &at);
            }
            self.vars.insert(to_lower(&stage.name), at.vars);
        }
    }

    /// Runs the triggers that a stage declares as a stage does that is built on it.
    fn declared_triggers(&mut self, stage: &instructions::Stage, at: &At<'_>) {
        let mut at = At {
            vars: at.vars.clone(),
            policy_stage: at.policy_stage.clone(),
            ..*at
        };
        for command in &stage.commands {
            if let Command::Onbuild { common, expression } = command
                && let Ok(trigger) = parse_trigger(expression, &common.location)
            {
                self.command(&trigger, &mut at, Origin::Trigger(Some(common.span)));
            }
        }
    }

    /// Adds the sources that `SOURCE_DATE_EPOCH` takes of the stage that it names. All global arguments are visible
    /// there without a declaration.
    fn epoch_stage(&mut self, stage: &instructions::Stage, at: &At<'_>) {
        let mut at = At {
            vars: PlannedVars::of_globals(self.globals),
            policy_stage: at.policy_stage.clone(),
            needed: true,
            ..*at
        };
        let scope = ArgScope::outside_stages(&self.options.build_args);
        let before = self.found.len();
        for command in &stage.commands {
            match command {
                Command::Arg { args, .. } => self.declare(args, scope, &mut at.vars),
                Command::Add(add) => self.add_files(add, &at, Origin::Stage),
                _ => {}
            }
        }
        for added in self.found.split_off(before) {
            let same = |found: &&mut PlannedSource| {
                (found.kind, &found.reference, found.span)
                    == (added.kind, &added.reference, added.span)
            };
            match self.found.iter_mut().find(same) {
                Some(found) => found.needed = true,
                None => self.found.push(added),
            }
        }
    }

    fn declare(&self, args: &[ArgDef], scope: ArgScope<'_>, vars: &mut PlannedVars) {
        for arg in args {
            // A build reports the error; here the variable stays unset.
            let _ = scope.declare(arg, vars, |vars, word| self.expand(word, vars));
        }
    }

    pub fn command(&mut self, command: &Command, at: &mut At<'_>, origin: Origin) {
        match command {
            Command::Copy(copy) => self.copy(copy, at, origin),
            Command::Run(run) => self.run(run, at, origin),
            Command::Add(add) => self.add_files(add, at, origin),
            Command::Arg { args, .. } => {
                let scope = ArgScope::of_stage(&self.options.build_args, self.globals);
                self.declare(args, scope, &mut at.vars);
            }
            Command::Env { env, .. } => {
                // A build stops at a pair that can't be expanded; here the others count all the same.
                let is_whole = |word: &String| self.fill(word, at).is_some();
                let pairs = env
                    .iter()
                    .filter(|p| is_whole(&p.key) && is_whole(&p.value));
                let pairs = pairs.cloned().collect();
                let _ =
                    evaluate::set_env(pairs, &mut at.vars, |vars, word| self.expand(word, vars));
            }
            _ => {}
        }
    }

    fn copy(&mut self, copy: &Copy, at: &At<'_>, origin: Origin) {
        let from = copy.from.as_str();
        if from.is_empty() || from == crate::SCRATCH || from.parse::<i64>().is_ok() {
            return;
        }
        self.image(
            from,
            origin.via(Via::CopyFrom),
            at,
            (&copy.common.location, origin.span(copy.from_span)),
        );
    }

    fn run(&mut self, run: &Run, at: &At<'_>, origin: Origin) {
        for (index, mount) in run.mounts.iter().enumerate() {
            if !mount.from.is_empty() && mount.from != crate::SCRATCH {
                let own = run.mount_spans.get(index);
                let own = || own.and_then(|span| self.value_of(*span, "from="));
                let span = origin.span(own());
                self.image(
                    &mount.from,
                    origin.via(Via::MountFrom),
                    at,
                    (&run.common.location, span),
                );
            }
        }
    }

    fn add_files(&mut self, add: &Add, at: &At<'_>, origin: Origin) {
        // They are searched one after the other. If one is written differently than it is read, those after it have no place.
        let mut rest = Some(add.common.span);
        for written in &add.files.sources {
            let source = self.fill(written, at).unwrap_or_default();
            let mut checksum = self.fill(&add.checksum, at).unwrap_or_default();
            let kind = if is_http_source(&source) {
                SourceKind::Http
            } else {
                match GitRef::parse(&source) {
                    Ok(git) if !git.indistinguishable_from_local => {
                        if !git.checksum.is_empty() {
                            checksum = git.checksum;
                        }
                        SourceKind::Git
                    }
                    _ => continue,
                }
            };
            let own = rest.and_then(|rest| self.find(rest, written));
            rest = own.map(|found| Span {
                start: found.end,
                ..add.common.span
            });
            self.add(
                kind,
                source,
                written,
                origin.via(Via::Add),
                at,
                (&add.common.location, origin.span(own)),
            );
            if let Some(found) = self.found.last_mut() {
                found.checksum = checksum;
            }
        }
    }

    /// Adds an image, unless a stage or a context has its name.
    fn image(&mut self, name: &str, via: Via, at: &At<'_>, place: (&[Range], Option<Span>)) {
        if !self.names.contains(&to_lower(name)) && !self.is_context(name) {
            self.add(SourceKind::Image, name.to_owned(), name, via, at, place);
        }
    }

    fn add(
        &mut self,
        kind: SourceKind,
        reference: String,
        written: &str,
        via: Via,
        at: &At<'_>,
        (ranges, span): (&[Range], Option<Span>),
    ) {
        self.found.push(PlannedSource {
            kind,
            reference,
            written: written.to_owned(),
            via,
            stage: at.stage.to_owned(),
            policy_stage: at.policy_stage.clone(),
            ships: at.ships,
            platform: String::new(),
            checksum: String::new(),
            needed: at.needed,
            ranges: ranges.to_vec(),
            span,
        });
    }

    /// Returns the operating system of a stage by the text.
    fn os(&self, stage: &instructions::Stage) -> String {
        let written = self.lex.expand(&stage.platform, self.globals).ok();
        let platform = written.and_then(|e| Platform::parse(&e.result).ok());
        let target = || Platforms::of(self.options).target;
        platform.unwrap_or_else(target).os
    }

    fn fill(&self, text: &str, at: &At<'_>) -> Option<String> {
        self.expand(text, &at.vars).ok()
    }

    fn expand(&self, word: &str, vars: &PlannedVars) -> Result<String> {
        let expanded = self.lex.expand(word, vars);
        expanded.map(|e| e.result).map_err(|(error, _)| error)
    }

    pub fn is_context(&self, name: &str) -> bool {
        let platform = self.options.target_platform.as_ref();
        matches!(
            crate::context::lookup::find_replacement(self.options, name, platform),
            Ok(Some(_))
        )
    }

    /// Finds `text` in a span.
    fn find(&self, span: Span, text: &str) -> Option<Span> {
        let within = self.bytes.get(span.start..span.end)?;
        let mut windows = within.windows(text.len().max(1));
        let start = span.start + windows.position(|w| w == text.as_bytes())?;
        Some(Span {
            start,
            end: start + text.len(),
        })
    }

    /// Returns the place of the value after `key` in a span. It ends at a comma, a quote, or the span's end.
    fn value_of(&self, span: Span, key: &str) -> Option<Span> {
        let start = self.find(span, key)?.end;
        let rest = self.bytes.get(start..span.end)?;
        let end = rest.iter().position(|b| matches!(b, b',' | b'"'));
        Some(Span {
            start,
            end: end.map_or(span.end, |n| start + n),
        })
    }
}
