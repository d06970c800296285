//! Asks the gate about the Dockerfiles with the lock file as it is now, for what a build would still refuse.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fromtier_image::ImageRef;
use fromtier_policy::gate::{ImageRequest, Resolved};
use fromtier_policy::{Day, Gate, Lock, Severity, Verdict};

use super::args::LockArgs;
use super::changes::{self, mode};
use super::collect::{ImageUse, LockGroup, images};
use super::resolve::Answers;
use crate::files;
use crate::judge::{contacts, judge_source, needs_build_argument, scope_of};
use crate::lookup::GateLookup;
use crate::registry::ImageInfo;
use crate::report::{DockerfileReport, JudgedSource};

/// Adds to the reports of the Dockerfiles what a build would refuse with the lock as it is now, and they don't have
/// yet.
pub fn add_refusals(
    args: &LockArgs,
    today: Day,
    groups: &BTreeMap<PathBuf, LockGroup>,
    answers: &Answers,
    files: &mut [DockerfileReport],
) {
    let (policy, lock) = (args.policy.policy.as_deref(), args.lock.lock.as_deref());
    let lookup = GateLookup::new(policy, lock, today).for_locking();
    for file in files.iter_mut() {
        let group = groups.get(lookup.lock_path(&file.path).shown());
        if let (Some(group), Ok(found)) = (group, lookup.gate(&file.path)) {
            let found_images = images(args, file.text.as_bytes());
            found_images
                .into_iter()
                .for_each(|source| by_the_lock(&found.gate, group, file, source));
        }
    }
    for group in groups.values() {
        for wanted in group.wanted.values() {
            let old = group.entry(&wanted.image);
            for usage in &wanted.uses {
                let mode = mode(args, wanted);
                let question = changes::config_question(wanted, old, mode, &usage.platform);
                let answer = question.and_then(|question| answers.get(&question));
                let file = &mut files[usage.file];
                if let (Some(Ok(answer)), Ok(found)) = (answer, lookup.gate(&file.path)) {
                    by_the_config(&found.gate, file, usage, answer);
                }
            }
        }
    }
    for file in files {
        if let Ok(found) = lookup.gate(&file.path) {
            file.contacts = contacts(&found.gate, file.refusals());
        }
    }
}

/// Adds what a lock file can't settle: a digest without a tag, two Dockerfiles with different digests.
fn by_the_lock(
    gate: &Gate,
    group: &LockGroup,
    file: &mut DockerfileReport,
    source: fromtier_convert::PlannedSource,
) {
    if is_reported(file, &source) || needs_build_argument(&source) {
        return;
    }
    let path = files::path_in_repository(&file.path);
    let judged = judge_source(gate, path.as_deref(), source);
    let Some(verdict) = judged
        .verdict
        .as_ref()
        .filter(|v| v.severity == Severity::Deny)
    else {
        return;
    };
    // A missing line is a problem of the lock file.
    let reported = |image: &ImageRef| {
        let name = Lock::name_of(image);
        name.is_some_and(|name| group.wanted.contains_key(&name)) && group.entry(image).is_none()
    };
    let image = verdict.rewritten.as_ref().or(verdict.normalized.as_ref());
    if image.is_some_and(|image| !reported(image)) {
        file.sources.push(judged);
    }
}

/// Adds what depends on the image's config: age, labels, user.
fn by_the_config(gate: &Gate, file: &mut DockerfileReport, usage: &ImageUse, found: &ImageInfo) {
    let Some(config) = found
        .config
        .as_ref()
        .filter(|_| !is_reported(file, &usage.source))
    else {
        return;
    };
    let path = files::path_in_repository(&file.path);
    let own = fromtier_image::Platform::parse(&usage.source.platform).ok();
    let request = ImageRequest {
        reference: &usage.source.reference,
        via: usage.source.via,
        scope: scope_of(&usage.source, own.as_ref(), path.as_deref()),
    };
    let Ok(pass) = gate.request(&request) else {
        return;
    };
    let admitted = gate.admit(
        &pass,
        &Resolved {
            reference: pass.pull(),
            digest: Some(pass.pinned().unwrap_or(&found.digest)),
            config,
        },
    );
    if let Err(denial) = admitted {
        file.sources.push(JudgedSource {
            source: usage.source.clone(),
            verdict: Some(Verdict::clone(&denial.verdict)),
            resolved: None,
        });
    }
}

fn is_reported(file: &DockerfileReport, source: &fromtier_convert::PlannedSource) -> bool {
    file.sources.iter().any(|judged| judged.source == *source)
}
