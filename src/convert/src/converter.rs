//! One conversion: its state, and the order of its steps. As `toDispatchState` in BuildKit's
//! `frontend/dockerfile/dockerfile2llb/convert.go`.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::ignore::Matcher;
use fromtier_dockerfile::instructions;
use fromtier_dockerfile::lint::{self, Linter, rules};
use fromtier_dockerfile::parser;
use fromtier_dockerfile::shell::{Env as _, Lex};
use fromtier_gostd::strconv::parse_bool;
use fromtier_gostd::time::Time;
use fromtier_llb::{Graph, Output, State};
use fromtier_proto::pb;

use crate::base::images::Sources;
use crate::context::waiting::WaitingLocal;
use crate::dispatch::run;
use crate::evaluate::{SCAN_CONTEXT, SCAN_STAGE};
use crate::options::Options;
use crate::outline::capture::Capture;
use crate::plan::args::{self, Platforms};
use crate::plan::deps::StageId;
use crate::plan::from::FromLines;
use crate::plan::paths_used::PathsUsed;
use crate::plan::stages::Stages;
use crate::plan::{self, checks};
use crate::resolver::Resolver;
use crate::source_date;
use crate::traps::{self, FoundTrap, TrapText};
use crate::vars::Vars;

/// A conversion in progress.
pub(crate) struct Converter<'a, R> {
    pub options: &'a Options,
    pub sources: &'a Sources<'a, R>,
    pub lint: Linter,
    pub lex: Lex,
    pub build_args: BTreeMap<String, String>,
    pub globals: Vars,
    pub platforms: Platforms,
    pub epoch: Option<Time>,
    pub stages: Stages,
    pub graph: Graph,
    /// The main context, whose place in the graph is kept until all paths are known.
    pub context: State,
    /// The named directories of the client, whose places are kept likewise.
    pub locals: Vec<WaitingLocal>,
    /// The patterns of the main context's ignore file.
    pub excludes: Vec<String>,
    pub proxy: Option<pb::ProxyEnv>,
    pub ctx_paths: PathsUsed,
    /// The traps that the gate wasn't asked about so far.
    pub traps: Vec<FoundTrap>,
}

/// A parsed Dockerfile, before any stage is planned.
pub(crate) struct ParsedFile {
    pub stages: Vec<instructions::Stage>,
    pub globals: Vec<instructions::GlobalArg>,
    pub lex: Lex,
}

impl ParsedFile {
    /// The file as a text in which traps are looked for.
    pub fn trap_text<'a>(
        &'a self,
        bytes: &'a [u8],
        variables: &'a Vars,
        options: &'a Options,
    ) -> TrapText<'a> {
        TrapText {
            bytes,
            stages: &self.stages,
            globals: &self.globals,
            lex: &self.lex,
            variables,
            options,
        }
    }
}

/// The linter with the build's configuration, or else with that of `# check=` in the file.
pub(crate) fn linter(bytes: &[u8], options: &Options) -> Result<Linter> {
    let config = match &options.lint {
        Some(config) => config.clone(),
        None => {
            let directive = parser::directive("check", bytes);
            let text = directive.map(|d| d.value).unwrap_or_default();
            lint::Config::parse(&text).map_err(|e| e.wrap("failed to parse check options"))?
        }
    };
    Ok(Linter::new(config))
}

/// Parses a file into its stages.
pub(crate) fn parse_file(bytes: &[u8], lint: &Linter) -> Result<ParsedFile> {
    let dockerfile = parser::parse(bytes)?;
    for warning in &dockerfile.warnings {
        lint.run(&rules::NO_EMPTY_CONTINUATION, &[warning.range], |text| {
            text()
        });
    }
    let (stages, globals) = instructions::parse(&dockerfile, lint)?;
    if stages.is_empty() {
        return Err(Error::new("dockerfile contains no stages to build"));
    }
    checks::stage_names(&stages, lint);
    checks::keyword_casing(&stages, lint);
    Ok(ParsedFile {
        stages,
        globals,
        lex: Lex::new(dockerfile.escape),
    })
}

impl<'a, R: Resolver> Converter<'a, R> {
    /// Plans, resolves and dispatches the stages. Returns the target, too.
    pub async fn run(
        bytes: &[u8],
        options: &'a Options,
        sources: &'a Sources<'a, R>,
        lint: Linter,
    ) -> Result<(Converter<'a, R>, StageId)> {
        let file =
            parse_file(bytes, &lint).map_err(|e| traps::explain(e, bytes, &sources.ledger))?;
        let platforms = Platforms::of(options);
        let target_name = match options.target.as_str() {
            "" => file.stages.last().map_or("", |s| &s.name),
            name => name,
        };
        let builtin = args::builtin(&platforms, &options.build_args, target_name);
        checks::default_bases(&file.stages, &file.lex, &builtin, &file.globals, &lint);
        let mut build_args = options.build_args.clone();
        let (mut globals, infos) =
            args::with_globals(builtin, &file.lex, &file.globals, &build_args)?;
        let traps = traps::find(&file.trap_text(bytes, &globals, options));
        let ParsedFile { stages, lex, .. } = file;
        let mut epoch = None;
        if let Some(value) = args::value_of(&build_args, &globals, source_date::KEY) {
            let value = value.to_owned();
            let asked = source_date::Asked {
                git_advice: options.git_advice,
                stages: &stages,
                build_args: &build_args,
                globals: &globals,
                lex: &lex,
            };
            epoch = source_date::resolve(&value, &asked, options, sources).await?;
            let text = epoch.map(|e| e.seconds.to_string()).unwrap_or_default();
            args::replace(&mut build_args, &mut globals, source_date::KEY, &text);
        }
        let mut planned = Stages::default();
        FromLines {
            options,
            lex: &lex,
            lint: &lint,
            globals: &globals,
            outline: &Capture::new(infos),
        }
        .read(stages, &mut planned)?;
        let target = plan::target(&planned, &options.target)?;
        plan::link(&mut planned, &lex).map_err(|failed| *failed.error)?;
        plan::check_cycles(&planned)?;
        if planned.len() == 1 {
            planned[0].plan.display_name.clear();
        }
        let proxy = run::proxy(&build_args);
        let mut graph = Graph::new();
        let main = graph.defer();
        let mut converter = Converter {
            context: State::new(&graph, main),
            options,
            sources,
            lint,
            lex,
            build_args,
            globals,
            platforms,
            epoch,
            stages: planned,
            graph,
            locals: Vec::new(),
            excludes: Vec::new(),
            proxy,
            ctx_paths: Default::default(),
            traps,
        };
        let needed = converter.resolve_bases(target).await?;
        converter.dispatch_stages(&needed).await?;
        converter.stages.paths_mut(target).mark_all();
        converter.finish_target(target, main)?;
        Ok((converter, target))
    }

    async fn dispatch_stages(&mut self, needed: &[bool]) -> Result<()> {
        let patterns = self.sources.resolver.dockerignore().await?;
        let ignore = if patterns.is_empty() {
            None
        } else {
            Some(Matcher::new(&patterns)?)
        };
        self.excludes = patterns;
        for id in 0..self.stages.len() {
            let needed = needed.get(id).copied().unwrap_or_default();
            if !self.options.all_stages && (!needed || self.stages[id].is_dispatched()) {
                continue;
            }
            self.dispatch_stage(id, ignore.as_ref())?;
            let stage = &mut self.stages[id];
            self.ctx_paths.extend(&stage.built.context_paths);
            let globals = &self.globals;
            let scans = |key: &str| {
                let own = stage.built.args.list.iter().filter(|(k, _)| &**k == key);
                let value = own
                    .filter_map(|(_, v)| v.as_deref())
                    .next_back()
                    .or(globals.get(key));
                value.is_some_and(|v| names_stage(v, &stage.plan.display_name))
            };
            (stage.built.scan_context, stage.built.scan_stage) =
                (scans(SCAN_CONTEXT), scans(SCAN_STAGE));
        }
        Ok(())
    }

    /// Sets the labels and the platform of the result, and puts the contexts into the graph.
    fn finish_target(&mut self, target: StageId, main: Output) -> Result<()> {
        let image = &mut self.stages[target].built.image;
        if !self.options.labels.is_empty() {
            let labels = image.config.labels.get_or_insert_default();
            labels.extend(
                self.options
                    .labels
                    .iter()
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        if let Some(error) = self.lint.error() {
            return Err(error);
        }
        self.fill_main_context(main)?;
        self.fill_locals();
        let image = &mut self.stages[target].built.image;
        if !self.platforms.implicit {
            let wanted = &self.platforms.target;
            let actual = &mut image.platform;
            let same = wanted.os == actual.os && wanted.architecture == actual.architecture;
            actual.os.clone_from(&wanted.os);
            actual.architecture.clone_from(&wanted.architecture);
            if !wanted.variant.is_empty() || !same {
                actual.variant.clone_from(&wanted.variant);
            }
            if !wanted.os_version.is_empty() || !same {
                actual.os_version.clone_from(&wanted.os_version);
            }
            if wanted.os_features.is_some() {
                actual.os_features.clone_from(&wanted.os_features);
            }
        }
        image.platform = std::mem::take(&mut image.platform).normalize();
        Ok(())
    }
}

/// Whether the value of `BUILDKIT_SBOM_SCAN_STAGE` (a bool, or a list of stages) includes the stage.
fn names_stage(value: &str, stage: &str) -> bool {
    parse_bool(value).unwrap_or_else(|_| value.split(',').any(|v| v == stage))
}
