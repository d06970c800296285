//! One build, from the options to the result.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::pin::pin;
use std::rc::Rc;

use fromtier_convert::{self as convert, Converted, Options, Outcome, Scanner, SourceVerdict};
use fromtier_dockerfile::error::{Error, Result};
use fromtier_gateway::{Bridge, BuildOptions, BuildResult, Code, Detail, Ref, SolveOptions};
use fromtier_image::Platform;
use fromtier_policy::Gate;
use fromtier_proto::{gw, pb};
use futures_util::future::Either;

use crate::cache;
use crate::export::{self, Built};
use crate::options::{self, Config, Opts};
use crate::policy::{self, Baked};
use crate::requests;
use crate::resolver::Builder;
use crate::sbom;
use crate::source::{Dockerfile, Sources};
use crate::status::{self, Failure};
use crate::syntax;
use crate::verdicts;
use crate::warnings::{self, Notice};

/// Features of a frontend that a client can insist on.
const FEATURES: [&str; 4] = [
    "moby.buildkit.frontend.inputs",
    "moby.buildkit.frontend.subrequests",
    "moby.buildkit.frontend.contexts",
    "moby.buildkit.frontend.gitquerystring",
];

/// What a build knows before it has spoken to the builder.
#[derive(Debug)]
pub struct Start {
    gate: Result<(Baked, Gate)>,
    sources: Result<Sources>,
    /// It is no sub-request.
    builds: bool,
}

impl Start {
    /// Reads the organisation's policy and the options. What is wrong with them is said when the build begins.
    pub fn new(build: &BuildOptions) -> Start {
        let gate = || {
            let baked = Baked::read(Path::new(policy::BAKED))?;
            // What is read before the repository's own policy is known has the organisation's leave alone.
            let gate = baked.gate(&policy::Repository::default(), policy::today())?;
            Ok((baked, gate))
        };
        Start {
            gate: gate(),
            sources: Sources::new(build),
            builds: !build.options.contains_key("requestid"),
        }
    }

    /// Graphs that are worth asking for in the first breath.
    pub fn early(&mut self) -> Vec<pb::Definition> {
        match (&self.gate, &mut self.sources) {
            (Ok((_, gate)), Ok(sources)) => sources.early(gate, self.builds),
            _ => Vec::new(),
        }
    }
}

/// Runs the build that the bridge stands for; the error is the status to return.
pub async fn build(bridge: &Bridge, start: Start) -> std::result::Result<BuildResult, gw::Status> {
    let builds = start.builds;
    let begun = begin(bridge, start).await;
    let (begun, config) = begun.map_err(|e| status::status(e, None))?;
    let rest = rest(bridge, &begun, config, builds);
    if !builds {
        return rest.await;
    }
    // Every build asks for the ignore file; it need not wait for the Dockerfile and the images.
    let ahead = begun.sources.read_ahead(bridge, &begun.before);
    match futures_util::future::select(pin!(rest), pin!(ahead)).await {
        Either::Left((result, _)) => result,
        Either::Right(((), rest)) => rest.await,
    }
}

async fn rest(
    bridge: &Bridge,
    begun: &Begun,
    config: Config,
    builds: bool,
) -> std::result::Result<BuildResult, gw::Status> {
    let read = read(bridge, begun).await;
    let (dockerfile, tightened) = read.map_err(|e| status::status(e, None))?;
    let mut build = Build {
        bridge,
        config,
        sources: &begun.sources,
        dockerfile,
        gate: tightened.as_ref().unwrap_or(&begun.before),
    };
    build.config.convert.main_context = build.sources.main_context();
    build.config.convert.source_map = Some(Rc::clone(&build.dockerfile.map));
    run(&build).await.map_err(|e| {
        // As in the reference, only the error of a build carries the Dockerfile's lines: not that of a sub-request.
        let info = builds.then(|| build.dockerfile.info());
        status::status(e, info.as_ref())
    })
}

/// A build that knows where its Dockerfile is.
struct Begun {
    baked: Baked,
    /// The gate without the repository's policy.
    before: Gate,
    /// The Dockerfile's path in its repository, where that is known.
    path: Option<String>,
    sources: Sources,
}

async fn begin(bridge: &Bridge, start: Start) -> std::result::Result<(Begun, Config), Failure> {
    let (baked, before) = start.gate?;
    let config = read_options(bridge)?;
    check_features(&bridge.options().options)?;
    let mut sources = start.sources?;
    sources.settle(bridge, &before).await?;
    let path = sources.path(&bridge.options().options);
    let begun = Begun {
        baked,
        before: before.of_file(path.as_deref()),
        path,
        sources,
    };
    Ok((begun, config))
}

/// A build whose Dockerfile and policy have been read.
struct Build<'a> {
    bridge: &'a Bridge,
    config: Config,
    sources: &'a Sources,
    dockerfile: Dockerfile,
    gate: &'a Gate,
}

/// The Dockerfile, and the gate with the repository's policy where there is one.
async fn read(
    bridge: &Bridge,
    begun: &Begun,
) -> std::result::Result<(Dockerfile, Option<Gate>), Failure> {
    let dockerfile = begun.sources.read(bridge, &begun.before).await?;
    let repository = &dockerfile.repository;
    let tightened = match repository.is_empty() {
        true => None,
        false => {
            let gate = begun.baked.gate(repository, begun.before.today())?;
            Some(gate.of_file(begun.path.as_deref()))
        }
    };
    Ok((dockerfile, tightened))
}

fn read_options(bridge: &Bridge) -> Result<Config> {
    let build = bridge.options();
    let caps = bridge.llb_caps().clone();
    let worker = bridge.workers().first();
    let platforms: Vec<Platform> = (worker.iter())
        .flat_map(|w| &w.platforms)
        .map(platform_of)
        .collect();
    options::read(&build.options, &caps, &platforms, &build.session_id)
}

fn platform_of(platform: &pb::Platform) -> Platform {
    Platform {
        os: platform.os.clone(),
        architecture: platform.architecture.clone(),
        variant: platform.variant.clone(),
        os_version: platform.os_version.clone(),
        os_features: match platform.os_features.as_slice() {
            [] => None,
            features => Some(features.to_vec()),
        },
    }
}

/// Refuses a build that insists on a feature which this frontend lacks.
fn check_features(opts: &Opts) -> std::result::Result<(), Failure> {
    let wanted = opts.get("frontend.caps").map_or("", String::as_str);
    let names = wanted.split(',').filter(|w| !w.is_empty());
    for name in names.map(|w| w.split('+').next().unwrap_or_default()) {
        if !FEATURES.contains(&name) {
            return Err(Failure::Typed(
                Box::new(Error::new(format!(
                    "unsupported frontend capability {name}"
                ))),
                Code::UNIMPLEMENTED,
                Box::new(Detail::FrontendCap(name.to_owned())),
            ));
        }
    }
    Ok(())
}

async fn run(build: &Build<'_>) -> std::result::Result<BuildResult, Failure> {
    let opts = &build.bridge.options().options;
    syntax::check(opts, &build.dockerfile.map.data)?;
    let resolver = Builder::new(build.bridge, build.sources, build.gate, &build.dockerfile);
    if let Some(request) = opts.get("requestid") {
        return answer(build, &resolver, request).await;
    }
    let config = &build.config;
    let imported = cache::check(&config.cache_imports, build.gate);
    let notices = warnings::notices(&imported, false);
    warnings::send(build.bridge, &build.dockerfile, &notices).await;
    imported.result?;
    let mut verdicts = imported.verdicts;
    let scanner = match &config.sbom {
        Some(wanted) => {
            let outcome = Scanner::resolve(
                &wanted.generator,
                wanted.parameters.clone(),
                &config.convert,
                build.gate,
                &resolver,
            )
            .await;
            let notices = warnings::notices(&outcome, false);
            warnings::send(build.bridge, &build.dockerfile, &notices).await;
            verdicts.extend(outcome.verdicts);
            Some(outcome.result?)
        }
        None => None,
    };

    let targets: Vec<Option<&Platform>> = match config.platforms.as_slice() {
        [] => vec![None],
        several => several.iter().map(Some).collect(),
    };
    let said = RefCell::default();
    let each = (targets.iter().enumerate())
        .map(|(i, target)| one(build, &resolver, *target, i == 0, &said, scanner.as_ref()));
    let mut built = Vec::new();
    let mut attestations = BTreeMap::new();
    // All of them to their ends: the warnings of one must not be lost to the error of another.
    for done in futures_util::future::join_all(each).await {
        let done = done?;
        if let Some(attestation) = done.attestation {
            attestations.insert(done.built.id(), vec![attestation]);
        }
        // The platforms ask for the same; where the policy says something else of one, that is told as well.
        let before = verdicts.len();
        for verdict in done.verdicts {
            if built.is_empty() || !verdicts[..before].contains(&verdict) {
                verdicts.push(verdict);
            }
        }
        built.push(done.built);
    }
    let multi = config.convert.multi_platform;
    let metadata = verdicts::metadata(&verdicts).into_iter().collect();
    Ok(export::result(built, multi, attestations, metadata))
}

/// One platform, done.
struct Done {
    built: Built,
    attestation: Option<gw::Attestation>,
    verdicts: Vec<SourceVerdict>,
}

async fn one(
    build: &Build<'_>,
    resolver: &Builder<'_>,
    target: Option<&Platform>,
    first: bool,
    said: &RefCell<Vec<Notice>>,
    scanner: Option<&Scanner>,
) -> std::result::Result<Done, Failure> {
    let options = Options {
        target_platform: target.cloned(),
        unique_id: crate::ids::fresh(),
        ..build.config.convert.clone()
    };
    let bytes = &build.dockerfile.map.data;
    let outcome = convert::convert(bytes, &options, build.gate, resolver).await;
    // As in the reference the build checks speak for the first platform. The gate's warnings are told once each.
    let mut notices = match first {
        true => warnings::checks(&outcome),
        false => Vec::new(),
    };
    notices.extend(untold(
        warnings::gates(&outcome, false),
        &mut said.borrow_mut(),
    ));
    let verdicts = outcome.verdicts;
    let warn = warnings::send(build.bridge, &build.dockerfile, &notices);
    let mut converted = match outcome.result {
        Ok(converted) => converted,
        Err(error) => {
            warn.await;
            return Err(error.into());
        }
    };
    let (reference, ()) = futures_util::join!(solve(build, &converted, &options), warn);
    let reference = reference?;
    let built = Built {
        reference,
        image: std::mem::take(&mut converted.image),
        base_image: converted.base_image.take(),
        epoch: converted.epoch.take(),
        platform: target.cloned(),
    };
    let attestation = match scanner {
        Some(scanner) => {
            Some(sbom::attest(build.bridge, scanner, &built.id(), &mut converted, &options).await?)
        }
        None => None,
    };
    // The builder waits for the result, not for thousands of operations to be freed: the process ends soon.
    std::mem::forget(converted);
    Ok(Done {
        built,
        attestation,
        verdicts,
    })
}

/// What was not told for another platform.
fn untold(mut notices: Vec<Notice>, said: &mut Vec<Notice>) -> Vec<Notice> {
    notices.retain(|notice| !said.contains(notice));
    said.extend(notices.iter().cloned());
    notices
}

async fn solve(
    build: &Build<'_>,
    converted: &Converted,
    options: &Options,
) -> std::result::Result<Option<Ref>, Failure> {
    let definition = converted.definition(options)?.into_pb();
    let solve = SolveOptions {
        evaluate: false,
        cache_imports: build.config.cache_imports.clone(),
    };
    Ok(build.bridge.solve(definition, solve).await?.reference)
}

/// Answers a sub-request.
async fn answer(
    build: &Build<'_>,
    resolver: &Builder<'_>,
    request: &str,
) -> std::result::Result<BuildResult, Failure> {
    let bytes = &build.dockerfile.map.data;
    let options = Options {
        target_platform: None,
        unique_id: crate::ids::fresh(),
        ..build.config.convert.clone()
    };
    let answer = match request {
        name if name == requests::describe::DESCRIBE.name => {
            requests::describe::answer(&requests::LISTED)
        }
        name if name == requests::targets::TARGETS.name => {
            requests::targets::answer(&convert::targets(bytes)?, bytes)
        }
        name if name == requests::outline::OUTLINE.name => {
            let outcome = convert::outline(bytes, &options, build.gate, resolver).await;
            let notices = warnings::notices(&outcome, false);
            warnings::send(build.bridge, &build.dockerfile, &notices).await;
            requests::outline::answer(&outcome.result?, bytes)
        }
        name if name == requests::lint::LINT.name => {
            let outcome: Outcome<()> = convert::lint(bytes, &options, build.gate, resolver).await;
            let notices: Vec<Notice> = warnings::notices(&outcome, true);
            let error = outcome.result.as_ref().err();
            requests::lint::answer(&notices, error, &build.dockerfile.info())
        }
        name if name == requests::convertllb::CONVERT_LLB.name => {
            let outcome = convert::convert(bytes, &options, build.gate, resolver).await;
            let notices = warnings::notices(&outcome, false);
            warnings::send(build.bridge, &build.dockerfile, &notices).await;
            let converted = outcome.result?;
            requests::convertllb::answer(&converted.definition(&options)?.into_pb())?
        }
        name => {
            return Err(Failure::Typed(
                Box::new(Error::new(format!("unsupported request {name}"))),
                Code::UNKNOWN,
                Box::new(Detail::Subrequest(name.to_owned())),
            ));
        }
    };
    Ok(answer.into_result())
}
