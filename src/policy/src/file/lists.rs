//! Reads mirrors, exceptions, and the labels of a repository.

use fromtier_catalog::Day;
use fromtier_image::ImageRef;

use super::fields::{Fields, read_choice, read_list, read_text};
use super::images::read_match;
use super::keys;
use super::paths::read_dockerfile_path;
use super::report::{Report, Span};
use super::yaml::{Node, Value};
use crate::code::Code;
use crate::pattern::{Pattern, mirrored_part};
use crate::policy::{Exception, Mirror};

pub(super) fn read_mirrors(node: &Node, report: &mut Report<'_>) -> Vec<Mirror> {
    let mut mirrors: Vec<Mirror> = Vec::new();
    let Some(fields) = Fields::with_any(node, report) else {
        return mirrors;
    };
    for entry in fields.entries() {
        let from = mirrored_part(&entry.key);
        if from.is_none() {
            let message = format!(
                "`{}` is not a registry, or a registry and a path, so this entry can never match",
                entry.key
            );
            report.error(
                entry.key_span,
                message,
                Some("docker.io: registry.example.com/hub".into()),
            );
        }
        let Some((prefix, fallback)) = read_mirror(&entry.value, report) else {
            continue;
        };
        let Some(from) = from else { continue };
        if let Some(other) = mirrors.iter().find(|other| other.from == from) {
            let message = format!(
                "`{}` already has a mirror: it is the same registry as {}",
                entry.key, other.from
            );
            report.error(entry.key_span, message, None);
        }
        let place = mirrored_part(&prefix).unwrap_or_else(|| prefix.clone());
        if place == from {
            let message = format!("`{}` is its own mirror", entry.key);
            report.error(entry.key_span, message, Some("remove the entry".into()));
        }
        mirrors.push(Mirror {
            from,
            prefix,
            place,
            fallback,
        });
    }
    mirrors
}

/// Reads where a mirror is, and whether its images may come from their own registry.
fn read_mirror(node: &Node, report: &mut Report<'_>) -> Option<(String, bool)> {
    let (text, fallback) = match &node.value {
        Value::Map(_) => {
            let fields = Fields::with_keys(node, keys::MIRROR, report)?;
            let fallback = fields.get("fallback");
            let fallback = fallback.and_then(|node| read_choice(node, keys::BOOLEANS, report));
            (fields.required("to", report)?, fallback.unwrap_or(false))
        }
        _ => (read_text(node, report)?, false),
    };
    let (prefix, span) = text;
    let through = ImageRef::parse(&format!("{prefix}/a/b")).ok();
    let is_prefix = through.is_some_and(|image| {
        image.to_string() == format!("{prefix}/a/b") && image.domain().contains(['.', ':'])
    });
    if !is_prefix {
        let help =
            Some("write a registry, or a registry and a path: registry.example.com/hub".into());
        report.error(span, format!("`{prefix}` is not a valid mirror"), help);
    }
    Some((prefix.to_owned(), fallback))
}

/// Reads an exception, and returns it with its place.
pub(super) fn read_exception(node: &Node, report: &mut Report<'_>) -> Option<(Exception, Span)> {
    let fields = Fields::with_keys(node, keys::EXCEPTION, report)?;
    let span = fields.span.first();
    let parts = fields.get("files").or(fields.get("labels"));
    let matched = match (fields.get("match"), parts) {
        (Some(_), _) => read_match(&fields, report),
        (None, Some(part)) => Pattern::parse("**").ok().map(|every| (every, part.span)),
        (None, None) => {
            let help = "set `match`, `files`, or `labels`";
            report.error(
                span,
                "`match` is missing, so the exception applies to nothing",
                Some(help.into()),
            );
            None
        }
    };
    let until = fields.required("until", report).and_then(|(text, span)| {
        let day = Day::parse(text);
        if day.is_none() {
            report.error(
                span,
                format!("`{text}` is not a valid date"),
                Some("until: 2027-03-31".into()),
            );
        }
        day
    });
    let owner = fields.required("owner", report);
    let reason = fields.required("reason", report);
    let mut rules = Vec::new();
    if let Some(node) = fields.get("rules") {
        for item in read_list(node, report) {
            let Some((code, span)) = read_text(item, report) else {
                continue;
            };
            match parse_liftable_code(code) {
                Ok(code) => rules.push(code),
                Err(problem) => report.error(span, problem, None),
            }
        }
    }
    let mut files = Vec::new();
    if let Some(node) = fields.get("files") {
        for item in read_list(node, report) {
            if let Some((text, span)) = read_text(item, report) {
                files.extend(read_dockerfile_path(text, span, report));
            }
        }
    }
    let labels = fields
        .get("labels")
        .map(|node| read_repository_labels(node, report));
    let ((pattern, span), until, (owner, _), (reason, _)) = (matched?, until?, owner?, reason?);
    let exception = Exception {
        at: Some(report.place(span)),
        pattern,
        has_match: fields.get("match").is_some(),
        until,
        owner: owner.to_owned(),
        reason: reason.to_owned(),
        rules,
        files,
        labels: labels.unwrap_or_default(),
    };
    Some((exception, span))
}

/// Reads the labels of a repository.
pub(super) fn read_repository_labels(node: &Node, report: &mut Report<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for item in read_list(node, report) {
        let Some((name, span)) = read_text(item, report) else {
            continue;
        };
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if !name.chars().all(is_allowed) {
            let help = Some("use letters, digits, `-`, `_`, `.`, and `/`".into());
            report.error(span, format!("`{name}` is not a valid label"), help);
        } else if names.iter().any(|other| other == name) {
            report.error(span, format!("`{name}` is listed twice"), None);
        }
        names.push(name.to_owned());
    }
    names
}

/// Parses the code of a rule that an exception can lift.
fn parse_liftable_code(text: &str) -> Result<Code, String> {
    let code: Code = text
        .parse()
        .map_err(|_| format!("`{text}` is not a rule"))?;
    if code.is_liftable() {
        Ok(code)
    } else {
        Err(format!("`{code}` can't be lifted by an exception"))
    }
}
