//! Policies that extend another: the file over the one that it extends.

use super::document::Document;
use super::fields::Fields;
use super::keys;
use super::report::Report;
use super::{check, read, yaml};
use crate::PolicyError;
use crate::policy::Policy;
use fromtier_gostd::path::clean;

/// Gives the text of a file by its path; the error says why it can't be read.
pub(super) type Files<'f> = &'f mut dyn FnMut(&str) -> Result<String, String>;

/// Reads a file and those that it extends. `way` are the files that lead here.
pub(super) fn load(
    name: &str,
    text: &str,
    files: Files<'_>,
    way: &mut Vec<String>,
) -> Result<Policy, Vec<PolicyError>> {
    let mut document = Document::new(name, text);
    let root = document.root("the policy is empty", "version: 1");
    let mut report = document.report;
    let mut below = Vec::new();
    let mut policy = Policy::default();
    if let Some(fields) = (root.as_ref()).and_then(|root| Fields::of(root, keys::FILE, &mut report))
    {
        let mut places;
        (policy, places) = read::policy(&fields, &mut report);
        if let Some((file, span)) = read::extends(&fields, &mut report) {
            places.extends = Some(span);
            way.push(clean(name).into_owned());
            match extended(name, file, files, way) {
                Ok(extended) => policy = over(policy, extended),
                Err(Broken::Here(message)) => report.error(span, message, None),
                Err(Broken::There(errors)) => below = errors,
            }
            way.pop();
        }
        check::check(&policy, &places, &mut report);
    }
    let mut errors = report.finish();
    errors.append(&mut below);
    match errors.is_empty() {
        true => Ok(policy),
        false => Err(errors),
    }
}

enum Broken {
    /// The file can't be had.
    Here(String),
    /// The file is wrong.
    There(Vec<PolicyError>),
}

fn extended(
    name: &str,
    file: &str,
    files: Files<'_>,
    way: &mut Vec<String>,
) -> Result<Policy, Broken> {
    let path = beside(name, file);
    if way.contains(&path) {
        let mut circle = way.clone();
        circle.push(path);
        return Err(Broken::Here(format!(
            "policies extend each other in a circle: {}",
            circle.join(" → ")
        )));
    }
    let text =
        files(&path).map_err(|problem| Broken::Here(format!("{path} can't be read: {problem}")))?;
    load(&path, &text, files, way).map_err(Broken::There)
}

/// The path of the file that a policy extends, where its text names one that can be told; whatever else is wrong with
/// the text, [`Policy::load`] says.
pub(super) fn named(name: &str, text: &str) -> Option<String> {
    // Most policies extend none, and are not read twice for that.
    if !text.contains("extends") {
        return None;
    }
    let mut report = Report::new(name, text);
    let root = yaml::read(text, &mut report)?;
    let fields = Fields::any(&root, &mut report)?;
    let (file, _) = read::extends(&fields, &mut report)?;
    Some(beside(name, file))
}

/// A path that is written in a file, seen from where that file's own path is seen from.
fn beside(name: &str, file: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, _)) if !file.starts_with('/') => {
            clean(&format!("{folder}/{file}")).into_owned()
        }
        _ => clean(file).into_owned(),
    }
}

/// A policy over the one that it extends: its settings take the place of the other's, its lists come first.
fn over(mut policy: Policy, extended: Policy) -> Policy {
    policy.own = policy.own.with_fallback(extended.own);
    for label in extended.labels {
        if !policy.labels.contains(&label) {
            policy.labels.push(label);
        }
    }
    policy.internal.extend(extended.internal);
    policy.verified.extend(extended.verified);
    policy.open_source.extend(extended.open_source);
    policy.registries.allow.extend(extended.registries.allow);
    policy.registries.deny.extend(extended.registries.deny);
    policy.rewrites.extend(extended.rewrites);
    policy.images.extend(extended.images);
    // Of two places to pull a registry through, the first counts.
    policy.mirrors.extend(extended.mirrors);
    for profile in extended.profiles {
        let own = policy.profiles.iter_mut().find(|p| p.part == profile.part);
        match own {
            Some(own) => {
                own.settings = std::mem::take(&mut own.settings).with_fallback(profile.settings);
                own.places.append(profile.places);
                own.images.extend(profile.images);
            }
            None => policy.profiles.push(profile),
        }
    }
    policy.exceptions.extend(extended.exceptions);
    policy.exceptions_max = policy.exceptions_max.or(extended.exceptions_max);
    policy.setting_places.append(extended.setting_places);
    policy
}
