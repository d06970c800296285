//! Named contexts: `--build-context name=docker-image://…|oci-layout://…|https://…|git|local|input`.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::ignore;
use fromtier_image::{ImageConfig, ImageRef, Platform};
use fromtier_llb::{Constraints, Differ, Graph, LocalOptions, ResolveMode, State};
use fromtier_policy::ApprovedSource;
use fromtier_policy::gate::{SourceRequest, Via};
use fromtier_proto::pb;

use super::lookup::NamedContext;
use super::oci::{self, OciImage};
use super::remote::{self, Remote};
use crate::base::images::{Admitted, ImageError, Ledger, Place, Sources, WantedImage};
use crate::meta;
use crate::options::Options;
use crate::resolver::{ResolveError, Resolver};

const DOCKERIGNORE: &str = ".dockerignore";
/// How often BuildKit's source policies may turn one context into another.
const MAX_TURNS: usize = 10;

/// A context, fetched as far as the graph requires.
pub(crate) enum Loaded {
    Scratch,
    Image {
        name: String,
        platform: Option<Platform>,
        admitted: Box<Admitted>,
    },
    /// A repository or a file from the web, and the name of its step.
    Remote(Remote, Box<Constraints>),
    OciLayout(Box<OciImage>),
    Local(LocalContext),
    Input {
        definition: pb::Definition,
        config: Option<Box<ImageConfig>>,
    },
}

/// A directory of the client. The paths that are used of it are known after all instructions.
#[derive(Debug, Clone)]
pub(crate) struct LocalContext {
    pub source: ApprovedSource,
    pub key: String,
    pub session: String,
    pub shared_key: String,
    pub excludes: Vec<String>,
}

impl LocalContext {
    /// The directory in a graph, reduced to these paths (all if there are none).
    pub fn state(self, graph: &mut Graph, follow_paths: Vec<String>) -> State {
        let how = LocalOptions {
            session_id: self.session,
            shared_key_hint: format!("context:{}-{}", self.key, self.shared_key),
            exclude_patterns: self.excludes,
            follow_paths,
            ..LocalOptions::default()
        };
        let meta = meta::named(format!("[context {}] load from client", self.key));
        graph.local(&self.source, how, meta)
    }
}

/// Fetches a context, if the gate approves it.
pub(crate) async fn load<R: Resolver>(
    context: &NamedContext,
    sources: &Sources<'_, R>,
    options: &Options,
    place: Place<'_>,
) -> Result<Loaded> {
    let place = Place {
        via: Via::NamedContext,
        ..place
    };
    let mut context = context.clone();
    for _ in 0..=MAX_TURNS {
        match load_once(&context, sources, options, &place).await? {
            LoadStep::Done(loaded) => return Ok(*loaded),
            LoadStep::Becomes(input) => context.input = input,
        }
    }
    Err(Error::new(format!(
        "context recursion limit exceeded; this may indicate a cycle in the provided source policies: {}",
        context.input
    )))
}

/// Asks the gate about a context as [`load`] does before it asks the builder.
///
/// # Errors
///
/// The gate refuses the source, or the context isn't valid.
pub(crate) fn foresee(context: &NamedContext, ledger: &Ledger<'_>, place: Place<'_>) -> Result<()> {
    let place = Place {
        via: Via::NamedContext,
        ..place
    };
    let NamedContext { input, .. } = context;
    let (scheme, rest) = input.split_once(':').unwrap_or((input, ""));
    let reference = rest.strip_prefix("//").unwrap_or(rest);
    let source = match scheme {
        "docker-image" if reference == crate::SCRATCH => SourceRequest::Scratch,
        "docker-image" => {
            return ledger.foresee_image(reference, context.platform.as_ref(), &place);
        }
        "oci-layout" => SourceRequest::OciLayout {
            reference,
            context: Some(&context.key),
        },
        "local" => SourceRequest::Local { name: rest },
        "http" | "https" => {
            return match remote::git_context(ledger, input, &place)? {
                Some(_) => Ok(()),
                None => {
                    remote::approve_http(ledger, input, String::new(), None, &place).map(|_| ())
                }
            };
        }
        _ if scheme == "git" || scheme.starts_with("git@") => {
            return remote::git_context(ledger, input, &place).map(|_| ());
        }
        // The sources of an input are in its definition, which is judged when it is placed.
        _ => return Ok(()),
    };
    ledger.approve_source(&source, &place).map(|_| ())
}

enum LoadStep {
    Done(Box<Loaded>),
    /// BuildKit's source policy replaced it with another source.
    Becomes(String),
}

async fn load_once<R: Resolver>(
    context: &NamedContext,
    sources: &Sources<'_, R>,
    options: &Options,
    place: &Place<'_>,
) -> Result<LoadStep> {
    let NamedContext { input, key, .. } = context;
    let Some((scheme, rest)) = input.split_once(':') else {
        return Err(Error::new(format!(
            "invalid context specifier {input} for {key}"
        )));
    };
    let rest_of = rest.strip_prefix("//").unwrap_or(rest);
    match scheme {
        "docker-image" => return load_image(context, rest_of, sources, place).await,
        "oci-layout" => oci::load(context, rest_of, sources, options, place)
            .await
            .map(|image| Loaded::OciLayout(Box::new(image))),
        "http" | "https" => match remote::git_context(&sources.ledger, input, place)? {
            Some((git, meta)) => Ok(Loaded::Remote(git.with_git_advice(options), Box::new(meta))),
            None => {
                let meta = meta::named(format!("[context {key}] {input}"));
                remote::approve_http(&sources.ledger, input, "context".to_owned(), None, place)
                    .map(|file| Loaded::Remote(file, Box::new(meta)))
            }
        },
        "local" => load_local(context, rest, sources, options, place)
            .await
            .map(Loaded::Local),
        "input" => load_input(context, rest, sources, options).await,
        _ if scheme == "git" || scheme.starts_with("git@") => {
            match remote::git_context(&sources.ledger, input, place)? {
                Some((git, meta)) => {
                    Ok(Loaded::Remote(git.with_git_advice(options), Box::new(meta)))
                }
                None => Err(Error::new(format!("invalid git context {input}"))),
            }
        }
        _ => Err(Error::new(format!(
            "unsupported context source {scheme} for {key}"
        ))),
    }
    .map(|loaded| LoadStep::Done(Box::new(loaded)))
}

async fn load_image<R: Resolver>(
    context: &NamedContext,
    reference: &str,
    sources: &Sources<'_, R>,
    place: &Place<'_>,
) -> Result<LoadStep> {
    if reference == crate::SCRATCH {
        sources
            .ledger
            .approve_source(&SourceRequest::Scratch, place)?;
        return Ok(LoadStep::Done(Box::new(Loaded::Scratch)));
    }
    ImageRef::parse(reference).map_err(|e| Error::new(e.to_string()))?;
    let wanted = WantedImage {
        reference,
        platform: context.platform.as_ref(),
        log_prefix: &format!("[context {}]", context.key),
        log_reference: Some(reference),
        operation_mode: ResolveMode::Default,
        place: *place,
    };
    match sources.resolve_image(&wanted).await {
        Ok(admitted) => {
            let shown = match admitted.approved.verdict().rewritten {
                Some(_) => admitted.approved.reference().to_string(),
                None => reference.to_owned(),
            };
            Ok(LoadStep::Done(Box::new(Loaded::Image {
                name: format!("[context {}] {shown}", context.key),
                platform: context.platform.clone(),
                admitted: Box::new(admitted),
            })))
        }
        Err(ImageError::Resolve(ResolveError::NotAnImage { updated, .. })) => {
            match updated.split_once("://") {
                Some((scheme, rest)) => Ok(LoadStep::Becomes(format!("{scheme}:{rest}"))),
                None => Err(Error::new(format!("could not parse ref: {updated}"))),
            }
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn load_local<R: Resolver>(
    context: &NamedContext,
    name: &str,
    sources: &Sources<'_, R>,
    options: &Options,
    place: &Place<'_>,
) -> Result<LocalContext> {
    let key = &context.key;
    let source = sources
        .ledger
        .approve_source(&SourceRequest::Local { name }, place)?;
    let session = options.session_of(name).to_owned();
    let mut graph = Graph::new();
    let how = LocalOptions {
        session_id: session.clone(),
        follow_paths: vec![DOCKERIGNORE.to_owned()],
        shared_key_hint: format!("context:{key}-{DOCKERIGNORE}"),
        differ: Some((Differ::None, false)),
        ..LocalOptions::default()
    };
    let meta = meta::named(format!("[context {key}] load {DOCKERIGNORE}"));
    let state = graph.local(&source, how, meta);
    let definition = options.definition(&graph, &state, None, None)?.into_pb();
    let resolver = sources.resolver;
    let file = resolver.read_file(definition, true, DOCKERIGNORE).await?;
    let excludes = match file {
        Some(bytes) if !bytes.is_empty() => {
            ignore::read(&bytes).map_err(|e| e.wrap(format!("failed parsing {DOCKERIGNORE}")))?
        }
        _ => Vec::new(),
    };
    Ok(LocalContext {
        source,
        session,
        shared_key: options.shared_keys.get(key).cloned().unwrap_or_default(),
        key: key.clone(),
        excludes,
    })
}

async fn load_input<R: Resolver>(
    context: &NamedContext,
    name: &str,
    sources: &Sources<'_, R>,
    options: &Options,
) -> Result<Loaded> {
    let mut inputs: BTreeMap<String, pb::Definition> = sources.resolver.inputs().await?;
    let Some(definition) = inputs.remove(name) else {
        return Err(Error::new(format!(
            "invalid input {name} for {}",
            context.key
        )));
    };
    let config = match options.input_metadata.get(name) {
        None => None,
        Some(metadata) => super::metadata::image_config(metadata)
            .map_err(|e| e.wrap(format!("failed to parse input metadata {metadata}")))?
            .map(|config| ImageConfig::from_json(&config).map_err(|e| Error::new(e.to_string())))
            .transpose()?,
    };
    Ok(Loaded::Input {
        definition,
        config: config.map(Box::new),
    })
}
