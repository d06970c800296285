//! The main context in a graph: `COPY` without `--from` copies from it.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::git_url::GitRef;
use fromtier_llb::{Constraints, CopyInfo, FileAction, GitOptions, Graph, LocalOptions, State};
use fromtier_policy::gate::{SourceRequest, Via};
use fromtier_policy::{Gate, Scope};

use super::main_context::{Context, MainContext};
use super::remote;
use crate::base::images::{Ledger, Place};
use crate::meta;
use crate::options::Options;
use crate::result::SourceVerdict;

/// The name of the client's directory, and of the file of a context from the web.
const NAME: &str = "context";

/// A main context in a graph.
#[derive(Debug)]
pub struct PlacedContext {
    /// The context's files.
    pub state: State,
    /// The gate's verdicts on its sources.
    pub verdicts: Vec<SourceVerdict>,
}

impl MainContext {
    /// Puts a context that isn't a directory of the client into a graph, if the gate approves; `None` for a directory of the
    /// client. The Dockerfile of such a context is read from it before anything is converted.
    ///
    /// # Errors
    ///
    /// The gate refuses a source, or the context is not valid.
    pub fn place(&self, graph: &mut Graph, gate: &Gate) -> Result<Option<PlacedContext>> {
        let ledger = Ledger::new(gate);
        let state = self.place_remote(graph, &ledger)?;
        Ok(state.map(|state| PlacedContext {
            state,
            verdicts: ledger.take_verdicts(),
        }))
    }

    /// The bare source of a context from the web: its content shows whether it is an archive, which [`Context::Http`] must
    /// know. The file in it is called `context`.
    ///
    /// # Errors
    ///
    /// The gate refuses the source.
    pub fn place_http(graph: &mut Graph, gate: &Gate, url: &str) -> Result<State> {
        place_web_file(graph, &Ledger::new(gate), url)
    }

    fn place_remote(&self, graph: &mut Graph, ledger: &Ledger<'_>) -> Result<Option<State>> {
        let Some(source) = self.place_source(graph, ledger)? else {
            return Ok(None);
        };
        let mut state = source;
        if let Context::Http { archive: true, .. } = self.source {
            let info = CopyInfo {
                attempt_unpack: true,
                ..CopyInfo::default()
            };
            let unpack = FileAction::new().copy(&state, "/context", "/", info);
            state = graph.file(&State::scratch(), unpack, Constraints::new());
        }
        if let Some(dir) = &self.subdir {
            let info = CopyInfo {
                copy_dir_contents_only: true,
                ..CopyInfo::default()
            };
            let scope = FileAction::new().copy(&state, dir, "/", info);
            state = graph.file(&State::scratch(), scope, Constraints::new());
        }
        Ok(Some(state))
    }

    /// The source of a context; `None` for a directory of the client.
    pub(crate) fn place_source(
        &self,
        graph: &mut Graph,
        ledger: &Ledger<'_>,
    ) -> Result<Option<State>> {
        Ok(Some(match &self.source {
            Context::Local => return Ok(None),
            Context::Http { url, .. } => place_web_file(graph, ledger, url)?,
            Context::Git {
                url,
                keep_git_dir,
                advice,
                commit_mtime,
            } => {
                let git = GitRef::parse(url).map_err(|e| e.error)?;
                let options = remote::git_options(&git);
                let mtime = match (options.mtime.as_str(), commit_mtime) {
                    ("", true) => "commit",
                    (mtime, _) => mtime,
                };
                let options = GitOptions {
                    keep_git_dir: options.keep_git_dir || *keep_git_dir == Some(true),
                    mtime: mtime.to_owned(),
                    advice: *advice,
                    ..options
                };
                remote::approve_git(ledger, &git, options, &PLACE)?
                    .state(graph, remote::git_context_name(url))
            }
            Context::Input(definition) => {
                let place = Place {
                    via: Via::Input,
                    ..PLACE
                };
                remote::place_input(graph, ledger, definition, &place)?
            }
        }))
    }
}

/// The main context has no location in the Dockerfile.
const PLACE: Place<'static> = Place {
    via: Via::MainContext,
    scope: Scope::UNKNOWN,
    location: &[],
};

fn place_web_file(graph: &mut Graph, ledger: &Ledger<'_>, url: &str) -> Result<State> {
    let file = remote::approve_http(ledger, url, NAME.to_owned(), None, &PLACE)?;
    Ok(file.state(graph, meta::internal("load remote build context")))
}

/// The main context, reduced to the paths that are used of it.
pub(crate) fn place_used_paths(
    graph: &mut Graph,
    ledger: &Ledger<'_>,
    options: &Options,
    excludes: &[String],
    follow_paths: Vec<String>,
) -> Result<State> {
    if let Some(state) = options.main_context.place_remote(graph, ledger)? {
        return Ok(state);
    }
    let source = ledger.approve_source(&SourceRequest::Local { name: NAME }, &PLACE)?;
    let how = LocalOptions {
        session_id: options.session_of(NAME).to_owned(),
        exclude_patterns: excludes.to_vec(),
        follow_paths,
        shared_key_hint: NAME.to_owned(),
        ..LocalOptions::default()
    };
    Ok(graph.local(&source, how, meta::internal("load build context")))
}
