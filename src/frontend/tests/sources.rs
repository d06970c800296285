//! `sources()`, which `fromtier check` and `fromtier lock` go by, finds the sources that a build asks the gate for, over the
//! whole corpus: neither more nor fewer, each with its line, its stage, and its way into the build.
//!
//! A build knows some sources that the Dockerfile's text doesn't have, and the text has some that no build asks for. Each
//! of these is one variant of [`Exclusion`]. A build that fails has asked for some of its sources: they must be in the text.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use fromtier_buildkit_double::case::parse_platform;
use fromtier_buildkit_double::record::{Call, Outcome};
use fromtier_buildkit_double::{Case, run::run_blocking};
use fromtier_convert::{Options, PlannedSource, SourceKind, sources, trigger_sources};
use fromtier_image::Platform;
use fromtier_policy::gate::Via;

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests");

/// Why only one side has a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exclusion {
    /// Only the build: a local directory of the client, such as the main build context.
    LocalDirectory,
    /// Only the build: an option names it (a named context, the main build context, the SBOM generator, cache).
    Option,
    /// Only the build: a graph of the client has it.
    Input,
    /// Only the build: the client's source policy replaced the image that the text has.
    Replacement,
    /// Only the build: it belongs to a stage that the target doesn't need by the text, but by a trigger of a base image or
    /// by `SOURCE_DATE_EPOCH`.
    StageOfTriggerOrEpoch,
    /// Only the build: a stage that only a trigger needs takes the image, not the named context of the same name. So does the
    /// reference.
    ImageOverContext,
    /// Only the text: a trigger that the file declares, for the builds of images that are built on this one.
    DeclaredTrigger,
    /// Only the text: the client's source policy replaced it.
    Replaced,
}

/// The cases of a folder and below.
fn case_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            case_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "case")
            && path.file_name().is_some_and(|name| name != "world.case")
        {
            found.push(path);
        }
    }
}

/// A case under the policy that allows everything.
fn read(file: &Path, policy: &str) -> Case {
    let mut case = Case::read(file).unwrap();
    let world = Case::world_of(file).unwrap().unwrap();
    case.images.add_missing(&world.images);
    if !case.own_policy {
        case.insert_beside_dockerfile(".fromtier.yaml", policy);
    }
    case
}

/// The Dockerfile, if it comes from the client's own directory.
fn dockerfile(case: &Case) -> Option<Vec<u8>> {
    let option = |key: &str, default: &'static str| {
        let value = case.options.get(key).map(String::as_str);
        value.unwrap_or(default).to_owned()
    };
    let context = option("context", "");
    let key = option("dockerfilekey", "dockerfile");
    if context.contains("://") || context.contains("git@") || case.inputs.contains_key(&key) {
        return None;
    }
    let local = case.locals.get(&key)?;
    let bytes = local.read(&option("filename", "Dockerfile")).ok()?;
    Some(bytes.to_vec())
}

/// The options of the conversions, one for each platform.
fn conversions(case: &Case) -> Vec<Options> {
    let with_prefix = |prefix: &str| -> BTreeMap<String, String> {
        let options = case.options.iter();
        options
            .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.clone())))
            .collect()
    };
    let options = Options {
        build_args: with_prefix("build-arg:"),
        target: case.options.get("target").cloned().unwrap_or_default(),
        contexts: with_prefix("context:"),
        build_platforms: vec![Platform::parse("linux/amd64").unwrap()],
        ..Options::default()
    };
    let platforms = case.options.get("platform").map_or("", String::as_str);
    platforms
        .split(',')
        .map(|platform| Options {
            target_platform: Platform::parse(platform).ok(),
            ..options.clone()
        })
        .collect()
}

/// The triggers of an image in the case's registry.
fn triggers(case: &Case, base: &PlannedSource) -> Vec<String> {
    let platform = match base.platform.as_str() {
        "" => "linux/amd64",
        platform => platform,
    };
    let Ok((_, config)) = case.resolve(&in_full(&base.reference), &parse_platform(platform)) else {
        return Vec::new();
    };
    let config: serde_json::Value = serde_json::from_slice(&config).unwrap_or_default();
    let list = config["config"]["OnBuild"].as_array();
    list.into_iter()
        .flatten()
        .filter_map(|trigger| trigger.as_str().map(str::to_owned))
        .collect()
}

/// An image in full; any other text as it is.
fn in_full(text: &str) -> String {
    let image = fromtier_image::ImageRef::parse(text);
    image.map_or_else(
        |_| text.to_owned(),
        |image| image.tag_name_only().to_string(),
    )
}

/// A source as the gate is asked for it: an image in full, a git repository without the reference and the directory in it.
fn request(source: &PlannedSource) -> String {
    match source.kind {
        SourceKind::Image => in_full(&source.reference),
        SourceKind::Git => {
            let repository = source.reference.split(['#', '?']).next();
            repository.unwrap_or_default().to_owned()
        }
        SourceKind::Scratch | SourceKind::Http => source.reference.clone(),
    }
}

/// A source with the place that requests it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Request {
    source: String,
    /// The key of its way into the build: `copy-from`.
    via: String,
    /// The stage's name, as policies know it.
    stage: String,
    /// The first line of the instruction; 0 for an option.
    line: i64,
}

impl Request {
    fn of(planned: &PlannedSource) -> Request {
        Request {
            source: request(planned),
            via: planned.via.key().to_owned(),
            stage: planned.policy_stage.clone(),
            line: planned
                .ranges
                .first()
                .map_or(0, |range| i64::from(range.start.line)),
        }
    }
}

/// These sources, with those of the triggers of all images among them.
fn with_triggers(
    case: &Case,
    dockerfile: &[u8],
    options: &Options,
    mut open: Vec<PlannedSource>,
) -> Vec<PlannedSource> {
    let mut found: Vec<PlannedSource> = Vec::new();
    while let Some(source) = open.pop() {
        // Triggers that form a cycle end here; the build reports them.
        if found.contains(&source) {
            continue;
        }
        if source.kind == SourceKind::Image {
            let triggers = triggers(case, &source);
            open.extend(trigger_sources(dockerfile, options, &source, &triggers).unwrap());
        }
        found.push(source);
    }
    found
}

/// The sources of the text, with those of all triggers.
fn planned(case: &Case, dockerfile: &[u8]) -> Vec<PlannedSource> {
    let conversions = conversions(case);
    let each = conversions.iter().map(|options| {
        let found = sources(dockerfile, options);
        let found = found.map(|plan| plan.sources).unwrap_or_default();
        with_triggers(case, dockerfile, options, found)
    });
    each.flatten().collect()
}

/// The sources that the build asked the gate for; none if the build has no result.
fn asked(outcome: &Outcome) -> Option<BTreeSet<Request>> {
    let Outcome::Result(result) = outcome else {
        return None;
    };
    let Some(text) = result.metadata.get("frontend.fromtier.verdicts") else {
        return Some(BTreeSet::new());
    };
    let json = base64::engine::general_purpose::STANDARD.decode(text);
    let document: serde_json::Value = serde_json::from_slice(&json.unwrap()).unwrap();
    let verdicts = document["sources"].as_array().unwrap();
    let requests = verdicts.iter().map(|verdict| {
        let text = |key: &str| verdict[key].as_str().unwrap_or_default().to_owned();
        let source = text("reference");
        Request {
            source: if verdict["image"].is_string() {
                in_full(&source)
            } else {
                source
            },
            via: text("via"),
            stage: text("stage"),
            line: verdict["line"].as_i64().unwrap_or_default(),
        }
    });
    Some(requests.collect())
}

/// The images that a build asked the builder about, whether it succeeded or not.
fn resolved(calls: &[Call]) -> BTreeSet<String> {
    let images = calls.iter().filter_map(|call| match call {
        Call::ResolveImageConfig(request) => Some(request.r#ref.clone()),
        Call::ResolveSourceMeta(request) => {
            let source = request.source.as_ref()?;
            let image = source.identifier.strip_prefix("docker-image://")?;
            Some(image.to_owned())
        }
        _ => None,
    });
    images.map(|image| in_full(&image)).collect()
}

/// The sources of stages that the target needs only by a trigger of an image or by `SOURCE_DATE_EPOCH`.
fn hidden_needs(case: &Case, dockerfile: &[u8], planned: &[PlannedSource]) -> BTreeSet<Request> {
    let mut texts: Vec<String> = planned
        .iter()
        .filter(|source| source.kind == SourceKind::Image)
        .flat_map(|source| triggers(case, source))
        .collect();
    texts.extend(case.options.get("build-arg:SOURCE_DATE_EPOCH").cloned());
    let is_named = |stage: &str| {
        texts.iter().any(|text| {
            let mut words = text.split([' ', ',', '=']);
            words.any(|word| word == stage)
        })
    };
    let mut found = BTreeSet::new();
    for options in conversions(case) {
        for stage in planned.iter().map(|source| &source.stage) {
            if is_named(stage) {
                let target = stage.clone();
                let of_stage = sources(
                    dockerfile,
                    &Options {
                        target,
                        ..options.clone()
                    },
                );
                let mut of_stage = of_stage.map(|plan| plan.sources).unwrap_or_default();
                of_stage.retain(|source| source.needed);
                let of_stage = with_triggers(case, dockerfile, &options, of_stage);
                found.extend(of_stage.iter().map(Request::of));
            }
        }
    }
    found
}

/// Why only the build has the source.
fn only_in_build(case: &Case, hidden: &BTreeSet<Request>, request: &Request) -> Option<Exclusion> {
    let source = request.source.as_str();
    if source == "context" || case.locals.contains_key(source) {
        return Some(Exclusion::LocalDirectory);
    }
    if hidden.contains(request) {
        return Some(Exclusion::StageOfTriggerOrEpoch);
    }
    let mut contexts = case
        .options
        .keys()
        .filter_map(|key| key.strip_prefix("context:"));
    if contexts.any(|name| in_full(name) == source) {
        return Some(Exclusion::ImageOverContext);
    }
    if case.redirects.values().any(|by| in_full(by) == source) {
        return Some(Exclusion::Replacement);
    }
    if case
        .input_sources
        .values()
        .any(|input| input.ends_with(source))
    {
        return Some(Exclusion::Input);
    }
    let values = |(key, value): (&String, &String)| match key.as_str() {
        "context" | "cache-from" | "cache-imports" => {
            value.contains(source.trim_start_matches("type=registry,ref="))
        }
        "attest:sbom" | "build-arg:BUILDKIT_SBOM_SCAN_STAGE" => {
            match value.split_once("generator=") {
                Some((_, generator)) => {
                    in_full(generator.split(',').next().unwrap_or_default()) == source
                }
                None => source.starts_with("docker.io/docker/buildkit-syft-scanner:"),
            }
        }
        key if key.starts_with("context:") => {
            let (scheme, name) = value.split_once("://").unwrap_or(("", value));
            name == source
                || in_full(name) == source
                || value.starts_with(source)
                || (scheme, name) == ("oci-layout", source)
        }
        _ => false,
    };
    case.options.iter().any(values).then_some(Exclusion::Option)
}

/// Whether the source is in an `ONBUILD` of the file itself, and not in a trigger of a base image.
fn is_declared(dockerfile: &[u8], source: &PlannedSource) -> bool {
    let text = String::from_utf8_lossy(dockerfile);
    let line = source.ranges.first().map_or(0, |range| range.start.line);
    let line = text.lines().nth((line as usize).saturating_sub(1));
    line.is_some_and(|line| {
        line.trim_start()
            .to_ascii_uppercase()
            .starts_with("ONBUILD")
    })
}

/// Why only the text has the source.
fn only_in_text(case: &Case, dockerfile: &[u8], source: &PlannedSource) -> Option<Exclusion> {
    if source.via == Via::Onbuild && is_declared(dockerfile, source) {
        return Some(Exclusion::DeclaredTrigger);
    }
    let is_replaced = case
        .redirects
        .keys()
        .any(|image| in_full(image.split('[').next().unwrap_or_default()) == request(source));
    is_replaced.then_some(Exclusion::Replaced)
}

#[test]
fn check_and_lock_see_the_sources_of_the_build() {
    let tests = Path::new(TESTS);
    let policy = std::fs::read_to_string(tests.join("corpus/allow-all.yaml")).unwrap();
    let mut files = Vec::new();
    case_files(&tests.join("corpus"), &mut files);
    case_files(&tests.join("bypass"), &mut files);
    files.sort();
    let (mut wrong, mut compared, mut failed) = (Vec::new(), 0, 0);
    let mut excluded: BTreeMap<Exclusion, Vec<String>> = BTreeMap::new();
    for file in files {
        let name = file.strip_prefix(tests).unwrap().display().to_string();
        let case = read(&file, &policy);
        let Some(dockerfile) = dockerfile(&case) else {
            continue;
        };
        if case.options.contains_key("requestid") {
            continue;
        }
        let program = Path::new(env!("CARGO_BIN_EXE_fromtier-frontend"));
        let recording = run_blocking(program, &case).unwrap();
        let planned = planned(&case, &dockerfile);
        let hidden = hidden_needs(&case, &dockerfile, &planned);
        let mut exclude = |why: Option<Exclusion>, what: String| match why {
            Some(why) => excluded.entry(why).or_default().push(what),
            None => wrong.push(what),
        };
        let Some(asked) = asked(&recording.outcome) else {
            failed += 1;
            let images: BTreeSet<String> = planned.iter().map(request).collect();
            for source in resolved(&recording.calls).difference(&images) {
                let request = Request {
                    source: source.clone(),
                    ..Request::default()
                };
                let why = only_in_build(&case, &hidden, &request);
                exclude(
                    why,
                    format!("{name}: only the failed build asks for {source}"),
                );
            }
            continue;
        };
        compared += 1;
        let needed: Vec<_> = planned.iter().filter(|source| source.needed).collect();
        let in_text: BTreeSet<Request> = needed.iter().map(|source| Request::of(source)).collect();
        for request in asked.difference(&in_text) {
            let why = only_in_build(&case, &hidden, request);
            exclude(why, format!("{name}: only the build asks for {request:?}"));
        }
        for source in needed {
            if !asked.contains(&Request::of(source)) {
                let why = only_in_text(&case, &dockerfile, source);
                exclude(
                    why,
                    format!("{name}: only `sources` has {:?}", Request::of(source)),
                );
            }
        }
    }
    println!(
        "{compared} builds and {failed} failed builds compared; only one side has: {excluded:#?}"
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(compared > 400, "only {compared} builds were compared");
}
