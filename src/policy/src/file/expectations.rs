//! Reads files of expectations: `policy.test.yaml`.

use fromtier_image::{ImageConfig, Platform};

use super::fields::{Fields, read_action, read_choice, read_list, read_text};
use super::report::Report;
use super::yaml::Node;
use crate::Day;
use crate::expectations::{Expectation, Expectations, ExpectedVerdict, Subject};
use crate::request::Via;

/// The values of `via`: how an image comes into the build.
const VIA: &[(&str, Via)] = &[
    ("from", Via::From),
    ("copy", Via::CopyFrom),
    ("mount", Via::MountFrom),
];

/// The keys of an entry.
const ENTRY: [&str; 16] = [
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
    let mut expectations = Expectations::default();
    let Some(fields) = Fields::with_names(root, &["today", "policy", "lock", "tests"], report)
    else {
        return expectations;
    };
    expectations.today = read_today(&fields, report);
    expectations.policy = read_optional(&fields, "policy", report);
    expectations.lock = read_optional(&fields, "lock", report);
    match fields.get("tests") {
        Some(node) => {
            expectations.entries = read_list(node, report)
                .iter()
                .filter_map(|item| read_entry(item, report))
                .collect();
        }
        None => report.error(fields.span.first(), "`tests` is missing", None),
    }
    expectations
}

fn read_entry(node: &Node, report: &mut Report<'_>) -> Option<Expectation> {
    let fields = Fields::with_names(node, &ENTRY, report)?;
    let checksum = read_optional(&fields, "checksum", report);
    let subjects: Vec<(Subject, super::report::Span)> = ["image", "git", "http"]
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
    if subjects.len() != 1 {
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
    Some(Expectation {
        today: read_today(&fields, report),
        platform,
        stage: read_optional(&fields, "stage", report),
        file: read_optional(&fields, "file", report),
        via: match fields.get("via") {
            Some(node) => read_choice(node, VIA, report).unwrap_or(Via::From),
            None => Via::From,
        },
        config: fields
            .get("config")
            .and_then(|node| read_config(node, report)),
        note: read_optional(&fields, "why", report),
        expected: ExpectedVerdict {
            verdict: verdict?,
            code,
            rewritten: read_optional(&fields, "rewritten", report),
            suggestion: read_optional(&fields, "suggestion", report),
            pull: read_optional(&fields, "pull", report),
        },
        place: report.place(subjects.first()?.1),
        subject: subjects.into_iter().next()?.0,
    })
}

/// Reads the parts of an image's config that policies judge.
fn read_config(node: &Node, report: &mut Report<'_>) -> Option<ImageConfig> {
    let fields = Fields::with_names(node, &["created", "user", "labels", "onbuild"], report)?;
    let mut config = ImageConfig {
        created: read_day("created", &fields, report).map(|day| format!("{day}T00:00:00Z")),
        ..ImageConfig::default()
    };
    config.config.user = read_optional(&fields, "user", report).unwrap_or_default();
    if let Some(node) = fields.get("labels") {
        let labels = read_texts(node, report).into_iter();
        let pair = |label: String| match label.split_once('=') {
            Some((key, value)) => (key.to_owned(), value.to_owned()),
            None => (label, String::new()),
        };
        config.config.labels = Some(labels.map(pair).collect());
    }
    if let Some(node) = fields.get("onbuild") {
        config.config.on_build = Some(read_texts(node, report));
    }
    Some(config)
}

fn read_texts(node: &Node, report: &mut Report<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    for item in read_list(node, report) {
        texts.extend(read_text(item, report).map(|(text, _)| text.to_owned()));
    }
    texts
}

fn read_today(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Day> {
    read_day("today", fields, report)
}

fn read_day(key: &str, fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Day> {
    let (text, span) = fields.optional(key, report)?;
    let day = Day::parse(text);
    if day.is_none() {
        let help = format!("{key}: 2026-11-24");
        report.error(span, format!("`{text}` is not a valid date"), Some(help));
    }
    day
}

fn read_optional(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Option<String> {
    fields
        .get(key)
        .and_then(|node| read_text(node, report))
        .map(|(text, _)| text.to_owned())
}
