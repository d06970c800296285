//! The Dockerfiles before the gate with the lock as it is now: what a build would still refuse.

use fromtier_image::ImageRef;
use fromtier_policy::gate::{ImageRequest, Resolved};
use fromtier_policy::{Gate, Lock, Severity, Verdict};

use super::collect::{self, Base, Group};
use super::{Work, changes, mode};
use crate::check::{self, File, Judged, one, scope_of};
use crate::files;
use crate::lookup::Lookup;
use crate::registry::Found;

/// Adds to the files of the report what a build would refuse and what was not said yet.
pub fn hold(work: &mut Work<'_>) {
    let (policy, lock) = (work.args.policy.as_deref(), work.args.lock.as_deref());
    let mut lookup = Lookup::new(policy, lock, work.today).for_locking();
    for file in &mut work.report.files {
        let group = work.groups.get(&lookup.lock_path(&file.path));
        if let (Some(group), Ok(found)) = (group, lookup.gate(&file.path)) {
            let images = collect::images(work.args, file.text.as_bytes());
            images
                .into_iter()
                .for_each(|source| by_the_lock(&found.gate, group, file, source));
        }
    }
    for group in work.groups.values() {
        for wanted in group.wanted.values() {
            let old = group.entry(&wanted.image);
            for base in &wanted.bases {
                let mode = mode(work.args, wanted);
                let question = changes::config_question(wanted, old, mode, &base.platform);
                let answer = question.and_then(|question| work.answers.of(&question));
                let file = &mut work.report.files[base.file];
                if let (Some(Ok(answer)), Ok(found)) = (answer, lookup.gate(&file.path)) {
                    by_the_config(&found.gate, file, base, answer);
                }
            }
        }
    }
}

/// What a lock can't settle: a digest without a tag that no line has, two Dockerfiles with two digests.
fn by_the_lock(
    gate: &Gate,
    group: &Group,
    file: &mut File,
    source: fromtier_convert::PlannedSource,
) {
    if is_said(file, &source) || check::hangs_on_argument(&source) {
        return;
    }
    let path = files::from_the_top(&file.path);
    let judged = one(gate, path.as_deref(), source);
    let Some(verdict) = judged
        .verdict
        .as_ref()
        .filter(|v| v.severity == Severity::Deny)
    else {
        return;
    };
    // A line that is missing is said of the lock.
    let told = |image: &ImageRef| {
        let name = Lock::name_of(image);
        name.is_some_and(|name| group.wanted.contains_key(&name)) && group.entry(image).is_none()
    };
    let image = verdict.rewritten.as_ref().or(verdict.normalised.as_ref());
    if image.is_some_and(|image| !told(image)) {
        file.sources.push(judged);
    }
}

/// What only the image's config tells: its age, its labels, its user.
fn by_the_config(gate: &Gate, file: &mut File, base: &Base, found: &Found) {
    let Some(config) = found
        .config
        .as_ref()
        .filter(|_| !is_said(file, &base.source))
    else {
        return;
    };
    let path = files::from_the_top(&file.path);
    let own = fromtier_image::Platform::parse(&base.source.platform).ok();
    let request = ImageRequest {
        reference: &base.source.reference,
        via: base.source.via,
        scope: scope_of(&base.source, own.as_ref(), path.as_deref()),
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
        file.sources.push(Judged {
            source: base.source.clone(),
            verdict: Some(Verdict::clone(&denial.verdict)),
            pinned: None,
        });
    }
}

fn is_said(file: &File, source: &fromtier_convert::PlannedSource) -> bool {
    file.sources.iter().any(|judged| judged.source == *source)
}
