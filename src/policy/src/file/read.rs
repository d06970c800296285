//! Reads a policy from the tree of its file, key by key.

use super::fields::{Fields, read_list, read_text};
use super::images::{read_image_rule, read_patterns, read_registries};
use super::keys::{self, ProfileKind};
use super::lists::{read_exception, read_mirrors, read_repository_labels};
use super::report::{Report, Span};
use super::rewrites::{read_alias, read_rewrite};
use super::{profiles, setting_places, settings};
use crate::policy::Policy;

/// The places of the rules in a file's lists, for errors about several rules. The rules of an extended file come after the
/// file's own, and have the place of `extends`.
#[derive(Default)]
pub(super) struct Places {
    pub rewrites: Vec<Span>,
    pub targets: Vec<Span>,
    /// The targets of the rewrite rules' `tags`, rule by rule.
    pub tags: Vec<Vec<Span>>,
    pub images: Vec<Span>,
    pub prefers: Vec<Span>,
    pub exceptions: Vec<Span>,
    pub extends: Option<Span>,
}

impl Places {
    /// Returns the place of a rule, or of `extends` for a rule of the extended file.
    pub fn rule(&self, list: &[Span], index: usize) -> Span {
        let whole = Span { start: 0, end: 1 };
        let own = list.get(index).copied();
        own.or(self.extends).unwrap_or(whole)
    }
}

/// Reads the path of the file that a policy extends, as written, and its place.
pub(super) fn extends<'n>(fields: &Fields<'n>, report: &mut Report<'_>) -> Option<(&'n str, Span)> {
    fields.optional("extends", report)
}

/// Reads a file's own policy and the places of its rules.
pub(super) fn policy(fields: &Fields<'_>, report: &mut Report<'_>) -> (Policy, Places) {
    let mut policy = Policy::default();
    let mut places = Places::default();
    match fields.required("version", report) {
        Some(("1", _)) | None => {}
        Some((other, span)) => report.error(
            span,
            format!("unknown version `{other}`"),
            Some("version: 1".into()),
        ),
    }
    if let Some(node) = fields.get("description") {
        read_text(node, report);
    }
    policy.contact = read_contact(fields, report);
    if let Some(node) = fields.get("labels") {
        policy.labels = read_repository_labels(node, report);
    }
    policy.settings = settings::read(fields, report);
    for (key, list) in [
        ("frontends", &mut policy.frontends),
        ("internal", &mut policy.internal),
        ("verified-publisher", &mut policy.verified),
        ("open-source", &mut policy.open_source),
    ] {
        if let Some(node) = fields.get(key) {
            *list = read_patterns(node, report);
        }
    }
    if let Some(fields) = (fields.get("registries"))
        .and_then(|node| Fields::with_keys(node, keys::REGISTRIES, report))
    {
        for (key, list) in [
            ("allow", &mut policy.registries.allow),
            ("deny", &mut policy.registries.deny),
        ] {
            if let Some(node) = fields.get(key) {
                *list = read_registries(node, report);
            }
        }
    }
    read_rules(fields, &mut policy, &mut places, report);
    if let Some(node) = fields.get("mirrors") {
        policy.mirrors = read_mirrors(node, report);
    }
    policy.exceptions_max = settings::read_days(fields, "exceptions-max", "180d", report);
    policy.setting_places = setting_places::read(fields, report);
    for (key, kind) in [
        ("stages", ProfileKind::Stages),
        ("platforms", ProfileKind::Platforms),
        ("paths", ProfileKind::Paths),
    ] {
        if let Some(node) = fields.get(key) {
            profiles::read(node, kind, &mut policy.profiles, report);
        }
    }
    (policy, places)
}

/// Reads `contact`, which refused builds show: one line that is not long.
fn read_contact(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<String> {
    let (text, span) = fields.optional("contact", report)?;
    let length = text.chars().count();
    if length > keys::MAX_CONTACT {
        let message = format!(
            "expected at most {} characters, found {length}",
            keys::MAX_CONTACT
        );
        report.error(span, message, None);
        return None;
    }
    if text.contains(['\n', '\r']) {
        report.error(span, "expected one line, found several", None);
        return None;
    }
    Some(text.to_owned())
}

/// Reads the rules under `rewrite`, `images`, and `exceptions`.
fn read_rules(
    fields: &Fields<'_>,
    policy: &mut Policy,
    places: &mut Places,
    report: &mut Report<'_>,
) {
    if let Some(node) = fields.get("rewrite") {
        for item in read_list(node, report) {
            if let Some((rule, parts)) = read_rewrite(item, report) {
                policy.rewrites.push(rule);
                places.rewrites.push(parts.pattern);
                places.targets.push(parts.target);
                places.tags.push(parts.tags);
            }
        }
    }
    if let Some(node) = fields.get("downloads") {
        for item in read_list(node, report) {
            policy
                .downloads
                .extend(settings::read_download(item, report));
        }
    }
    if let Some(node) = fields.get("aliases") {
        for item in read_list(node, report) {
            policy.aliases.extend(read_alias(item, report));
        }
    }
    if let Some(node) = fields.get("images") {
        for item in read_list(node, report) {
            if let Some(read) = read_image_rule(item, report) {
                policy.images.push(read.rule);
                places.images.push(read.span);
                places.prefers.push(read.prefer);
            }
        }
    }
    if let Some(node) = fields.get("exceptions") {
        for item in read_list(node, report) {
            if let Some((rule, span)) = read_exception(item, report) {
                policy.exceptions.push(rule);
                places.exceptions.push(span);
            }
        }
    }
}
