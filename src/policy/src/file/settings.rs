//! Reads the settings of a policy and of its profiles.

use super::fields::{Fields, read_action, read_choice, read_list, read_text};
use super::keys::{self, Key};
use super::report::Report;
use super::yaml::Node;
use crate::download::{DownloadRule, UrlPattern};
use crate::settings::{Check, LabelRule, Settings, SourceKind, Trap};
use crate::tier::Tier;

/// Reads `mode`, `tiers`, `base`, `sources`, and `dockerfile` of a mapping.
pub(super) fn read(fields: &Fields<'_>, report: &mut Report<'_>) -> Settings {
    let mut settings = Settings::default();
    if let Some(node) = fields.get("mode") {
        settings.warn_only = read_choice(node, keys::MODES, report);
    }
    if let Some(node) = fields.get("tiers") {
        read_tiers(node, &mut settings, report);
    }
    if let Some(node) = fields.get("base") {
        read_base(node, keys::BASE, &mut settings, report);
    }
    if let Some(node) = fields.get("sources") {
        read_sources(node, &mut settings, report);
    }
    if let Some(node) = fields.get("dockerfile") {
        read_traps(node, &mut settings, report);
    }
    settings
}

fn read_tiers(node: &Node, settings: &mut Settings, report: &mut Report<'_>) {
    let Some(fields) = Fields::with_keys(node, keys::TIERS, report) else {
        return;
    };
    for tier in Tier::ALL {
        let node = fields.get(tier.key());
        *settings.tiers.get_mut(*tier) = node.and_then(|node| read_action(node, report));
    }
}

/// Reads the `base` of an image rule.
pub(super) fn read_image_base(fields: &Fields<'_>, report: &mut Report<'_>) -> Settings {
    let mut settings = Settings::default();
    if let Some(node) = fields.get("base") {
        read_base(node, keys::IMAGE_BASE, &mut settings, report);
    }
    settings
}

/// Reads a `base` with these keys.
fn read_base(node: &Node, keys: &'static [Key], settings: &mut Settings, report: &mut Report<'_>) {
    let Some(fields) = Fields::with_keys(node, keys, report) else {
        return;
    };
    if let Some(node) = fields.get("digest") {
        settings.digest = read_choice(node, keys::DIGESTS, report);
    }
    settings.max_age = read_days(&fields, "max-age", "90d", report);
    settings.notice = read_days(&fields, "end-of-life-notice", "60d", report);
    for check in Check::ALL {
        let node = fields.get(check.key());
        *settings.checks.get_mut(*check) = node.and_then(|node| read_action(node, report));
    }
    if let Some(fields) =
        (fields.get("labels")).and_then(|node| Fields::with_keys(node, keys::LABELS, report))
    {
        for (key, rules) in [
            ("require", &mut settings.require),
            ("forbid", &mut settings.forbid),
        ] {
            if let Some(node) = fields.get(key) {
                *rules = read_labels(node, report);
            }
        }
    }
}

/// Reads label rules: `KEY` and `KEY=GLOB`.
fn read_labels(node: &Node, report: &mut Report<'_>) -> Vec<LabelRule> {
    let mut rules: Vec<LabelRule> = Vec::new();
    for item in read_list(node, report) {
        let Some((text, span)) = read_text(item, report) else {
            continue;
        };
        let rule = LabelRule::parse(text);
        if rule.key.trim() != rule.key || rule.key.is_empty() {
            let help = Some("write a key, or a key and a value: maintainer=acme*".into());
            report.error(span, format!("`{text}` is not a valid label"), help);
        } else if rules.contains(&rule) {
            report.error(span, format!("`{text}` is listed twice"), None);
        }
        rules.push(rule);
    }
    rules
}

/// Reads a number of days, such as `90d`.
pub(super) fn read_days(
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
            format!("expected a number of days such as `{example}`, found `{text}`"),
            Some(format!("{key}: {example}")),
        );
    }
    days
}

fn read_traps(node: &Node, settings: &mut Settings, report: &mut Report<'_>) {
    let Some(fields) = Fields::with_keys(node, keys::DOCKERFILE, report) else {
        return;
    };
    for trap in Trap::ALL {
        let node = fields.get(trap.key());
        *settings.traps.get_mut(*trap) = node.and_then(|node| read_action(node, report));
    }
}

fn read_sources(node: &Node, settings: &mut Settings, report: &mut Report<'_>) {
    let Some(fields) = Fields::with_keys(node, keys::SOURCES, report) else {
        return;
    };
    for kind in SourceKind::ALL {
        let words = if kind.has_checksum() {
            keys::CHECKED
        } else {
            keys::UNCHECKED
        };
        let node = fields.get(kind.key());
        *settings.sources.get_mut(*kind) = node.and_then(|node| read_choice(node, words, report));
    }
}

/// Reads a rule under `downloads`.
pub(super) fn read_download(node: &Node, report: &mut Report<'_>) -> Option<DownloadRule> {
    let fields = Fields::with_keys(node, keys::DOWNLOAD, report)?;
    let pattern = fields.required("match", report).and_then(|(text, span)| {
        let parsed = UrlPattern::parse(text);
        parsed
            .map_err(|problem| report.error(span, problem, None))
            .ok()
    });
    let rule = match fields.get("action") {
        Some(node) => read_choice(node, keys::CHECKED, report),
        None => {
            fields.required("action", report);
            None
        }
    };
    let reason = fields.optional("reason", report);
    Some(DownloadRule {
        pattern: pattern?,
        rule: rule?,
        reason: reason.map(|(text, _)| text.to_owned()),
    })
}
