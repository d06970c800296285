//! Policies that extend another policy file.

use fromtier_gostd::path::clean;

use super::document::Document;
use super::fields::Fields;
use super::keys;
use super::report::Report;
use super::{check, read, yaml};
use crate::PolicyError;
use crate::policy::Policy;

/// The greatest number of files that extend each other in a row.
pub(super) const MAX_CHAIN: usize = 16;

/// A function that returns the text of a file by its path, or the reason why it can't be read.
pub(super) type Files<'f> = &'f mut dyn FnMut(&str) -> Result<String, String>;

/// Reads a file and the files that it extends. `chain` has the paths of the files that extend this one.
pub(super) fn load(
    name: &str,
    text: &str,
    files: Files<'_>,
    chain: &mut Vec<String>,
) -> Result<Policy, Vec<PolicyError>> {
    let mut document = Document::new(name, text);
    let root = document.root("the policy is empty", "version: 1");
    let mut report = document.report;
    let mut extended_errors = Vec::new();
    let mut policy = Policy::default();
    if let Some(fields) =
        (root.as_ref()).and_then(|root| Fields::with_keys(root, keys::FILE, &mut report))
    {
        let mut places;
        (policy, places) = read::policy(&fields, &mut report);
        if let Some((file, span)) = read::extends(&fields, &mut report) {
            places.extends = Some(span);
            chain.push(clean(name).into_owned());
            match load_extended(name, file, files, chain) {
                Ok(extended) => policy = merge(policy, extended),
                Err(ExtendsError::Unreadable(message)) => report.error(span, message, None),
                Err(ExtendsError::Invalid(errors)) => extended_errors = errors,
            }
            chain.pop();
        }
        check::check(&policy, &places, &mut report);
    }
    let mut errors = report.finish();
    errors.append(&mut extended_errors);
    if errors.is_empty() {
        Ok(policy)
    } else {
        Err(errors)
    }
}

/// Why a policy that another extends can't be used.
enum ExtendsError {
    /// The file can't be read, for this reason.
    Unreadable(String),
    /// The file, or one that it extends, is not a valid policy.
    Invalid(Vec<PolicyError>),
}

fn load_extended(
    name: &str,
    file: &str,
    files: Files<'_>,
    chain: &mut Vec<String>,
) -> Result<Policy, ExtendsError> {
    let path = resolve_path(name, file);
    if chain.contains(&path) {
        let mut cycle = chain.clone();
        cycle.push(path);
        return Err(ExtendsError::Unreadable(format!(
            "policies extend each other in a cycle: {}",
            cycle.join(" → ")
        )));
    }
    if chain.len() > MAX_CHAIN {
        return Err(ExtendsError::Unreadable(format!(
            "more than {MAX_CHAIN} policies extend each other in a row"
        )));
    }
    let text = files(&path)
        .map_err(|problem| ExtendsError::Unreadable(format!("{path} can't be read: {problem}")))?;
    load(&path, &text, files, chain).map_err(ExtendsError::Invalid)
}

/// Returns the path of the file that a policy extends, if its text can be read that far. [`Policy::load`] reports the
/// errors.
pub(super) fn extended_path(name: &str, text: &str) -> Option<String> {
    // Most policies don't extend another. They need not be parsed twice.
    if !text.contains("extends") {
        return None;
    }
    let mut report = Report::new(name, text);
    let root = yaml::read(text, &mut report)?;
    let fields = Fields::with_any(&root, &mut report)?;
    let (file, _) = read::extends(&fields, &mut report)?;
    Some(resolve_path(name, file))
}

/// Resolves a path that is written in a file against the folder of that file.
fn resolve_path(name: &str, file: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, _)) if !file.starts_with('/') => {
            clean(&format!("{folder}/{file}")).into_owned()
        }
        _ => clean(file).into_owned(),
    }
}

/// Merges a policy with the one that it extends: its own settings win, and its own lists come first.
fn merge(mut policy: Policy, extended: Policy) -> Policy {
    policy.settings = policy.settings.with_fallback(extended.settings);
    policy.contact = policy.contact.or(extended.contact);
    for label in extended.labels {
        if !policy.labels.contains(&label) {
            policy.labels.push(label);
        }
    }
    policy.frontends.extend(extended.frontends);
    policy.internal.extend(extended.internal);
    policy.verified.extend(extended.verified);
    policy.open_source.extend(extended.open_source);
    policy.registries.allow.extend(extended.registries.allow);
    policy.registries.deny.extend(extended.registries.deny);
    policy.rewrites.extend(extended.rewrites);
    policy.images.extend(extended.images);
    policy.downloads.extend(extended.downloads);
    policy.aliases.extend(extended.aliases);
    // If a registry has two mirrors, the first applies.
    policy.mirrors.extend(extended.mirrors);
    for profile in extended.profiles {
        let existing = policy.profiles.iter_mut().find(|p| p.part == profile.part);
        match existing {
            Some(existing) => {
                existing.settings =
                    std::mem::take(&mut existing.settings).with_fallback(profile.settings);
                existing.places.append(profile.places);
                existing.images.extend(profile.images);
            }
            None => policy.profiles.push(profile),
        }
    }
    policy.exceptions.extend(extended.exceptions);
    policy.exceptions_max = policy.exceptions_max.or(extended.exceptions_max);
    policy.setting_places.append(extended.setting_places);
    policy
}

#[cfg(test)]
mod tests;
