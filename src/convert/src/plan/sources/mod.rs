//! What a Dockerfile takes from outside, as far as its text tells: for checks that build nothing.

mod walk;

use std::collections::HashMap;

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions;
use fromtier_dockerfile::lint::{Config, Linter};
use fromtier_dockerfile::parser;
use fromtier_dockerfile::span::{Range, Span};
use fromtier_policy::gate::Via;
use walk::{At, Walk};

use super::args::{self, Platforms};
use super::from::FromLines;
use super::stages::Stages;
use crate::converter;
use crate::options::Options;
use crate::outline::capture::{ArgInfo, Capture};
use crate::vars::{PlannedVars, Vars};

/// What kind of source it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// An image.
    Image,
    /// `FROM scratch`
    Scratch,
    /// A git repository.
    Git,
    /// A download by URL.
    Http,
}

/// A source, and where the file asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSource {
    /// The kind of source.
    pub kind: SourceKind,
    /// With variables filled in; empty where they leave nothing.
    pub reference: String,
    /// As written.
    pub written: String,
    /// The way in which the source gets into the build.
    pub via: Via,
    /// The stage's name, or its index when it has none.
    pub stage: String,
    /// The stage as policies know it: by its name or as `stage-0`.
    pub policy_stage: String,
    /// Whether it is in what ships, for policies; none where the target does not need it.
    pub ships: Option<bool>,
    /// The platform of `FROM --platform`, with variables filled in; empty when there is none.
    pub platform: String,
    /// What `ADD --checksum` or a git URL hold it to, with variables filled in; empty when nothing does.
    pub checksum: String,
    /// Whether the target of the options needs it.
    pub needed: bool,
    /// The lines of the instruction.
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
    let file = converter::parse_file(bytes, &lint)?;
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
    let file = converter::parse_file(bytes, &Linter::new(Config::default()))?;
    let (globals, _) = globals(&file, options)?;
    let mut walk = Walk::new(bytes, options, &file, &globals);
    let mut at = At {
        stage: &base.stage,
        policy_stage: base.policy_stage.clone(),
        ships: base.ships,
        needed: base.needed,
        vars: PlannedVars::default(),
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

/// How the target needs the written stages; nothing where that can't be told.
fn needs(
    file: &converter::ParsedFile,
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
            super::mark_shipped(&mut stages, target, &reached);
            let each = stages.iter().zip(reached);
            each.map(|(stage, needed)| Need {
                needed,
                ships: stage.plan.shipped,
            })
            .collect()
        }
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
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
        let twice =
            of("FROM scratch\nADD https://e.org/a https://e.org/a \\\n https://e.org/a /\n");
        let starts: Vec<_> = twice[1..].iter().map(|s| s.span.unwrap().start).collect();
        assert_eq!(starts, [17, 33, 52]);
        let text = "FROM scratch\nARG V=1\nADD https://e.org/$V.tgz /\nADD https://e.org/r.git#v$V /r\nADD local.txt /\n";
        let kinds: Vec<_> = of(text)
            .into_iter()
            .map(|s| (s.kind, s.reference))
            .collect();
        assert_eq!(kinds[1], (SourceKind::Http, "https://e.org/1.tgz".into()));
        assert_eq!(kinds[2], (SourceKind::Git, "https://e.org/r.git#v1".into()));
        assert_eq!(kinds.len(), 3);
    }

    #[test]
    fn a_variable_that_cannot_be_filled_in_takes_no_other_away() {
        let text =
            "FROM scratch\nARG X\nENV HOST=evil.example W=${X:?needed}\nADD https://$HOST/a /\n";
        assert_eq!(of(text)[1].reference, "https://evil.example/a");
    }

    #[test]
    fn files_from_scratch_come_from_no_image() {
        let text = "FROM alpine\nCOPY --from=scratch / /a\n";
        assert_eq!(seen(text), [("alpine".to_owned(), Via::From, true)]);
    }
}
