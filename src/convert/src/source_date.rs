//! `SOURCE_DATE_EPOCH`: a number of seconds, or the name of a source whose time is used.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::git_url::{GitRef, is_http_source};
use fromtier_dockerfile::instructions::{Add, Command, Stage};
use fromtier_dockerfile::shell::{Env, Lex};
use fromtier_gostd::time::Time;
use fromtier_image::Digest;
use fromtier_llb::{Constraints, Graph, ImageOptions, Output, State};
use fromtier_policy::Scope;
use fromtier_policy::gate::Via;
use fromtier_proto::{Message, pb};

use crate::base::images::{Place, Sources};
use crate::context::main_context::Context;
use crate::context::named::{self, Loaded};
use crate::context::{lookup, main, remote};
use crate::evaluate::ArgScope;
use crate::options::Options;
use crate::resolver::{Resolver, SourceMetadataRequest};
use crate::tar;
use crate::vars::Vars;

pub(crate) const KEY: &str = "SOURCE_DATE_EPOCH";

/// Whether an image config can have this time: its year is 0 to 9999.
pub(crate) fn is_writable(time: Time) -> bool {
    let local = time.seconds.saturating_add(i64::from(time.offset) * 60);
    (-62_167_219_200..=253_402_300_799).contains(&local)
}

/// The file that names the source.
pub(crate) struct Asked<'a> {
    pub stages: &'a [Stage],
    pub build_args: &'a BTreeMap<String, String>,
    pub globals: &'a Vars,
    pub lex: &'a Lex,
    pub git_advice: bool,
}

/// A source in a graph, or in a client's definition.
struct Found {
    source: DatedSource,
    log_name: String,
}

enum DatedSource {
    /// A source without a time.
    None,
    Own(Graph, Output),
    Given(pb::SourceOp),
}

impl DatedSource {
    fn of(graph: Graph, state: &State) -> DatedSource {
        match state.output() {
            Some(output) => DatedSource::Own(graph, output),
            None => DatedSource::None,
        }
    }

    /// Returns the source of a definition that has only one.
    fn only(definition: &pb::Definition) -> DatedSource {
        let ops = definition
            .def
            .iter()
            .filter_map(|dt| pb::Op::decode(dt.as_slice()).ok());
        let mut sources = ops.filter_map(|op| match op.op {
            Some(pb::op::Op::Source(source)) => Some(source),
            _ => None,
        });
        match (sources.next(), sources.next()) {
            (Some(source), None) => DatedSource::Given(source),
            _ => DatedSource::None,
        }
    }
}

/// Returns the time that `value` is or names; `None` if it is empty or its source has no time.
pub(crate) async fn resolve<R: Resolver>(
    value: &str,
    asked: &Asked<'_>,
    options: &Options,
    sources: &Sources<'_, R>,
) -> Result<Option<Time>> {
    if value.is_empty() {
        return Ok(None);
    }
    if let Ok(seconds) = value.parse::<i64>() {
        return Ok(Some(Time::utc(seconds, 0)));
    }
    let found = find(value, asked, options, sources).await?;
    time_of(found, options, sources).await
}

async fn find<R: Resolver>(
    value: &str,
    asked: &Asked<'_>,
    options: &Options,
    sources: &Sources<'_, R>,
) -> Result<Found> {
    let mut graph = Graph::new();
    if value == "context" {
        let source = main_context_source(options, sources).await?;
        let log_name = "[internal] resolve main build context metadata".to_owned();
        return Ok(Found { source, log_name });
    }
    if let Some(context) = lookup::find_context(options, value, None)? {
        let place = Place {
            via: Via::NamedContext,
            scope: Scope::UNKNOWN,
            location: &[],
        };
        let loaded = named::load(&context, sources, options, place).await?;
        let log_name = format!("[internal] resolve SOURCE_DATE_EPOCH named context {value}");
        // Only git and web sources have a time. As in BuildKit, the builder is asked about every source.
        let state = match loaded {
            Loaded::Scratch => State::scratch(),
            Loaded::Remote(remote, meta) => remote.state(&mut graph, *meta),
            Loaded::Image { admitted, .. } => graph.image(
                &admitted.approved,
                ImageOptions::default(),
                Constraints::new(),
            ),
            Loaded::OciLayout(image) => image.state(&mut graph, Constraints::new()),
            Loaded::Local(context) => context.state(&mut graph, Vec::new()),
            Loaded::Input { definition, .. } => {
                // The gate must judge it.
                let place = Place {
                    via: Via::Input,
                    ..place
                };
                remote::place_input(&mut graph, &sources.ledger, &definition, &place)?;
                let source = DatedSource::only(&definition);
                return Ok(Found { source, log_name });
            }
        };
        let source = DatedSource::of(graph, &state);
        return Ok(Found { source, log_name });
    }
    let Some(stage) = asked
        .stages
        .iter()
        .find(|s| s.name.eq_ignore_ascii_case(value))
    else {
        return Err(Error::new(format!("invalid SOURCE_DATE_EPOCH: {value}")));
    };
    let state =
        stage_source(&mut graph, stage, asked, sources).map_err(|e| e.at(&stage.location))?;
    let log_name = format!(
        "[internal] resolve SOURCE_DATE_EPOCH source stage {}",
        stage.name
    );
    Ok(Found {
        source: DatedSource::of(graph, &state),
        log_name,
    })
}

/// Returns the main build context, as a source that might have a time.
async fn main_context_source<R: Resolver>(
    options: &Options,
    sources: &Sources<'_, R>,
) -> Result<DatedSource> {
    let mut graph = Graph::new();
    Ok(match &options.main_context.source {
        Context::Input(definition) => {
            // The gate must judge it.
            options
                .main_context
                .place_source(&mut graph, &sources.ledger)?;
            DatedSource::only(definition)
        }
        Context::Local => {
            let excludes = sources.resolver.dockerignore().await?;
            let ledger = &sources.ledger;
            let state = main::place_used_paths(&mut graph, ledger, options, &excludes, Vec::new())?;
            DatedSource::of(graph, &state)
        }
        Context::Git { .. } | Context::Http { .. } => {
            let state = options
                .main_context
                .place_source(&mut graph, &sources.ledger)?;
            state.map_or(DatedSource::None, |state| DatedSource::of(graph, &state))
        }
    })
}

/// Returns the source of a stage that has nothing else: `FROM scratch` with one `ADD` from git or the web.
fn stage_source<R: Resolver>(
    graph: &mut Graph,
    stage: &Stage,
    asked: &Asked<'_>,
    sources: &Sources<'_, R>,
) -> Result<State> {
    const ONE: &str = "SOURCE_DATE_EPOCH stage must contain exactly one remote ADD";
    let mut env = asked.globals.clone();
    env.remove(KEY);
    let base = expand(asked.lex, &stage.base_name, &env).map_err(|e| {
        e.wrap(format!(
            "failed to process source stage base name {}",
            fromtier_gostd::strconv::quote(&stage.base_name)
        ))
    })?;
    if base != crate::SCRATCH {
        return Err(Error::new("SOURCE_DATE_EPOCH stage must use FROM scratch"));
    }
    let scope = ArgScope::outside_stages(asked.build_args);
    let mut found = None;
    for command in &stage.commands {
        match command {
            Command::Arg { args, .. } => {
                for arg in args {
                    scope.declare(arg, &mut env, |env, word| expand(asked.lex, word, env))?;
                }
            }
            Command::Add(_) if found.is_some() => return Err(Error::new(ONE)),
            Command::Add(add) => {
                found = Some(add_source(graph, add, stage, &env, asked, sources)?);
            }
            other => {
                return Err(Error::new(format!(
                    "SOURCE_DATE_EPOCH stage does not meet source-only requirements: unsupported {} instruction",
                    other.common().name
                )));
            }
        }
    }
    found.ok_or_else(|| Error::new(ONE))
}

fn add_source<R: Resolver>(
    graph: &mut Graph,
    add: &Add,
    stage: &Stage,
    env: &Vars,
    asked: &Asked<'_>,
    sources: &Sources<'_, R>,
) -> Result<State> {
    let ([source], true) = (add.files.sources.as_slice(), add.files.contents.is_empty()) else {
        let text = "SOURCE_DATE_EPOCH stage must contain exactly one remote ADD source";
        return Err(Error::new(text));
    };
    let lex = asked.lex;
    let source = expand(lex, source, env)?;
    let place = Place {
        via: Via::Add,
        scope: Scope {
            stage: Some(&stage.name),
            ..Scope::UNKNOWN
        },
        location: &add.common.location,
    };
    let ledger = &sources.ledger;
    let checksum = match add.checksum.as_str() {
        "" => None,
        text => Some(expand(lex, text, env)),
    };
    if is_http_source(&source) {
        let checksum = match checksum.transpose()? {
            None => None,
            Some(text) => Some(Digest::parse(&text).map_err(|e| Error::new(e.to_string()))?),
        };
        let file = remote::http_filename(&source);
        let http = remote::approve_http(ledger, &source, file, checksum, &place)?;
        return Ok(http.state(graph, Default::default()));
    }
    match GitRef::parse(&source) {
        Err(e) if e.is_git => Err(e.error),
        Ok(git) if !git.indistinguishable_from_local => {
            let mut options = remote::git_options(&git);
            options.keep_git_dir |= add.keep_git_dir == Some(true);
            options.mtime = String::new();
            options.fetch_by_commit = false;
            options.advice = asked.git_advice;
            if let Some(checksum) = checksum.transpose()? {
                options.checksum = checksum;
            }
            Ok(
                remote::approve_git(ledger, &git, options, &place)?
                    .state(graph, Default::default()),
            )
        }
        _ => Err(Error::new(
            "SOURCE_DATE_EPOCH stage source must be a single HTTP(S) or Git ADD",
        )),
    }
}

/// Returns the time of a source: that of a commit, that of a file from the web, or the newest one in an archive.
async fn time_of<R: Resolver>(
    found: Found,
    options: &Options,
    sources: &Sources<'_, R>,
) -> Result<Option<Time>> {
    let (identifier, attrs) = match &found.source {
        DatedSource::None => return Ok(None),
        DatedSource::Given(source) => (source.identifier.as_str(), &source.attrs),
        DatedSource::Own(graph, output) => match graph.source_of(*output) {
            Some(source) => source,
            None => return Ok(None),
        },
    };
    let is_web = identifier.starts_with("http://") || identifier.starts_with("https://");
    let filename = attrs.get("http.filename").cloned().unwrap_or_default();
    let metadata = sources
        .resolver
        .source_metadata(SourceMetadataRequest {
            identifier,
            attrs,
            log_name: &found.log_name,
            return_object: identifier.starts_with("git://"),
        })
        .await?;
    if let Some(commit) = metadata.git_commit.filter(|c| !c.is_empty()) {
        return commit_time(&commit);
    }
    if metadata.http_last_modified.is_some() {
        return Ok(metadata.http_last_modified);
    }
    let DatedSource::Own(mut graph, output) = found.source else {
        return Ok(None);
    };
    let Some(state) = graph
        .bare_source(output)
        .filter(|_| is_web && !filename.is_empty())
    else {
        return Ok(None);
    };
    let definition = options.definition(&graph, &state, None, Some(&options.caps))?;
    let resolver = sources.resolver;
    let file = resolver.read_file(definition.into_pb(), false, &filename);
    match file.await? {
        Some(bytes) => tar::newest(&bytes),
        None => Ok(None),
    }
}

/// Returns the committer's date of a commit, or `None` if it has none.
fn commit_time(raw: &[u8]) -> Result<Option<Time>> {
    let text = String::from_utf8_lossy(raw);
    if text.starts_with("object ") {
        return Err(Error::new("not a commit object"));
    }
    let headers: Vec<(&str, &str)> = text
        .split('\n')
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(' '))
        .collect();
    for wanted in ["tree", "author", "committer"] {
        if !headers.iter().any(|(key, _)| *key == wanted) {
            let missing = format!("invalid commit object: missing {wanted} header");
            return Err(Error::new(missing));
        }
    }
    let committer = headers.iter().find(|(key, _)| *key == "committer");
    Ok(committer.and_then(|(_, value)| actor_time(value)))
}

/// Parses the time after `Name <mail>`: `1714564800 +0200`.
fn actor_time(actor: &str) -> Option<Time> {
    let (start, end) = (actor.rfind('<')?, actor.rfind('>')?);
    let mut words = actor
        .get(end + 1..)
        .filter(|_| start < end)?
        .split_whitespace();
    let seconds = words.next()?.parse::<i64>().ok()?;
    let zone = words.next()?;
    let (sign, digits) = match zone.as_bytes() {
        [b'+', digits @ ..] if zone.len() == 5 => (1, digits),
        [b'-', digits @ ..] if zone.len() == 5 => (-1, digits),
        _ => return None,
    };
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<i32>().ok();
    let offset = sign * (number(&digits[..2])? * 60 + number(&digits[2..])?);
    Some(Time {
        seconds,
        nanos: 0,
        offset,
    })
}

fn expand(lex: &Lex, word: &str, env: &dyn Env) -> Result<String> {
    lex.expand(word, env).map(|e| e.result).map_err(|(e, _)| e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_has_the_time_of_its_committer() {
        let commit =
            b"tree 1\nauthor A <a@b> 1 +0000\ncommitter C <c@d> 1714564800 +0200\n\nmessage\n";
        let time = commit_time(commit).unwrap().unwrap();
        assert_eq!(time.to_string(), "2024-05-01T14:00:00+02:00");
        assert_eq!(
            commit_time(b"tree 1\nauthor A <a@b> 1 +0000\n\n")
                .unwrap_err()
                .message,
            "invalid commit object: missing committer header"
        );
        let no_time = b"tree 1\nauthor A\ncommitter C\n\n";
        assert_eq!(commit_time(no_time).unwrap(), None);
    }
}
