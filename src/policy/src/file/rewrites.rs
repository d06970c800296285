//! Reads rewrite rules.

use super::fields::{Fields, read_choice, read_text};
use super::images::read_match;
use super::keys;
use super::report::{Report, Span};
use super::yaml::{MapEntry, Node, Value};
use crate::glob::Glob;
use crate::pattern::identity;
use crate::rewrite::{MappedTag, RequestedDigest, Rewrite, unfillable};

/// The places of a rule's parts.
#[derive(Debug)]
pub(super) struct RewritePlaces {
    pub pattern: Span,
    pub target: Span,
    /// The new tags under `tags`.
    pub tags: Vec<Span>,
}

/// Reads a rewrite rule and the places of its parts.
pub(super) fn read_rewrite(
    node: &Node,
    report: &mut Report<'_>,
) -> Option<(Rewrite, RewritePlaces)> {
    let fields = Fields::with_keys(node, keys::REWRITE, report)?;
    let matched = read_match(&fields, report);
    let to = fields.required("to", report);
    let reason = fields
        .optional("reason", report)
        .map(|(text, _)| text.to_owned());
    let digest = fields
        .get("digest")
        .and_then(|node| read_choice(node, keys::REQUESTED_DIGESTS, report));
    let ((pattern, at), (to, target)) = (matched?, to?);
    let stars = pattern.stars();
    let mut parts = RewritePlaces {
        pattern: at,
        target,
        tags: Vec::new(),
    };
    let mut tags = Vec::new();
    if let Some(node) = fields.get("tags") {
        for entry in tag_entries(node, report) {
            if let Some((mapped, span)) = read_mapped_tag(entry, stars, &tags, report) {
                tags.push(mapped);
                parts.tags.push(span);
            }
        }
    }
    let rule = Rewrite {
        pattern,
        to: to.to_owned(),
        tags,
        digest: digest.unwrap_or_default(),
        reason,
    };
    if let Some(problem) = unfillable(to, stars) {
        report.error(target, problem, None);
        return None;
    }
    if let (Some(node), true) = (fields.get("tags"), rule.has_own_tag()) {
        let message = format!("`{to}` has its own tag, so `tags` has no effect");
        report.error(
            node.span,
            message,
            Some("write {tag} instead of the tag, or remove the tag".into()),
        );
    }
    if let (Some(node), RequestedDigest::Keep, false) =
        (fields.get("digest"), rule.digest, rule.keeps_tag())
    {
        report.error(
            node.span,
            "the digest can't be kept, because this rule changes the tag",
            Some("write `digest: drop`, or keep the tag: no `tags`, and no tag in `to`".into()),
        );
    }
    // Try the rule on an image that it matches.
    let Some(example) = rule.pattern.example() else {
        return Some((rule, parts));
    };
    if let Err(problem) = rule.target_for(&example, None) {
        report.error(target, problem, None);
        return None;
    }
    for (mapped, at) in rule.tags.iter().zip(&parts.tags) {
        let requested = example.clone().with_tag(&mapped.glob.example("0"));
        let rewritten = requested.map(|image| rule.target_for(&image, Some(mapped)));
        if let Ok(Err(problem)) = rewritten {
            report.error(*at, problem, None);
        }
    }
    Some((rule, parts))
}

/// Reads an alias: a rule like one that rewrites, which keeps the tag and the digest.
pub(super) fn read_alias(node: &Node, report: &mut Report<'_>) -> Option<Rewrite> {
    let fields = Fields::with_keys(node, keys::ALIAS, report)?;
    let matched = read_match(&fields, report);
    let is = fields.required("is", report);
    let reason = fields.optional("reason", report);
    let ((pattern, _), (to, span)) = (matched?, is?);
    if let Some(problem) = unfillable(to, pattern.stars()) {
        report.error(span, problem, None);
        return None;
    }
    let rule = Rewrite {
        pattern,
        to: to.to_owned(),
        tags: Vec::new(),
        digest: RequestedDigest::Keep,
        reason: reason.map(|(text, _)| text.to_owned()),
    };
    if !rule.keeps_tag() {
        let help = "name the image without a tag; an alias has the tags of the image that it is";
        report.error(span, format!("`{to}` has its own tag"), Some(help.into()));
        return None;
    }
    let example = rule.pattern.example()?;
    match rule.target_for(&example, None) {
        Ok(target) if identity(&target) == identity(&example) => {
            report.error(
                span,
                "this is the image itself, so the alias has no effect",
                None,
            );
            None
        }
        Ok(_) => Some(rule),
        Err(problem) => {
            report.error(span, problem, None);
            None
        }
    }
}

/// Returns the entries of a mapping, or of a list of mappings.
fn tag_entries<'n>(node: &'n Node, report: &mut Report<'_>) -> Vec<&'n MapEntry> {
    let entries_of = |node: &'n Node, report: &mut Report<'_>| {
        let fields = Fields::with_any(node, report);
        let entries = fields.map_or(&[][..], |fields| fields.entries());
        if entries.is_empty() {
            report.error(node.span, "expected tag globs, each with a tag", None);
        }
        entries.iter()
    };
    match &node.value {
        Value::List(items) if !items.is_empty() => items
            .iter()
            .flat_map(|item| entries_of(item, report))
            .collect(),
        _ => entries_of(node, report).collect(),
    }
}

/// Reads an entry of `tags`, and the place of its new tag. `stars` is the number of stars in the rule's `match`.
fn read_mapped_tag(
    entry: &MapEntry,
    stars: usize,
    earlier_entries: &[MappedTag],
    report: &mut Report<'_>,
) -> Option<(MappedTag, Span)> {
    let (to, span) = read_text(&entry.value, report)?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-*".contains(c);
    if entry.key.is_empty() || !entry.key.chars().all(is_allowed) {
        let message = format!(
            "`{}` is not a valid tag glob, so it can never match",
            entry.key
        );
        report.error(entry.key_span, message, None);
        return None;
    }
    let glob = Glob::of_word(&entry.key);
    if let Some(earlier) = earlier_entries
        .iter()
        .find(|earlier| earlier.glob.covers(&glob))
    {
        let message = format!(
            "`{}` can never match, because `{}` above already matches all of it",
            entry.key, earlier.text
        );
        report.error(entry.key_span, message, None);
    }
    if let Some(problem) = unfillable(to, stars + glob.stars()) {
        report.error(span, problem, None);
        return None;
    }
    let mapped = MappedTag {
        glob,
        text: entry.key.clone(),
        to: to.to_owned(),
    };
    Some((mapped, span))
}
