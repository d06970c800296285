//! What a lock file is to hold: every image that its Dockerfiles take, as the gate has it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fromtier_convert::{Options, PlannedSource, SourceKind, sources, trigger_sources};
use fromtier_image::{ImageRef, Platform};
use fromtier_policy::gate::{ImageRequest, Via};
use fromtier_policy::lock::LockEntry;
use fromtier_policy::{Gate, Lock, Lockable, Scope};

use super::args::LockArgs;
use crate::judge::{needs_build_argument, scope_of};
use crate::report::{DockerfileReport, JudgedSource};

/// A lock file, and what its Dockerfiles want of it.
#[derive(Debug)]
pub struct LockGroup {
    pub path: PathBuf,
    /// As it is now; none where there is no file.
    pub old: Option<ExistingLock>,
    /// By the name that the line has.
    pub wanted: BTreeMap<String, WantedImage>,
    /// Not all is known that the Dockerfiles want: lines that nothing names may be wanted nevertheless.
    pub open: bool,
}

/// A lock file as it is.
#[derive(Debug)]
pub struct ExistingLock {
    pub text: String,
    pub lock: Lock,
}

/// An image that is to be locked.
#[derive(Debug)]
pub struct WantedImage {
    /// What the line is about; with the Dockerfile's own digest, where it has one.
    pub image: ImageRef,
    /// Where it is pulled from.
    pub pull: ImageRef,
    /// Where it is asked for, first.
    pub place: Origin,
    /// Where it is a base: its triggers count there.
    pub bases: Vec<BaseUse>,
}

/// Where an image is asked for.
#[derive(Debug, Clone)]
pub enum Origin {
    /// In a Dockerfile, by its index in the report.
    Source(usize, Box<PlannedSource>),
    /// On the command line.
    Argument,
}

/// A stage that stands on the image.
#[derive(Debug, Clone)]
pub struct BaseUse {
    /// The Dockerfile's index in the report.
    pub file: usize,
    pub source: PlannedSource,
    /// What it is built for.
    pub target: Option<Platform>,
    /// Whose image is taken.
    pub platform: Platform,
}

impl LockGroup {
    pub fn new(path: PathBuf, old: Option<ExistingLock>) -> LockGroup {
        LockGroup {
            path,
            old,
            wanted: BTreeMap::new(),
            open: false,
        }
    }

    /// What the lock says of an image now.
    pub fn entry(&self, image: &ImageRef) -> Option<&LockEntry> {
        self.old.as_ref()?.lock.get(image)
    }

    fn want(&mut self, lockable: &Lockable, place: Origin, base: Option<BaseUse>) {
        // Without a tag, it is pinned by its digest, and there is no line that could say more.
        let Some(name) = Lock::name_of(lockable.image()) else {
            return;
        };
        let wanted = self.wanted.entry(name).or_insert_with(|| WantedImage {
            image: lockable.image().clone(),
            pull: lockable.pull().clone(),
            place,
            bases: Vec::new(),
        });
        // The line has to agree with every Dockerfile that says a digest.
        if wanted.image.digest().is_none() {
            wanted.image = lockable.image().clone();
            wanted.pull = lockable.pull().clone();
        }
        wanted.bases.extend(base);
    }
}

/// Reads a Dockerfile, and puts what may be locked into the group. What may not be, or isn't known, is in the answer.
pub fn collect(
    args: &LockArgs,
    path: &Path,
    index: usize,
    bytes: &[u8],
    gate: &Gate,
    group: &mut LockGroup,
) -> DockerfileReport {
    let mut file = DockerfileReport {
        path: path.to_owned(),
        text: String::from_utf8_lossy(bytes).into_owned(),
        policies: Vec::new(),
        lock: Some(group.path.clone()),
        error: None,
        sources: Vec::new(),
        exceptions: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for target in targets(args) {
        let options = options(args, target.as_ref());
        let found = match sources(bytes, &options) {
            Ok(found) => found,
            Err(error) => {
                file.error = Some(error);
                group.open = true;
                break;
            }
        };
        for source in found {
            if source.kind != SourceKind::Image {
                continue;
            }
            let again =
                !seen.insert((source.span.map(|span| span.start), source.reference.clone()));
            let base = (source.via == Via::From).then(|| {
                let own = Platform::parse(&source.platform).ok();
                let platform = own.or(target.clone()).unwrap_or_else(Platform::host);
                BaseUse {
                    file: index,
                    source: source.clone(),
                    target: target.clone(),
                    platform: platform.normalize(),
                }
            });
            ask(gate, group, index, source, base, &mut file, again);
        }
    }
    file
}

/// Every image of a Dockerfile, for all that is built for; each once.
pub fn images(args: &LockArgs, bytes: &[u8]) -> Vec<PlannedSource> {
    let mut images: Vec<PlannedSource> = Vec::new();
    for target in targets(args) {
        let found = sources(bytes, &options(args, target.as_ref())).unwrap_or_default();
        for source in found {
            if source.kind == SourceKind::Image && !images.contains(&source) {
                images.push(source);
            }
        }
    }
    images
}

/// What the triggers of a base want, with the gate of the Dockerfile that stands on it.
pub fn collect_triggers(
    args: &LockArgs,
    base: &BaseUse,
    triggers: &[String],
    gate: &Gate,
    group: &mut LockGroup,
    file: &mut DockerfileReport,
) {
    let options = options(args, base.target.as_ref());
    let found = trigger_sources(file.text.as_bytes(), &options, &base.source, triggers);
    for source in found.unwrap_or_default() {
        if source.kind == SourceKind::Image {
            let again = file.sources.iter().any(|judged| judged.source == source);
            ask(gate, group, base.file, source, None, file, again);
        }
    }
}

/// Puts an image that the command line names into the group.
///
/// Errors: why it may not be locked.
pub fn collect_argument(
    reference: &str,
    gate: &Gate,
    group: &mut LockGroup,
) -> Result<(), fromtier_policy::Denial> {
    let lockable = gate.lockable(&ImageRequest {
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
    index: usize,
    source: PlannedSource,
    base: Option<BaseUse>,
    file: &mut DockerfileReport,
    again: bool,
) {
    let path = crate::files::path_in_repository(&file.path);
    let mut say = |source, verdict| {
        if !again {
            file.sources.push(JudgedSource {
                source,
                verdict,
                resolved: None,
            });
        }
    };
    if needs_build_argument(&source) {
        group.open = true;
        return say(source, None);
    }
    let platform = Platform::parse(&source.platform).ok();
    let asked = gate.lockable(&ImageRequest {
        reference: &source.reference,
        via: source.via,
        scope: scope_of(&source, platform.as_ref(), path.as_deref()),
    });
    match asked {
        Ok(lockable) => group.want(&lockable, Origin::Source(index, Box::new(source)), base),
        Err(denial) => say(source, Some(*denial.verdict)),
    }
}

/// What is built for, one after the other; none: whatever the builder is.
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
