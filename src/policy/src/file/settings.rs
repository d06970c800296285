//! Reading settings: what a policy and each of its profiles may say.

use super::fields::{Fields, action, choice, list, text};
use super::keys::{self, Key};
use super::report::Report;
use super::yaml::Node;
use crate::settings::{Check, Kind, LabelRule, Settings};
use crate::verdict::Severity;

/// `mode`, `tiers`, `base` and `sources` of a mapping.
pub(super) fn read(fields: &Fields<'_>, report: &mut Report<'_>) -> Settings {
    let mut settings = Settings::default();
    if let Some(node) = fields.get("mode") {
        settings.warn_only = choice(node, keys::MODES, report);
    }
    if let Some(node) = fields.get("tiers") {
        actions(node, &keys::TIERS, &mut settings.tiers, report);
    }
    if let Some(node) = fields.get("base") {
        base(node, &mut settings, report);
    }
    if let Some(node) = fields.get("sources") {
        sources(node, &mut settings, report);
    }
    settings
}

fn actions(node: &Node, known: &[Key], places: &mut [Option<Severity>], report: &mut Report<'_>) {
    let Some(fields) = Fields::of(node, known, report) else {
        return;
    };
    for (key, place) in known.iter().zip(places) {
        *place = fields.get(key.name).and_then(|node| action(node, report));
    }
}

fn base(node: &Node, settings: &mut Settings, report: &mut Report<'_>) {
    let Some(fields) = Fields::of(node, &keys::BASE, report) else {
        return;
    };
    if let Some(node) = fields.get("digest") {
        settings.digest = choice(node, keys::DIGESTS, report);
    }
    settings.max_age = days(&fields, "max-age", "90d", report);
    settings.notice = days(&fields, "end-of-life-notice", "60d", report);
    for (check, place) in Check::ALL.iter().zip(&mut settings.checks) {
        *place = fields
            .get(check.key())
            .and_then(|node| action(node, report));
    }
    if let Some(fields) =
        (fields.get("labels")).and_then(|node| Fields::of(node, keys::LABELS, report))
    {
        for (key, rules) in [
            ("require", &mut settings.require),
            ("forbid", &mut settings.forbid),
        ] {
            if let Some(node) = fields.get(key) {
                *rules = labels(node, report);
            }
        }
    }
}

/// `KEY` and `KEY=GLOB`.
fn labels(node: &Node, report: &mut Report<'_>) -> Vec<LabelRule> {
    let mut rules: Vec<LabelRule> = Vec::new();
    for item in list(node, report) {
        let Some((text, span)) = text(item, report) else {
            continue;
        };
        let rule = LabelRule::parse(text);
        if rule.key.trim() != rule.key || rule.key.is_empty() {
            let help = Some("a key, or a key and a value: maintainer=acme*".into());
            report.error(span, format!("`{text}` names no label"), help);
        } else if rules.contains(&rule) {
            report.error(span, format!("`{text}` is said twice"), None);
        }
        rules.push(rule);
    }
    rules
}

/// A number of days, such as `90d`.
pub(super) fn days(
    fields: &Fields<'_>,
    key: &str,
    example: &str,
    report: &mut Report<'_>,
) -> Option<u32> {
    let (text, span) = fields.optional(key, report)?;
    let days = text
        .strip_suffix('d')
        .filter(|days| days.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|days| days.parse().ok())
        .filter(|days| *days > 0);
    if days.is_none() {
        report.error(
            span,
            format!("`{text}` is no number of days"),
            Some(format!("{key}: {example}")),
        );
    }
    days
}

fn sources(node: &Node, settings: &mut Settings, report: &mut Report<'_>) {
    let Some(fields) = Fields::of(node, &keys::SOURCES, report) else {
        return;
    };
    for (kind, place) in Kind::ALL.iter().zip(&mut settings.sources) {
        let words = match kind.has_checksum() {
            true => keys::CHECKED,
            false => &keys::CHECKED[..3],
        };
        *place = fields
            .get(kind.key())
            .and_then(|node| choice(node, words, report));
    }
}
