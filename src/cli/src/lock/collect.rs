//! Collects the images for each lock file: every image that its Dockerfiles use and the gate allows.

use std::collections::{BTreeMap, BTreeSet};

use fromtier_convert::{Options, PlannedSource, SourceKind, sources, trigger_sources};
use fromtier_image::{ImageRef, Platform};
use fromtier_policy::gate::{ImageRequest, Via};
use fromtier_policy::lock::LockEntry;
use fromtier_policy::{Gate, Lock, LockCandidate, Scope};

use super::args::LockArgs;
use crate::disk::RootedPath;
use crate::judge::{needs_build_argument, scope_of};
use crate::lookup::FoundGate;
use crate::report::{DockerfileReport, JudgedSource};

/// A lock file, and the images of its Dockerfiles.
#[derive(Debug)]
pub struct LockGroup {
    pub path: RootedPath,
    /// The file before the run; `None` if there is none.
    pub old: Option<ExistingLock>,
    /// The images by the names of their lines.
    pub wanted: BTreeMap<String, WantedImage>,
    /// Some images are unknown, so a line that seems unused might be needed.
    pub open: bool,
}

/// A lock file before the run.
#[derive(Debug)]
pub struct ExistingLock {
    pub text: String,
    pub lock: Lock,
}

/// An image to lock.
#[derive(Debug)]
pub struct WantedImage {
    /// The image of the line, with the digest of the Dockerfile if it has one.
    pub image: ImageRef,
    /// The reference to pull, which may be a mirror's.
    pub pull: ImageRef,
    /// The reference to pull if that fails.
    pub fallback: Option<ImageRef>,
    /// Its first use.
    pub place: Origin,
    /// Its uses in stages, where its triggers run.
    pub uses: Vec<ImageUse>,
    /// The number of uses whose triggers were collected.
    pub collected: usize,
}

/// Where an image is used.
#[derive(Debug, Clone)]
pub enum Origin {
    /// In a Dockerfile, with its index in the report.
    Source(usize, Box<PlannedSource>),
    /// On the command line.
    Argument,
}

/// A stage that uses the image, as its base or for its files. Either way, a build runs the image's triggers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageUse {
    /// The Dockerfile's index in the report.
    pub file: usize,
    pub source: PlannedSource,
    /// The platform that the stage is built for.
    pub target: Option<Platform>,
    /// The platform of the image.
    pub platform: Platform,
}

impl ImageUse {
    fn new(file: usize, source: &PlannedSource, target: Option<&Platform>) -> ImageUse {
        let own = Platform::parse(&source.platform).ok();
        let platform = own.or(target.cloned()).unwrap_or_else(Platform::host);
        ImageUse {
            file,
            source: source.clone(),
            target: target.cloned(),
            platform: platform.normalize(),
        }
    }
}

impl LockGroup {
    /// A group without images.
    pub fn new(path: RootedPath, old: Option<ExistingLock>) -> LockGroup {
        LockGroup {
            path,
            old,
            wanted: BTreeMap::new(),
            open: false,
        }
    }

    /// The entry for an image before the run.
    pub fn entry(&self, image: &ImageRef) -> Option<&LockEntry> {
        self.old.as_ref()?.lock.get(image)
    }

    fn want(&mut self, lockable: &LockCandidate, place: Origin, usage: Option<ImageUse>) {
        // Without a tag it is pinned by its digest, and needs no line.
        let Some(name) = Lock::name_of(lockable.image()) else {
            return;
        };
        let wanted = self.wanted.entry(name).or_insert_with(|| WantedImage {
            image: lockable.image().clone(),
            pull: lockable.pull().clone(),
            fallback: lockable.fallback().cloned(),
            place,
            uses: Vec::new(),
            collected: 0,
        });
        // The line must agree with every Dockerfile that names a digest.
        if wanted.image.digest().is_none() {
            wanted.image = lockable.image().clone();
            wanted.pull = lockable.pull().clone();
            wanted.fallback = lockable.fallback().cloned();
        }
        // Triggers that form a cycle end here.
        wanted
            .uses
            .extend(usage.filter(|new| !wanted.uses.contains(new)));
    }
}

/// Adds the images of a Dockerfile to the group. Returns those that are refused or unknown.
pub fn collect(
    args: &LockArgs,
    path: &RootedPath,
    index: usize,
    bytes: &[u8],
    found: &FoundGate,
    group: &mut LockGroup,
) -> DockerfileReport {
    let mut file = DockerfileReport {
        path: path.clone(),
        text: String::from_utf8_lossy(bytes).into_owned(),
        policies: found.policies.clone(),
        lock: Some(group.path.shown().to_owned()),
        not_judged: None,
        contacts: Vec::new(),
        error: None,
        findings: Vec::new(),
        sources: Vec::new(),
        traps: Vec::new(),
        exceptions: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for target in targets(args) {
        let options = options(args, target.as_ref());
        let images = match sources(bytes, &options) {
            Ok(plan) => {
                group.open |= plan.error.is_some();
                file.error = file.error.or(plan.error);
                plan.sources
            }
            Err(error) => {
                file.error = Some(error);
                group.open = true;
                break;
            }
        };
        for source in images {
            if source.kind != SourceKind::Image {
                continue;
            }
            let again =
                !seen.insert((source.span.map(|span| span.start), source.reference.clone()));
            let usage = ImageUse::new(index, &source, target.as_ref());
            ask(&found.gate, group, usage, &mut file, again);
        }
    }
    file
}

/// Every image of a Dockerfile, for all platforms, each once.
pub fn images(args: &LockArgs, bytes: &[u8]) -> Vec<PlannedSource> {
    let mut images: Vec<PlannedSource> = Vec::new();
    for target in targets(args) {
        let found = sources(bytes, &options(args, target.as_ref()));
        let found = found.map(|plan| plan.sources).unwrap_or_default();
        for source in found {
            if source.kind == SourceKind::Image && !images.contains(&source) {
                images.push(source);
            }
        }
    }
    images
}

/// Adds the images of an image's triggers, with the gate of the Dockerfile that uses it.
pub fn collect_triggers(
    args: &LockArgs,
    usage: &ImageUse,
    triggers: &[String],
    gate: &Gate,
    group: &mut LockGroup,
    file: &mut DockerfileReport,
) {
    let target = usage.target.as_ref();
    let options = options(args, target);
    let found = trigger_sources(file.text.as_bytes(), &options, &usage.source, triggers);
    for source in found.unwrap_or_default() {
        if source.kind == SourceKind::Image {
            let again = file.sources.iter().any(|judged| judged.source == source);
            let usage = ImageUse::new(usage.file, &source, target);
            ask(gate, group, usage, file, again);
        }
    }
}

/// Adds an image of the command line to the group.
///
/// # Errors
/// The policy refuses the image.
pub fn collect_argument(
    reference: &str,
    gate: &Gate,
    group: &mut LockGroup,
) -> Result<(), fromtier_policy::Denial> {
    let lockable = gate.check_lockable(&ImageRequest {
        reference,
        via: Via::NamedContext,
        scope: Scope::default(),
    })?;
    group.want(&lockable, Origin::Argument, None);
    Ok(())
}

fn ask(
    gate: &Gate,
    group: &mut LockGroup,
    usage: ImageUse,
    file: &mut DockerfileReport,
    again: bool,
) {
    let path = crate::files::path_in_repository(&file.path);
    let mut add = |source, verdict| {
        if !again {
            file.sources.push(JudgedSource {
                source,
                verdict,
                resolved: None,
            });
        }
    };
    let source = &usage.source;
    if needs_build_argument(source) {
        group.open = true;
        return add(usage.source, None);
    }
    let platform = Platform::parse(&source.platform).ok();
    let asked = gate.check_lockable(&ImageRequest {
        reference: &source.reference,
        via: source.via,
        scope: scope_of(source, platform.as_ref(), path.as_deref()),
    });
    match asked {
        Ok(lockable) => {
            let origin = Origin::Source(usage.file, Box::new(usage.source.clone()));
            group.want(&lockable, origin, Some(usage));
        }
        Err(denial) => add(usage.source, Some(*denial.verdict)),
    }
}

/// The platforms to build for; `None` is the builder's.
fn targets(args: &LockArgs) -> Vec<Option<Platform>> {
    if args.platform.is_empty() {
        return vec![None];
    }
    args.platform.iter().cloned().map(Some).collect()
}

fn options(args: &LockArgs, target: Option<&Platform>) -> Options {
    Options {
        build_args: args.build_args.build_args.iter().cloned().collect(),
        target_platform: target.cloned(),
        build_platforms: vec![Platform::host()],
        ..Options::default()
    }
}
