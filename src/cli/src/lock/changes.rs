//! Decides what becomes of each line of a lock file, from its present content and the registries' answers.

use fromtier_image::{Digest, ImageRef, Platform};
use fromtier_policy::Day;
use fromtier_policy::lock::LockEntry;

use super::args::LockArgs;
use super::collect::WantedImage;
use super::resolve::{PullReference, Question};
use crate::registry::{ImageInfo, Problem};

/// The way in which a run treats locked images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// Keeps what is locked, and looks up the rest.
    Add,
    /// Looks up the image, locked or not.
    Update,
    /// Changes nothing, and verifies what is locked.
    Check,
    /// The same, without registries.
    Offline,
}

/// The change of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Kept,
    Added,
    /// Its digest changed; this is the old entry.
    Updated(LockEntry),
    /// No Dockerfile uses it.
    Unused,
    /// A Dockerfile uses the image, and there is no line.
    Missing,
    /// The tag refers to this digest now.
    Moved(Digest),
    /// The registry no longer has the digest. The tag refers to this one now, if that is known.
    Gone(Option<Digest>),
    /// The registry gave no answer.
    Failed(Problem),
}

/// A line after the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `None`: there is no line, or its digest is unknown.
    pub entry: Option<LockEntry>,
    pub change: Change,
}

/// The mode for an image.
pub fn mode(args: &LockArgs, wanted: &WantedImage) -> LockMode {
    match (args.check, args.offline) {
        (true, true) => LockMode::Offline,
        (true, false) => LockMode::Check,
        (false, _) => {
            let named = args.update.iter().any(|name| is_named(name, &wanted.image));
            if args.update_all() || named {
                LockMode::Update
            } else {
                LockMode::Add
            }
        }
    }
}

/// Whether `--update=name` selects this image: one tag if it has a tag, else all tags.
pub fn is_named(name: &str, image: &ImageRef) -> bool {
    ImageRef::parse(name).is_ok_and(|named| {
        named.name() == image.name() && named.tag().is_none_or(|tag| image.tag() == Some(tag))
    })
}

/// The questions to the registries for a line.
pub fn questions(wanted: &WantedImage, old: Option<&LockEntry>, mode: LockMode) -> Vec<Question> {
    let Some(image) = image_to_query(wanted, old, mode) else {
        return Vec::new();
    };
    let mut questions: Vec<_> = platforms(wanted)
        .into_iter()
        .map(|platform| Question::new(&image, Some(platform)))
        .collect();
    if questions.is_empty() {
        // No registry is queried if the answer is known.
        if mode == LockMode::Add && old.is_some_and(|old| image.first.digest() == Some(&old.digest))
        {
            return questions;
        }
        questions.push(Question::new(&image, None));
    }
    if mode == LockMode::Check && old.is_some() {
        questions.push(Question::new(&pull_reference(wanted, None), None));
    }
    questions
}

/// The question, one of [`questions`], whose answer has the config of a base image for a platform.
pub fn config_question(
    wanted: &WantedImage,
    old: Option<&LockEntry>,
    mode: LockMode,
    platform: &Platform,
) -> Option<Question> {
    let image = image_to_query(wanted, old, mode)?;
    Some(Question::new(&image, Some(platform)))
}

/// The image to look up for a line, as it is pulled.
fn image_to_query(
    wanted: &WantedImage,
    old: Option<&LockEntry>,
    mode: LockMode,
) -> Option<PullReference> {
    let own = wanted.image.digest();
    match (mode, old) {
        (LockMode::Offline, _) => None,
        (LockMode::Check, Some(old)) => Some(pull_reference(wanted, Some(&old.digest))),
        (LockMode::Add, Some(old)) => {
            Some(pull_reference(wanted, Some(own.unwrap_or(&old.digest))))
        }
        (LockMode::Update, _) | (_, None) => Some(pull_reference(wanted, own)),
    }
}

/// Decides what becomes of a line that a Dockerfile uses.
pub fn decide_line<'a>(
    wanted: &WantedImage,
    old: Option<&LockEntry>,
    mode: LockMode,
    today: Day,
    answers: impl Fn(&Question) -> Option<&'a Result<ImageInfo, Problem>>,
) -> Line {
    let kept = |change| Line {
        entry: old.cloned(),
        change,
    };
    let found_answers: Vec<_> = questions(wanted, old, mode)
        .iter()
        .filter_map(&answers)
        .collect();
    let problem = || {
        found_answers
            .iter()
            .find_map(|answer| answer.as_ref().err())
    };
    let own = wanted.image.digest();
    match (mode, old) {
        (LockMode::Check | LockMode::Offline, None) => kept(Change::Missing),
        (LockMode::Offline, Some(_)) => kept(Change::Kept),
        (LockMode::Check, Some(old)) => {
            let tag = Question::new(&pull_reference(wanted, None), None);
            let now = answers(&tag).and_then(|answer| Some(answer.as_ref().ok()?.digest.clone()));
            let by_digest = found_answers
                .first()
                .and_then(|answer| answer.as_ref().err());
            kept(match (by_digest, now, problem()) {
                (Some(problem), now, _) if problem.is_final() => Change::Gone(now),
                (_, Some(now), _) if now != old.digest => Change::Moved(now),
                (_, _, Some(problem)) => Change::Failed(problem.clone()),
                _ => Change::Kept,
            })
        }
        (LockMode::Add, Some(old)) if own.is_none_or(|own| *own == old.digest) => match problem() {
            Some(problem) if problem.is_final() && own.is_none() => kept(Change::Gone(None)),
            Some(problem) => kept(Change::Failed(problem.clone())),
            None => kept(Change::Kept),
        },
        _ => {
            if let Some(problem) = problem() {
                return kept(Change::Failed(problem.clone()));
            }
            let found = found_answers
                .first()
                .and_then(|answer| answer.as_ref().ok());
            let Some(digest) = own.or(found.map(|found| &found.digest)) else {
                return kept(Change::Kept);
            };
            match old {
                Some(old) if old.digest == *digest => kept(Change::Kept),
                old => Line {
                    entry: Some(LockEntry {
                        digest: digest.clone(),
                        resolved: today,
                    }),
                    change: old.map_or(Change::Added, |old| Change::Updated(old.clone())),
                },
            }
        }
    }
}

/// The platforms whose configs are needed, each once.
pub fn platforms(wanted: &WantedImage) -> Vec<&Platform> {
    let mut platforms: Vec<_> = wanted.uses.iter().map(|usage| &usage.platform).collect();
    platforms.sort();
    platforms.dedup();
    platforms
}

/// The image as it is pulled, by a digest or by its tag.
fn pull_reference(wanted: &WantedImage, digest: Option<&Digest>) -> PullReference {
    let pinned = |pull: &ImageRef| {
        let pull = pull.clone().without_digest();
        match digest {
            Some(digest) => pull.with_digest(digest.clone()),
            None => pull,
        }
    };
    PullReference {
        first: pinned(&wanted.pull),
        fallback: wanted.fallback.as_ref().map(pinned),
    }
}
