//! What a Dockerfile takes from outside, as far as its text tells: for checks that build nothing.

use std::collections::HashMap;

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::git_url::{GitRef, is_http_source};
use fromtier_dockerfile::go::to_lower;
use fromtier_dockerfile::instructions::{self, Add, Command, Copy, Run};
use fromtier_dockerfile::lint::{Config, Linter};
use fromtier_dockerfile::parser;
use fromtier_dockerfile::shell::{Env as _, Lex};
use fromtier_dockerfile::span::{Range, Span};
use fromtier_policy::gate::Via;

use super::args::{self, Platforms};
use super::from::FromLines;
use super::stages::Stages;
use crate::converter;
use crate::options::Options;
use crate::outline::{ArgInfo, Capture};
use crate::vars::Vars;

/// What kind of source it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    Image,
    Scratch,
    Git,
    Http,
}

/// A source, and where the file asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSource {
    pub kind: SourceKind,
    /// With variables filled in; empty where they leave nothing.
    pub reference: String,
    /// As written.
    pub written: String,
    pub via: Via,
    /// The stage's name, or its index when it has none.
    pub stage: String,
    /// The stage as policies know it: by its name or as `stage-0`.
    pub asks: String,
    /// Whether it is in what ships, for policies; none where the target does not need it.
    pub ships: Option<bool>,
    /// The platform of `FROM --platform`, with variables filled in; empty when there is none.
    pub platform: String,
    /// What `ADD --checksum` or a git URL hold it to, with variables filled in; empty when nothing does.
    pub checksum: String,
    /// Whether the target of the options needs it.
    pub needed: bool,
    pub ranges: Vec<Range>,
    /// The bytes of the reference in the file, where they are known. `ONBUILD` has the whole instruction.
    pub span: Option<Span>,
}

/// Every source of the file, in order, with the build arguments, named contexts and target of `options`. Where a
/// stage or a named context stands for a name, that is no source. What the images' own triggers want, only a build
/// can tell.
///
/// Errors: what keeps the file from being read.
pub fn sources(bytes: &[u8], options: &Options) -> Result<Vec<PlannedSource>> {
    let lint = Linter::new(Config::default());
    let file = converter::read(bytes, &lint)?;
    let (globals, infos) = globals(&file, options)?;
    let needs = needs(&file, options, &lint, &globals, Capture::new(infos));
    let mut walk = Walk::new(bytes, options, &file, &globals);
    for (index, stage) in file.stages.iter().enumerate() {
        walk.stage(index, stage, needs.get(index).copied().unwrap_or_default());
    }
    Ok(walk.found)
}

/// What the triggers of the base that stands at `base` want, which is one of [`sources`]' answers to the same bytes and
/// options. A trigger that is no instruction wants nothing: the build itself says so.
///
/// Errors: what keeps the file from being read.
pub fn trigger_sources(
    bytes: &[u8],
    options: &Options,
    base: &PlannedSource,
    triggers: &[String],
) -> Result<Vec<PlannedSource>> {
    let file = converter::read(bytes, &Linter::new(Config::default()))?;
    let (globals, _) = globals(&file, options)?;
    let mut walk = Walk::new(bytes, options, &file, &globals);
    let mut at = At {
        stage: &base.stage,
        asks: base.asks.clone(),
        ships: base.ships,
        needed: base.needed,
        vars: Vars::default(),
    };
    for trigger in triggers {
        let nodes = parser::parse(trigger.as_bytes()).map(|parsed| parsed.nodes);
        for node in nodes.iter().flatten() {
            if let Ok(command) = instructions::parse_command(node) {
                walk.command(&command, &mut at, true);
            }
        }
    }
    for found in &mut walk.found {
        found.ranges.clone_from(&base.ranges);
        found.span = base.span;
    }
    Ok(walk.found)
}

fn globals(file: &converter::File, options: &Options) -> Result<(Vars, HashMap<String, ArgInfo>)> {
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

/// How the target needs the written stages; nothing where that can't be told.
fn needs(
    file: &converter::File,
    options: &Options,
    lint: &Linter,
    globals: &Vars,
    outline: Capture,
) -> Vec<Need> {
    let mut stages = Stages::default();
    let from = FromLines {
        options,
        lex: &file.lex,
        lint,
        globals,
        outline: &outline,
    };
    let planned = from
        .read(file.stages.clone(), &mut stages)
        .and_then(|()| super::target(&stages, &options.target))
        .and_then(|target| super::link(&mut stages, &file.lex).map(|()| target));
    match planned {
        Ok(target) => {
            let reached = super::reachable(&stages, target);
            super::mark_ships(&mut stages, target, &reached);
            let each = stages.iter().zip(reached);
            each.map(|(stage, needed)| Need {
                needed,
                ships: stage.ships,
            })
            .collect()
        }
        Err(_) => Vec::new(),
    }
}

struct Walk<'a> {
    bytes: &'a [u8],
    options: &'a Options,
    lex: &'a Lex,
    globals: &'a Vars,
    names: Vec<String>,
    /// The variables at the end of each stage so far, by its name.
    vars: HashMap<String, Vars>,
    found: Vec<PlannedSource>,
}

/// Where a walk is.
struct At<'s> {
    stage: &'s str,
    asks: String,
    ships: Option<bool>,
    needed: bool,
    vars: Vars,
}

impl<'a> Walk<'a> {
    fn new(
        bytes: &'a [u8],
        options: &'a Options,
        file: &'a converter::File,
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
            found: Vec::new(),
        }
    }

    fn stage(&mut self, index: usize, stage: &instructions::Stage, need: Need) {
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
            asks: match stage.name.as_str() {
                "" => format!("stage-{index}"),
                name => name.to_owned(),
            },
            ships: need.ships,
            needed: need.needed,
            vars: Vars::default(),
        };
        if !stage.name.is_empty() && self.is_context(&stage.name) {
            return;
        }
        match self.vars.get(&base) {
            Some(vars) => at.vars = vars.clone(),
            None if self.is_context(&base) => {}
            None => {
                let kind = match base.as_str() {
                    crate::SCRATCH => SourceKind::Scratch,
                    _ => SourceKind::Image,
                };
                let platform = fill(&stage.platform).unwrap_or_default();
                let place = (stage.location.as_slice(), Some(stage.base_span));
                self.add(kind, base, &stage.base_name, Via::From, &at, place);
                if let Some(found) = self.found.last_mut() {
                    found.platform = platform;
                }
            }
        }
        for command in &stage.commands {
            self.command(command, &mut at, false);
        }
        if !stage.name.is_empty() {
            self.vars.insert(to_lower(&stage.name), at.vars);
        }
    }

    fn command(&mut self, command: &Command, at: &mut At<'_>, onbuild: bool) {
        match command {
            Command::Copy(copy) => self.copy(copy, at, onbuild),
            Command::Run(run) => self.run(run, at, onbuild),
            Command::Add(add) => self.add_files(add, at, onbuild),
            Command::Onbuild { common, expression } => {
                let Ok(trigger) = parser::parse(expression.as_bytes()) else {
                    return;
                };
                for node in &trigger.nodes {
                    let before = self.found.len();
                    if let Ok(command) = instructions::parse_command(node) {
                        self.command(&command, at, true);
                    }
                    for found in &mut self.found[before..] {
                        found.ranges.clone_from(&common.location);
                        found.span = Some(common.span);
                    }
                }
            }
            _ if onbuild => {}
            Command::Arg { args, .. } => {
                for arg in args {
                    let given = self.options.build_args.get(&arg.key).cloned();
                    let default = arg.value.as_ref().and_then(|v| self.fill(v, at));
                    let global = || self.globals.get(&arg.key).map(str::to_owned);
                    if let Some(value) = given.or(default).or_else(global) {
                        at.vars.set(&arg.key, &value);
                    }
                }
            }
            Command::Env { env, .. } => {
                let filled: Vec<_> = env
                    .iter()
                    .filter_map(|pair| Some((pair.key.clone(), self.fill(&pair.value, at)?)))
                    .collect();
                for (key, value) in filled {
                    at.vars.set(&key, &value);
                }
            }
            _ => {}
        }
    }

    fn copy(&mut self, copy: &Copy, at: &At<'_>, onbuild: bool) {
        let from = copy.from.as_str();
        if from.is_empty() || from.parse::<i64>().is_ok() {
            return;
        }
        self.image(
            from,
            via(Via::CopyFrom, onbuild),
            at,
            (&copy.common.location, copy.from_span),
        );
    }

    fn run(&mut self, run: &Run, at: &At<'_>, onbuild: bool) {
        for (index, mount) in run.mounts.iter().enumerate() {
            if !mount.from.is_empty() && mount.from != crate::SCRATCH {
                let span = run
                    .mount_spans
                    .get(index)
                    .and_then(|span| self.value_of(*span, "from="));
                self.image(
                    &mount.from,
                    via(Via::MountFrom, onbuild),
                    at,
                    (&run.common.location, span),
                );
            }
        }
    }

    fn add_files(&mut self, add: &Add, at: &At<'_>, onbuild: bool) {
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
            let span = self.find(add.common.span, written);
            self.add(
                kind,
                source,
                written,
                via(Via::Add, onbuild),
                at,
                (&add.common.location, span),
            );
            if let Some(found) = self.found.last_mut() {
                found.checksum = checksum;
            }
        }
    }

    /// An image, unless a stage or a context has its name.
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
            asks: at.asks.clone(),
            ships: at.ships,
            platform: String::new(),
            checksum: String::new(),
            needed: at.needed,
            ranges: ranges.to_vec(),
            span,
        });
    }

    fn fill(&self, text: &str, at: &At<'_>) -> Option<String> {
        self.lex.expand(text, &at.vars).map(|e| e.result).ok()
    }

    fn is_context(&self, name: &str) -> bool {
        let platform = self.options.target_platform.as_ref();
        matches!(
            crate::context::named::find(self.options, name, platform),
            Ok(Some(_))
        )
    }

    /// Where `text` stands first in a span.
    fn find(&self, span: Span, text: &str) -> Option<Span> {
        let within = self.bytes.get(span.start..span.end)?;
        let mut windows = within.windows(text.len().max(1));
        let start = span.start + windows.position(|w| w == text.as_bytes())?;
        Some(Span {
            start,
            end: start + text.len(),
        })
    }

    /// The value behind `key` in a span, up to a comma, a quote or the span's end.
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

/// A trigger's source comes in with the trigger.
fn via(plain: Via, onbuild: bool) -> Via {
    if onbuild { Via::Onbuild } else { plain }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn of(text: &str) -> Vec<PlannedSource> {
        sources(text.as_bytes(), &Options::default()).unwrap()
    }

    fn seen(text: &str) -> Vec<(String, Via, bool)> {
        of(text)
            .into_iter()
            .map(|s| (s.reference, s.via, s.needed))
            .collect()
    }

    #[test]
    fn every_path_of_an_image_is_seen_and_stages_are_not_images() {
        let text = "ARG TAG=22\nFROM node:$TAG AS build\nRUN --mount=type=bind,from=busybox,target=/b \\\n  true\nFROM unused AS other\n\
                    FROM scratch\nCOPY --from=build /a /a\nCOPY --from=0 /a /a\nCOPY --from=alpine /b /b\nONBUILD COPY --from=evil /x /x\n";
        assert_eq!(
            seen(text),
            [
                ("node:22".into(), Via::From, true),
                ("busybox".into(), Via::MountFrom, true),
                ("unused".into(), Via::From, false),
                ("scratch".into(), Via::From, true),
                ("alpine".into(), Via::CopyFrom, true),
                ("evil".into(), Via::Onbuild, true),
            ]
        );
    }

    #[test]
    fn spans_are_those_of_the_reference() {
        let text = "FROM node:22 AS b\nRUN --mount=type=bind,from=busybox,target=/b true\nCOPY --from=alpine a b\nADD https://e.org/x /x\n";
        let spans: Vec<&str> = of(text)
            .iter()
            .map(|s| {
                let span = s.span.unwrap();
                &text[span.start..span.end]
            })
            .collect();
        assert_eq!(spans, ["node:22", "busybox", "alpine", "https://e.org/x"]);
    }

    #[test]
    fn triggers_of_a_base_are_seen_where_the_base_stands() {
        let text = "FROM node AS build\nFROM team/base:1 AS b\n";
        let options = Options::default();
        let base = &of(text)[1];
        let triggers = [
            "COPY --from=build /a /a",
            "COPY --from=alpine:3 /b /b",
            "RUN --mount=from=busybox,target=/b true",
            "NOT AN INSTRUCTION",
        ]
        .map(str::to_owned);
        let found = trigger_sources(text.as_bytes(), &options, base, &triggers).unwrap();
        let seen: Vec<_> = found
            .iter()
            .map(|s| (s.reference.as_str(), s.via, s.stage.as_str(), s.span))
            .collect();
        assert_eq!(
            seen,
            [
                ("alpine:3", Via::Onbuild, "b", base.span),
                ("busybox", Via::Onbuild, "b", base.span)
            ]
        );
    }

    #[test]
    fn urls_and_repositories_are_seen_with_their_variables() {
        let text = "FROM scratch\nARG V=1\nADD https://e.org/$V.tgz /\nADD https://e.org/r.git#v$V /r\nADD local.txt /\n";
        let kinds: Vec<_> = of(text)
            .into_iter()
            .map(|s| (s.kind, s.reference))
            .collect();
        assert_eq!(kinds[1], (SourceKind::Http, "https://e.org/1.tgz".into()));
        assert_eq!(kinds[2], (SourceKind::Git, "https://e.org/r.git#v1".into()));
        assert_eq!(kinds.len(), 3);
    }
}
