//! Reads image patterns and image rules.

use fromtier_image::{Digest, ImageRef};

use super::fields::{Fields, read_action, read_list, read_text};
use super::keys;
use super::report::{Report, Span};
use super::yaml::{Node, Value};
use super::{setting_places, settings};
use crate::image_rule::{ImageRule, Tags};
use crate::index::Index;
use crate::pattern::Pattern;
use crate::tag_range::TagRange;

pub(super) fn read_pattern(text: &str, span: Span, report: &mut Report<'_>) -> Option<Pattern> {
    match Pattern::parse(text) {
        Ok(mut pattern) => {
            pattern.at = Some(report.place(span));
            Some(pattern)
        }
        Err(problem) => {
            report.error(span, problem, None);
            None
        }
    }
}

/// Reads the `match` of a mapping, and its place.
pub(super) fn read_match(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<(Pattern, Span)> {
    let (text, span) = fields.required("match", report)?;
    Some((read_pattern(text, span, report)?, span))
}

pub(super) fn read_patterns(node: &Node, report: &mut Report<'_>) -> Vec<Pattern> {
    read_patterns_with(node, report, read_pattern)
}

/// Reads registries and repositories. A host alone matches all of its repositories.
pub(super) fn read_registries(node: &Node, report: &mut Report<'_>) -> Vec<Pattern> {
    read_patterns_with(node, report, |text, span, report| {
        if text.contains('/') {
            return read_pattern(text, span, report);
        }
        let is_host = text.contains(['.', ':']) || text == "localhost";
        if !is_host {
            report.error(
                span,
                format!("`{text}` is not a registry name, so this entry can never match"),
                Some("write a host, or a host and repositories: ghcr.io/acme/**".into()),
            );
            return None;
        }
        let mut all = read_pattern(&format!("{text}/**"), span, report)?;
        text.clone_into(&mut all.text);
        Some(all)
    })
}

fn read_patterns_with(
    node: &Node,
    report: &mut Report<'_>,
    read: impl Fn(&str, Span, &mut Report<'_>) -> Option<Pattern>,
) -> Vec<Pattern> {
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut spans = Vec::new();
    for item in read_list(node, report) {
        let Some((text, span)) = read_text(item, report) else {
            continue;
        };
        let Some(pattern) = read(text, span, report) else {
            continue;
        };
        patterns.push(pattern);
        spans.push(span);
    }
    let index = Index::new(patterns.iter());
    for (at, pattern) in patterns.iter().enumerate() {
        let earlier = index
            .covering_candidates(pattern)
            .into_iter()
            .take_while(|i| *i < at)
            .find(|i| patterns[*i].covers(pattern));
        if let Some(earlier) = earlier {
            report.error(
                spans[at],
                format!(
                    "`{}` has no effect; `{}` above already matches all of it",
                    pattern.text, patterns[earlier].text
                ),
                None,
            );
        }
    }
    patterns
}

/// An image rule, with the places of its pattern and its preferred image.
pub(super) struct ReadImageRule {
    pub rule: ImageRule,
    pub span: Span,
    pub prefer: Span,
}

pub(super) fn read_image_rule(node: &Node, report: &mut Report<'_>) -> Option<ReadImageRule> {
    let fields = Fields::with_keys(node, keys::IMAGE, report)?;
    let matched = read_match(&fields, report);
    let effects = ["tags", "variants", "prefer", "action", "base"];
    if effects.iter().all(|key| fields.get(key).is_none()) {
        report.error(
            fields.span.first(),
            "this rule has no effect",
            Some("set `tags`, `variants`, `prefer`, `action`, or `base`".into()),
        );
    }
    let digests = fields.get("digests").map(|node| read_digests(node, report));
    let settings = settings::read_image_base(&fields, report);
    let places = setting_places::read(&fields, report);
    let tags = fields.get("tags").and_then(|node| read_tags(node, report));
    let mut variants = Vec::new();
    if let Some(node) = fields.get("variants") {
        for item in read_list(node, report) {
            let Some((word, span)) = read_text(item, report) else {
                continue;
            };
            if word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.') {
                variants.push(word.to_owned());
            } else {
                let help = "a variant is one part between the dashes of a tag, such as `alpine`";
                report.error(span, format!("`{word}` can never match"), Some(help.into()));
            }
        }
    }
    let prefer =
        fields
            .optional("prefer", report)
            .and_then(|(text, span)| match ImageRef::parse(text) {
                Ok(image) => Some((image, span)),
                Err(problem) => {
                    report.error(
                        span,
                        format!("`{text}` is not a valid image reference: {problem}"),
                        None,
                    );
                    None
                }
            });
    let action = fields
        .get("action")
        .and_then(|node| read_action(node, report));
    let reason = fields
        .optional("reason", report)
        .map(|(text, _)| text.to_owned());
    let (pattern, span) = matched?;
    Some(ReadImageRule {
        span,
        prefer: prefer.as_ref().map_or(span, |(_, span)| *span),
        rule: ImageRule {
            pattern,
            digests: digests.unwrap_or_default(),
            tags,
            variants,
            prefer: prefer.map(|(image, _)| image),
            action,
            reason,
            settings,
            places,
        },
    })
}

fn read_digests(node: &Node, report: &mut Report<'_>) -> Vec<Digest> {
    let mut digests = Vec::new();
    for item in read_list(node, report) {
        let Some((text, span)) = read_text(item, report) else {
            continue;
        };
        match Digest::parse(text) {
            Ok(digest) if digests.contains(&digest) => {
                report.error(span, format!("`{text}` is listed twice"), None);
            }
            Ok(digest) => digests.push(digest),
            Err(problem) => {
                let message = format!("`{text}` is not a valid digest: {problem}");
                let help = "write the whole digest: sha256:<64 hexadecimal digits>";
                report.error(span, message, Some(help.into()));
            }
        }
    }
    digests
}

fn read_tags(node: &Node, report: &mut Report<'_>) -> Option<Tags> {
    if let Value::List(_) = node.value {
        let mut globs = Vec::new();
        for item in read_list(node, report) {
            let Some((glob, span)) = read_text(item, report) else {
                continue;
            };
            if glob.starts_with(['<', '>', '=']) {
                let help = format!("write it without the list: tags: \"{glob}\"");
                report.error(
                    span,
                    format!("`{glob}` is a version range, but a list contains globs"),
                    Some(help),
                );
            } else if glob
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-*".contains(c))
            {
                globs.push(glob.to_owned());
            } else {
                report.error(
                    span,
                    format!("`{glob}` is not a valid tag glob, so it can never match"),
                    None,
                );
            }
        }
        return Some(Tags::Globs(globs));
    }
    let (range, span) = read_text(node, report)?;
    match TagRange::parse(range) {
        Ok(range) => Some(Tags::Range(range)),
        Err(problem) => {
            report.error(
                span,
                problem,
                Some("to use globs, write a list: [\"22-*\", lts]".into()),
            );
            None
        }
    }
}
