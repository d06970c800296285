//! `sources()`, which `fromtier check` and `fromtier lock` go by, finds the sources that a build asks the gate for: neither
//! more nor fewer, over the whole corpus.
//!
//! A build knows some sources that the Dockerfile's text doesn't have, and the text has some that no build asks for. Each
//! of these is one variant of [`Exclusion`].
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use fromtier_buildkit_double::case::parse_platform;
use fromtier_buildkit_double::record::Outcome;
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
    /// Only the build: a trigger of an image that another trigger takes files from.
    NestedTrigger,
    /// Only the build: a stage that only a trigger needs takes the image, not the named context of the same name. So does the
    /// reference.
    ImageOverContext,
    /// Only the text: a trigger that the file declares, for whatever is built on the image later.
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

/// The sources of the text, with those of the base images' triggers.
fn planned(case: &Case, dockerfile: &[u8]) -> Vec<PlannedSource> {
    let mut found = Vec::new();
    for options in conversions(case) {
        let Ok(sources) = sources(dockerfile, &options) else {
            continue;
        };
        for source in sources {
            if source.kind == SourceKind::Image && source.via == Via::From {
                let triggers = triggers(case, &source);
                found.extend(trigger_sources(dockerfile, &options, &source, &triggers).unwrap());
            }
            found.push(source);
        }
    }
    found
}

/// The sources that the build asked the gate for; none if the build has no result.
fn asked(outcome: &Outcome) -> Option<BTreeSet<String>> {
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
        let source = verdict["reference"].as_str().unwrap();
        let is_image = verdict["image"].is_string();
        if is_image {
            in_full(source)
        } else {
            source.to_owned()
        }
    });
    Some(requests.collect())
}

/// The images that triggers of images want that triggers take files from.
fn nested_triggers(case: &Case, planned: &[PlannedSource]) -> BTreeSet<String> {
    let by_trigger = planned.iter().filter(|source| source.via == Via::Onbuild);
    let mut open: Vec<_> = by_trigger.cloned().collect();
    let mut found = BTreeSet::new();
    while let Some(source) = open.pop() {
        let dockerfile = format!("FROM {}\n", source.reference);
        let triggers = triggers(case, &source);
        let wanted = trigger_sources(
            dockerfile.as_bytes(),
            &Options::default(),
            &source,
            &triggers,
        );
        open.extend(
            wanted
                .unwrap()
                .into_iter()
                .filter(|wanted| found.insert(request(wanted))),
        );
    }
    found
}

/// Why only the build has the source.
fn only_in_build(case: &Case, planned: &[PlannedSource], source: &str) -> Option<Exclusion> {
    if source == "context" || case.locals.contains_key(source) {
        return Some(Exclusion::LocalDirectory);
    }
    let is_planned = planned.iter().any(|planned| request(planned) == source);
    if is_planned && has_hidden_needs(case, planned) {
        return Some(Exclusion::StageOfTriggerOrEpoch);
    }
    if nested_triggers(case, planned).contains(source) {
        return Some(Exclusion::NestedTrigger);
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

/// Whether a stage can be needed that the text doesn't show as needed.
fn has_hidden_needs(case: &Case, planned: &[PlannedSource]) -> bool {
    let epoch = case.options.contains_key("build-arg:SOURCE_DATE_EPOCH");
    epoch
        || planned
            .iter()
            .any(|source| !triggers(case, source).is_empty())
}

/// Why only the text has the source.
fn only_in_text(case: &Case, dockerfile: &[u8], source: &PlannedSource) -> Option<Exclusion> {
    if source.via == Via::Onbuild && is_declared(dockerfile, source) {
        return Some(Exclusion::DeclaredTrigger);
    }
    let is_replaced = case
        .redirects
        .keys()
        .any(|image| in_full(image) == request(source));
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
    let (mut wrong, mut compared) = (Vec::new(), 0);
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
        let Some(asked) = asked(&recording.outcome) else {
            continue;
        };
        compared += 1;
        let planned = planned(&case, &dockerfile);
        let needed: Vec<_> = planned.iter().filter(|source| source.needed).collect();
        for source in &asked {
            if needed.iter().any(|needed| request(needed) == *source) {
                continue;
            }
            match only_in_build(&case, &planned, source) {
                Some(why) => excluded
                    .entry(why)
                    .or_default()
                    .push(format!("{name} {source}")),
                None => wrong.push(format!("{name}: only the build asks for {source}")),
            }
        }
        for source in needed {
            if asked.contains(&request(source)) {
                continue;
            }
            match only_in_text(&case, &dockerfile, source) {
                Some(why) => excluded
                    .entry(why)
                    .or_default()
                    .push(format!("{name} {}", source.reference)),
                None => wrong.push(format!("{name}: only `sources` has {}", source.reference)),
            }
        }
    }
    println!("{compared} builds compared; only one side has: {excluded:#?}");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(compared > 400, "only {compared} builds were compared");
}
