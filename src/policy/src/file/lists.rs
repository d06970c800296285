//! Reads mirrors, exceptions, and the labels of a repository.

use fromtier_catalog::Day;
use fromtier_image::ImageRef;

use super::fields::{Fields, read_list, read_text};
use super::images::read_match;
use super::keys;
use super::paths::read_dockerfile_path;
use super::report::{Report, Span};
use super::yaml::Node;
use crate::code::Code;
use crate::pattern::{Pattern, canonical_registry};
use crate::policy::{Exception, Mirror};

pub(super) fn read_mirrors(node: &Node, report: &mut Report<'_>) -> Vec<Mirror> {
    let mut mirrors: Vec<Mirror> = Vec::new();
    let Some(fields) = Fields::with_any(node, report) else {
        return mirrors;
    };
    for entry in fields.entries() {
        let domain = ImageRef::parse(&format!("{}/a/b", entry.key))
            .ok()
            .filter(|image| image.path() == "a/b");
        if domain.is_none() {
            let message = format!(
                "`{}` is not a registry name, so this entry can never match",
                entry.key
            );
            report.error(
                entry.key_span,
                message,
                Some("docker.io: registry.example.com/hub".into()),
            );
        }
        let Some((prefix, span)) = read_text(&entry.value, report) else {
            continue;
        };
        let through = ImageRef::parse(&format!("{prefix}/a/b")).ok();
        let is_prefix = through.is_some_and(|image| {
            image.to_string() == format!("{prefix}/a/b") && image.domain().contains(['.', ':'])
        });
        if !is_prefix {
            let help =
                Some("write a registry, or a registry and a path: registry.example.com/hub".into());
            report.error(span, format!("`{prefix}` is not a valid mirror"), help);
        }
        let registry = canonical_registry(&entry.key);
        if let Some(other) = mirrors.iter().find(|other| other.registry == registry) {
            let message = format!(
                "`{}` already has a mirror: it is the same registry as {}",
                entry.key, other.registry
            );
            report.error(entry.key_span, message, None);
        }
        mirrors.push(Mirror {
            registry,
            prefix: prefix.to_owned(),
        });
    }
    mirrors
}

/// Reads an exception, and returns it with its place.
pub(super) fn read_exception(node: &Node, report: &mut Report<'_>) -> Option<(Exception, Span)> {
    let fields = Fields::with_keys(node, keys::EXCEPTION, report)?;
    let span = fields.span.first();
    let every_image = || Some((Pattern::parse("**").ok()?, span));
    let matched = match fields.get("match") {
        Some(_) => read_match(&fields, report),
        None if fields.get("files").is_some() || fields.get("labels").is_some() => every_image(),
        None => {
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
