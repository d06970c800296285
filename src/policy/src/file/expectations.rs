//! From the tree to a table of tests.

use fromtier_image::{ImageConfig, Platform};

use super::fields::{Fields, read_action, read_choice, read_list, read_text};
use super::report::Report;
use super::yaml::Node;
use crate::Day;
use crate::expectations::{Expectation, Expectations, ExpectedVerdict, Subject};
use crate::request::Via;

/// How an image comes into the build, as rows say it.
const VIA: &[(&str, Via)] = &[
    ("from", Via::From),
    ("copy", Via::CopyFrom),
    ("mount", Via::MountFrom),
];

const ROW: [&str; 16] = [
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
    "via",
    "config",
    "today",
    "why",
];

pub(super) fn read(root: &Node, report: &mut Report<'_>) -> Expectations {
    let mut table = Expectations::default();
    let Some(fields) = Fields::with_names(root, &["today", "policy", "lock", "tests"], report)
    else {
        return table;
    };
    table.today = day(&fields, report);
    table.policy = optional(&fields, "policy", report);
    table.lock = optional(&fields, "lock", report);
    match fields.get("tests") {
        Some(node) => {
            table.entries = read_list(node, report)
                .iter()
                .filter_map(|item| read_entry(item, report))
                .collect();
        }
        None => report.error(fields.span.first(), "`tests` is missing", None),
    }
    table
}

fn read_entry(node: &Node, report: &mut Report<'_>) -> Option<Expectation> {
    let fields = Fields::with_names(node, &ROW, report)?;
    let checksum = optional(&fields, "checksum", report);
    let asked: Vec<(Subject, super::report::Span)> = ["image", "git", "http"]
        .into_iter()
        .filter_map(|key| {
            let (value, span) = fields.optional(key, report)?;
            let subject = match key {
                "git" => Subject::Git(value.to_owned(), checksum.clone()),
                "http" => Subject::Http(value.to_owned(), checksum.clone()),
                _ => Subject::Image(value.to_owned()),
            };
            Some((subject, span))
        })
        .collect();
    if asked.len() != 1 {
        report.error(
            fields.span.first(),
            "expected exactly one of `image`, `git`, and `http`",
            None,
        );
    }
    let verdict = match fields.get("expect") {
        Some(node) => read_action(node, report),
        None => {
            report.error(fields.span.first(), "`expect` is missing", None);
            None
        }
    };
    let code = fields.optional("code", report).and_then(|(text, span)| {
        let code = text.parse::<crate::Code>().ok();
        if code.is_none() {
            let help = "run `fromtier explain` to list all codes".to_owned();
            report.error(span, format!("`{text}` is not a code"), Some(help));
        }
        code
    });
    let platform = fields.optional("platform", report).map(|(platform, span)| {
        if Platform::parse(platform).is_err() {
            let help = "write a platform such as linux/amd64 or linux/arm/v7".to_owned();
            report.error(
                span,
                format!("`{platform}` is not a valid platform"),
                Some(help),
            );
        }
        platform.to_owned()
    });
    let row = Expectation {
        today: day(&fields, report),
        platform,
        stage: optional(&fields, "stage", report),
        file: optional(&fields, "file", report),
        via: match fields.get("via") {
            Some(node) => read_choice(node, VIA, report).unwrap_or(Via::From),
            None => Via::From,
        },
        config: fields.get("config").and_then(|node| config(node, report)),
        note: optional(&fields, "why", report),
        expected: ExpectedVerdict {
            verdict: verdict?,
            code,
            rewritten: optional(&fields, "rewritten", report),
            suggestion: optional(&fields, "suggestion", report),
            pull: optional(&fields, "pull", report),
        },
        place: report.place(asked.first()?.1),
        subject: asked.into_iter().next()?.0,
    };
    Some(row)
}

/// An image's config, as far as policies judge it.
fn config(node: &Node, report: &mut Report<'_>) -> Option<ImageConfig> {
    let fields = Fields::with_names(node, &["created", "user", "labels", "onbuild"], report)?;
    let mut config = ImageConfig {
        created: day_of("created", &fields, report).map(|day| format!("{day}T00:00:00Z")),
        ..ImageConfig::default()
    };
    config.config.user = optional(&fields, "user", report).unwrap_or_default();
    if let Some(node) = fields.get("labels") {
        let labels = texts(node, report).into_iter();
        let pair = |label: String| match label.split_once('=') {
            Some((key, value)) => (key.to_owned(), value.to_owned()),
            None => (label, String::new()),
        };
        config.config.labels = Some(labels.map(pair).collect());
    }
    if let Some(node) = fields.get("onbuild") {
        config.config.on_build = Some(texts(node, report));
    }
    Some(config)
}

fn texts(node: &Node, report: &mut Report<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    for item in read_list(node, report) {
        texts.extend(read_text(item, report).map(|(text, _)| text.to_owned()));
    }
    texts
}

fn day(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Day> {
    day_of("today", fields, report)
}

fn day_of(key: &str, fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Day> {
    let (text, span) = fields.optional(key, report)?;
    let day = Day::parse(text);
    if day.is_none() {
        let help = format!("{key}: 2026-11-24");
        report.error(span, format!("`{text}` is not a valid date"), Some(help));
    }
    day
}

fn optional(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Option<String> {
    fields
        .get(key)
        .and_then(|node| read_text(node, report))
        .map(|(text, _)| text.to_owned())
}
