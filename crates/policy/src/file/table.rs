//! From the tree to a table of tests.

use super::fields::{Fields, action, list, text};
use super::report::Report;
use super::yaml::Node;
use crate::Day;
use crate::table::{Ask, Expected, Row, Table};
use fromtier_image::Platform;

const ROW: [&str; 14] = [
    "image",
    "git",
    "http",
    "checksum",
    "expect",
    "code",
    "rewritten",
    "suggestion",
    "pull",
    "platform",
    "stage",
    "file",
    "today",
    "why",
];

pub(super) fn table(root: &Node, report: &mut Report<'_>) -> Table {
    let mut table = Table::default();
    let Some(fields) = Fields::among(root, &["today", "policy", "lock", "tests"], report) else {
        return table;
    };
    table.today = day(&fields, report);
    table.policy = optional(&fields, "policy", report);
    table.lock = optional(&fields, "lock", report);
    match fields.get("tests") {
        Some(node) => {
            table.rows = list(node, report)
                .iter()
                .filter_map(|item| row(item, report))
                .collect();
        }
        None => report.error(fields.span.first(), "`tests` is missing here", None),
    }
    table
}

fn row(node: &Node, report: &mut Report<'_>) -> Option<Row> {
    let fields = Fields::among(node, &ROW, report)?;
    let checksum = optional(&fields, "checksum", report);
    let asked: Vec<(Ask, super::report::Span)> = ["image", "git", "http"]
        .into_iter()
        .filter_map(|key| {
            let (value, span) = fields.optional(key, report)?;
            let ask = match key {
                "git" => Ask::Git(value.to_owned(), checksum.clone()),
                "http" => Ask::Http(value.to_owned(), checksum.clone()),
                _ => Ask::Image(value.to_owned()),
            };
            Some((ask, span))
        })
        .collect();
    if asked.len() != 1 {
        report.error(
            fields.span.first(),
            "a row asks of one source: `image`, `git` or `http`",
            None,
        );
    }
    let verdict = match fields.get("expect") {
        Some(node) => action(node, report),
        None => {
            report.error(fields.span.first(), "`expect` is missing here", None);
            None
        }
    };
    let code = fields.optional("code", report).map(|(code, span)| {
        if !crate::CODES.iter().any(|known| known.code == code) {
            let help = "fromtier explain lists them".to_owned();
            report.error(span, format!("`{code}` is no code"), Some(help));
        }
        code.to_owned()
    });
    let platform = fields.optional("platform", report).map(|(platform, span)| {
        if Platform::parse(platform).is_err() {
            let help = "linux/amd64, linux/arm/v7".to_owned();
            report.error(span, format!("`{platform}` is no platform"), Some(help));
        }
        platform.to_owned()
    });
    let row = Row {
        today: day(&fields, report),
        platform,
        stage: optional(&fields, "stage", report),
        file: optional(&fields, "file", report),
        why: optional(&fields, "why", report),
        expect: Expected {
            verdict: verdict?,
            code,
            rewritten: optional(&fields, "rewritten", report),
            suggestion: optional(&fields, "suggestion", report),
            pull: optional(&fields, "pull", report),
        },
        at: report.place(asked.first()?.1),
        ask: asked.into_iter().next()?.0,
    };
    Some(row)
}

fn day(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Day> {
    let (text, span) = fields.optional("today", report)?;
    let day = Day::parse(text);
    if day.is_none() {
        let help = "today: 2026-11-24".to_owned();
        report.error(
            span,
            format!("`{text}` is no day of the calendar"),
            Some(help),
        );
    }
    day
}

fn optional(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Option<String> {
    fields
        .get(key)
        .and_then(|node| text(node, report))
        .map(|(text, _)| text.to_owned())
}
