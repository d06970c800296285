//! From the tree to the policy, key by key.

use super::check;
use super::fields::{Fields, action, choice, list, text};
use super::report::{Report, Span};
use super::yaml::{Node, Value};
use crate::Place;
use crate::index::Index;
use crate::pattern::Pattern;
use crate::policy::{
    Base, DigestRule, Exception, ImageRule, Mirror, Policy, Rewrite, SourceRule, Sources, Tags,
    Tier,
};
use crate::range::Range;
use crate::verdict::Severity;
use fromtier_catalog::Day;
use fromtier_image::ImageRef;

const KEYS: [&str; 13] = [
    "version",
    "mode",
    "tiers",
    "internal",
    "verified-publisher",
    "open-source",
    "rewrite",
    "images",
    "base",
    "mirrors",
    "sources",
    "exceptions",
    "description",
];

/// Where the rules of a list stand, for complaints about how they go together.
#[derive(Default)]
pub(super) struct Places {
    pub rewrites: Vec<Span>,
    pub targets: Vec<Span>,
    pub images: Vec<Span>,
    pub prefers: Vec<Span>,
    pub exceptions: Vec<Span>,
}

pub(super) fn policy(root: &Node, report: &mut Report<'_>) -> Policy {
    let mut policy = Policy::default();
    let mut places = Places::default();
    let Some(fields) = Fields::of(root, &KEYS, report) else {
        return policy;
    };
    match fields.required("version", report) {
        Some(("1", _)) | None => {}
        Some((other, span)) => report.error(
            span,
            format!("version `{other}` is not known"),
            Some("version: 1".into()),
        ),
    }
    if let Some(node) = fields.get("mode") {
        policy.warn_only =
            choice(node, &[("enforce", false), ("warn", true)], report).unwrap_or(false);
    }
    if let Some(node) = fields.get("description") {
        text(node, report);
    }
    if let Some(node) = fields.get("tiers") {
        tiers(node, &mut policy, report);
    }
    for (key, list) in [
        ("internal", &mut policy.internal),
        ("verified-publisher", &mut policy.verified),
        ("open-source", &mut policy.open_source),
    ] {
        if let Some(node) = fields.get(key) {
            *list = patterns(node, report);
        }
    }
    if let Some(node) = fields.get("rewrite") {
        for item in list(node, report) {
            rewrite(item, &mut policy, &mut places, report);
        }
    }
    if let Some(node) = fields.get("images") {
        for item in list(node, report) {
            image_rule(item, &mut policy, &mut places, report);
        }
    }
    if let Some(node) = fields.get("base") {
        policy.base = base(node, report);
    }
    if let Some(node) = fields.get("mirrors") {
        policy.mirrors = mirrors(node, report);
    }
    if let Some(node) = fields.get("sources") {
        policy.sources = sources(node, report);
    }
    if let Some(node) = fields.get("exceptions") {
        for item in list(node, report) {
            exception(item, &mut policy, &mut places, report);
        }
    }
    policy.settings = settings(&fields, report);
    check::together(&policy, &places, report);
    policy
}

fn tiers(node: &Node, policy: &mut Policy, report: &mut Report<'_>) {
    let keys = Tier::ALL.map(Tier::key);
    let Some(fields) = Fields::of(node, &keys, report) else {
        return;
    };
    for (index, key) in keys.iter().enumerate() {
        if let Some(node) = fields.get(key) {
            policy.tiers[index] = action(node, report);
        }
    }
}

fn pattern(text: &str, span: Span, report: &mut Report<'_>) -> Option<Pattern> {
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

/// Where each setting stands that is not a rule of a list.
fn settings(fields: &Fields<'_>, report: &Report<'_>) -> Vec<(String, Place)> {
    let mut settings = Vec::new();
    for key in ["mode", "tiers", "base", "mirrors", "sources"] {
        match fields.get(key).map(|node| (node, &node.value)) {
            Some((_, Value::Map(entries))) => {
                settings.extend(entries.iter().map(|entry| {
                    (
                        format!("{key}.{}", entry.key),
                        report.place(entry.key_span.to_end(entry.value.span)),
                    )
                }));
            }
            Some((node, _)) => settings.push((key.to_owned(), report.place(node.span))),
            None => {}
        }
    }
    settings
}

fn patterns(node: &Node, report: &mut Report<'_>) -> Vec<Pattern> {
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut spans = Vec::new();
    for item in list(node, report) {
        let Some((text, span)) = text(item, report) else {
            continue;
        };
        let Some(pattern) = pattern(text, span, report) else {
            continue;
        };
        patterns.push(pattern);
        spans.push(span);
    }
    let index = Index::new(patterns.iter());
    for (at, pattern) in patterns.iter().enumerate() {
        let above = index
            .covering(pattern)
            .into_iter()
            .take_while(|i| *i < at)
            .find(|i| patterns[*i].covers(pattern));
        if let Some(above) = above {
            report.error(
                spans[at],
                format!(
                    "`{}` adds nothing: `{}` above matches all of it",
                    pattern.text, patterns[above].text
                ),
                None,
            );
        }
    }
    patterns
}

fn rewrite(node: &Node, policy: &mut Policy, places: &mut Places, report: &mut Report<'_>) {
    let Some(fields) = Fields::of(node, &["match", "to", "reason"], report) else {
        return;
    };
    let matched = fields
        .required("match", report)
        .and_then(|(text, span)| Some((pattern(text, span, report)?, span)));
    let to = fields.required("to", report);
    let reason = fields
        .optional("reason", report)
        .map(|(text, _)| text.to_owned());
    let (Some((pattern, span)), Some((to, to_span))) = (matched, to) else {
        return;
    };
    let rule = Rewrite {
        pattern,
        to: to.to_owned(),
        reason,
    };
    if let Err(problem) = rule.target("name", Some("tag")) {
        report.error(to_span, problem, None);
        return;
    }
    policy.rewrites.push(rule);
    places.rewrites.push(span);
    places.targets.push(to_span);
}

fn image_rule(node: &Node, policy: &mut Policy, places: &mut Places, report: &mut Report<'_>) {
    let keys = ["match", "tags", "variants", "prefer", "action", "reason"];
    let Some(fields) = Fields::of(node, &keys, report) else {
        return;
    };
    let matched = fields
        .required("match", report)
        .and_then(|(text, span)| Some((pattern(text, span, report)?, span)));
    if keys[1..5].iter().all(|key| fields.get(key).is_none()) {
        report.error(
            fields.span.first(),
            "this rule says nothing about its images",
            Some("say `tags`, `variants`, `prefer` or `action`".into()),
        );
    }
    let tags = fields.get("tags").and_then(|node| tags(node, report));
    let mut variants = Vec::new();
    if let Some(node) = fields.get("variants") {
        for item in list(node, report) {
            let Some((word, span)) = text(item, report) else {
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
                        format!("`{text}` is no image reference: {problem}"),
                        None,
                    );
                    None
                }
            });
    let rule_action = fields.get("action").and_then(|node| action(node, report));
    let reason = fields
        .optional("reason", report)
        .map(|(text, _)| text.to_owned());
    let Some((pattern, span)) = matched else {
        return;
    };
    places
        .prefers
        .push(prefer.as_ref().map_or(span, |(_, span)| *span));
    places.images.push(span);
    let prefer = prefer.map(|(image, _)| image);
    policy.images.push(ImageRule {
        pattern,
        tags,
        variants,
        prefer,
        action: rule_action,
        reason,
    });
}

fn tags(node: &Node, report: &mut Report<'_>) -> Option<Tags> {
    if let Value::List(_) = node.value {
        let mut globs = Vec::new();
        for item in list(node, report) {
            let Some((glob, span)) = text(item, report) else {
                continue;
            };
            if glob.starts_with(['<', '>', '=']) {
                let help = format!("write it without the list: tags: \"{glob}\"");
                report.error(
                    span,
                    format!("`{glob}` is a range of versions, and this is a list of globs"),
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
                    format!("no tag is like `{glob}`: this can never match"),
                    None,
                );
            }
        }
        return Some(Tags::Globs(globs));
    }
    let (range, span) = text(node, report)?;
    match Range::parse(range) {
        Ok(range) => Some(Tags::Range(range)),
        Err(problem) => {
            report.error(
                span,
                problem,
                Some("a list is a list of globs: [\"22-*\", lts]".into()),
            );
            None
        }
    }
}

fn base(node: &Node, report: &mut Report<'_>) -> Base {
    let keys = [
        "digest",
        "max-age",
        "end-of-life",
        "unlisted-tag",
        "deprecated",
        "floating-tag",
    ];
    let mut base = Base::default();
    let Some(fields) = Fields::of(node, &keys, report) else {
        return base;
    };
    if let Some(node) = fields.get("digest") {
        let words = [
            ("pin", DigestRule::Pin),
            ("require", DigestRule::Require),
            ("resolve", DigestRule::Resolve),
        ];
        base.digest = choice(node, &words, report);
    }
    if let Some((text, span)) = fields.optional("max-age", report) {
        base.max_age = text
            .strip_suffix('d')
            .and_then(|days| days.parse().ok())
            .filter(|days| *days > 0);
        if base.max_age.is_none() {
            report.error(
                span,
                format!("`{text}` is no number of days"),
                Some("max-age: 90d".into()),
            );
        }
    }
    for (key, place) in [
        ("end-of-life", &mut base.end_of_life),
        ("unlisted-tag", &mut base.unlisted_tag),
        ("deprecated", &mut base.deprecated),
        ("floating-tag", &mut base.floating_tag),
    ] {
        *place = fields.get(key).and_then(|node| action(node, report));
    }
    base
}

fn mirrors(node: &Node, report: &mut Report<'_>) -> Vec<Mirror> {
    let mut mirrors = Vec::new();
    let Some(fields) = Fields::any(node, report) else {
        return mirrors;
    };
    for entry in fields.entries() {
        let domain = ImageRef::parse(&format!("{}/a/b", entry.key))
            .ok()
            .filter(|image| image.path() == "a/b");
        if domain.is_none() {
            let message = format!("`{}` is no registry: this can never match", entry.key);
            report.error(
                entry.key_span,
                message,
                Some("docker.io: registry.example.com/hub".into()),
            );
        }
        let Some((prefix, span)) = text(&entry.value, report) else {
            continue;
        };
        let through = ImageRef::parse(&format!("{prefix}/a/b")).ok();
        let is_prefix = through.is_some_and(|image| {
            image.to_string() == format!("{prefix}/a/b") && image.domain().contains(['.', ':'])
        });
        if !is_prefix {
            let help = Some("a registry, and a path in it: registry.example.com/hub".into());
            report.error(span, format!("`{prefix}` is no place to pull from"), help);
        }
        mirrors.push(Mirror {
            registry: entry.key.to_ascii_lowercase(),
            prefix: prefix.to_owned(),
        });
    }
    mirrors
}

fn sources(node: &Node, report: &mut Report<'_>) -> Sources {
    let say = [
        ("allow", SourceRule::Say(Severity::Allow)),
        ("warn", SourceRule::Say(Severity::Warn)),
        ("deny", SourceRule::Say(Severity::Deny)),
    ];
    let checked = [
        say[0],
        say[1],
        say[2],
        ("require-checksum", SourceRule::RequireChecksum),
    ];
    let mut sources = Sources::default();
    let Some(fields) = Fields::of(
        node,
        &["git", "http", "scratch", "oci-layout", "local"],
        report,
    ) else {
        return sources;
    };
    let mut read = |key: &str, words: &[(&str, SourceRule)]| {
        fields.get(key).and_then(|node| choice(node, words, report))
    };
    sources.git = read("git", &checked);
    sources.http = read("http", &checked);
    sources.scratch = read("scratch", &say);
    sources.oci_layout = read("oci-layout", &say);
    sources.local = read("local", &say);
    sources
}

fn exception(node: &Node, policy: &mut Policy, places: &mut Places, report: &mut Report<'_>) {
    let Some(fields) = Fields::of(
        node,
        &["match", "until", "owner", "reason", "rules"],
        report,
    ) else {
        return;
    };
    let matched = fields
        .required("match", report)
        .and_then(|(text, span)| Some((pattern(text, span, report)?, span)));
    let until = fields.required("until", report).and_then(|(text, span)| {
        let day = Day::parse(text);
        if day.is_none() {
            report.error(
                span,
                format!("`{text}` is no day of the calendar"),
                Some("until: 2027-03-31".into()),
            );
        }
        day
    });
    let owner = fields.required("owner", report);
    let reason = fields.required("reason", report);
    let mut rules = Vec::new();
    if let Some(node) = fields.get("rules") {
        for item in list(node, report) {
            let Some((code, span)) = text(item, report) else {
                continue;
            };
            match crate::rules::excepts(code) {
                Ok(()) => rules.push(code.to_owned()),
                Err(problem) => report.error(span, problem, None),
            }
        }
    }
    let (Some((pattern, span)), Some(until), Some((owner, _)), Some((reason, _))) =
        (matched, until, owner, reason)
    else {
        return;
    };
    places.exceptions.push(span);
    policy.exceptions.push(Exception {
        pattern,
        until,
        owner: owner.to_owned(),
        reason: reason.to_owned(),
        rules,
    });
}
