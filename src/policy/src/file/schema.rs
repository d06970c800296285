//! The JSON Schema of policy files, made from the table of keys that files are read by.

use super::keys::{self, Key, ProfileKind, ValueKind, Words};

/// The JSON Schema (draft 2020-12) of policy files, as `docs/policy.schema.json` has it.
pub fn schema() -> String {
    let mut root = vec![
        (
            "$schema",
            text("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("title", text("Fromtier policy")),
        (
            "description",
            text("What the bases of builds may be: docs/policy.md"),
        ),
    ];
    root.extend(mapping("", keys::FILE));
    root.push((
        "$defs",
        Json::Map(vec![
            ("text".into(), of(&[("type", text("string")), ("minLength", Json::Number(1)), ("pattern", text(r"\S"))])),
            (
                "pattern".into(),
                of(&[
                    ("type", text("string")),
                    ("pattern", text("^[A-Za-z0-9._/:*-]+$")),
                    (
                        "description",
                        text("An image name, with or without a tag; * stands for any characters but /, ** for any"),
                    ),
                ]),
            ),
            ("action".into(), words(keys::ACTIONS, "What happens to a build")),
            ("checked".into(), words(keys::CHECKED, "What happens to a build; or it needs a checksum")),
            (
                "days".into(),
                of(&[
                    ("type", text("string")),
                    ("pattern", text("^0*[1-9][0-9]*d$")),
                    ("examples", Json::List(vec![text("90d")])),
                ]),
            ),
            ("profile".into(), Json::Map(profile())),
        ]),
    ));
    let mut out = String::new();
    of(&root).write(0, &mut out);
    out.push('\n');
    out
}

/// The value of a key; `path` says which, `base.digest`.
fn value(path: &str, kind: ValueKind) -> Json {
    let reference = |name: &str| of(&[("$ref", text(&format!("#/$defs/{name}")))]);
    let list = |items: Json| {
        of(&[
            ("type", text("array")),
            ("minItems", Json::Number(1)),
            ("items", items),
        ])
    };
    let string = |pattern: &str| of(&[("type", text("string")), ("pattern", text(pattern))]);
    let described = |mut schema: Json| {
        if let (Json::Map(entries), Some(words)) = (&mut schema, describe(path)) {
            entries.push(("description".into(), text(words)));
        }
        schema
    };
    described(match kind {
        ValueKind::Version => of(&[("const", Json::Number(1))]),
        ValueKind::Mode => words(keys::MODES, ""),
        ValueKind::Digest => words(keys::DIGESTS, ""),
        ValueKind::Text => reference("text"),
        ValueKind::Days => reference("days"),
        ValueKind::Date => of(&[
            ("type", text("string")),
            ("format", text("date")),
            ("pattern", text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        ]),
        ValueKind::Action => reference("action"),
        ValueKind::Checked => reference("checked"),
        ValueKind::Pattern => reference("pattern"),
        ValueKind::Patterns | ValueKind::Registries => list(reference("pattern")),
        ValueKind::Tags => {
            let one = of(&[
                ("type", Json::List(vec![text("string"), text("number")])),
                ("minLength", Json::Number(1)),
            ]);
            of(&[("oneOf", Json::List(vec![one.clone(), list(one)]))])
        }
        ValueKind::TagMap => {
            let map = of(&[
                ("type", text("object")),
                ("minProperties", Json::Number(1)),
                (
                    "propertyNames",
                    of(&[("pattern", text("^[A-Za-z0-9._*-]+$"))]),
                ),
                (
                    "additionalProperties",
                    of(&[
                        ("type", Json::List(vec![text("string"), text("number")])),
                        ("minLength", Json::Number(1)),
                    ]),
                ),
            ]);
            of(&[("oneOf", Json::List(vec![map.clone(), list(map)]))])
        }
        ValueKind::AskedDigest => words(keys::ASKED_DIGESTS, ""),
        ValueKind::Variants => list(string("^[A-Za-z0-9.]+$")),
        ValueKind::Names => list(string("^[A-Za-z0-9._/-]+$")),
        ValueKind::Paths => list(string(r"^[^/\\]([^\\]*[^/\\])?$")),
        ValueKind::Codes => list(string("^FT[0-9]{3}$")),
        ValueKind::Labels => list(string("^[^= ]")),
        ValueKind::Mirrors => of(&[
            ("type", text("object")),
            ("additionalProperties", reference("text")),
        ]),
        ValueKind::Map(keys) => of(&mapping(path, keys)),
        ValueKind::List(keys) => {
            let mut item = mapping(path, keys);
            if path == "images" || path.ends_with(".images") {
                item.push(("minProperties", Json::Number(2)));
            }
            if path == "exceptions" {
                let any = ["match", "files", "labels"]
                    .map(|key| of(&[("required", Json::List(vec![text(key)]))]));
                item.push(("anyOf", Json::List(any.into())));
            }
            list(of(&item))
        }
        ValueKind::Profiles(part) => of(&[
            ("type", text("object")),
            (
                "propertyNames",
                of(&[(
                    "pattern",
                    text(match part {
                        ProfileKind::Stages => "^[A-Za-z0-9._*-]+$",
                        ProfileKind::Platforms => "^[A-Za-z0-9._*-]*/[A-Za-z0-9._/*-]*$",
                        ProfileKind::Paths => r"^[^/\\]([^\\]*[^/\\])?$",
                    }),
                )]),
            ),
            ("additionalProperties", reference("profile")),
        ]),
    })
}

/// A mapping with these keys and no others.
fn mapping(path: &str, keys: &[Key]) -> Vec<(&'static str, Json)> {
    let required: Vec<Json> = (keys.iter())
        .filter(|key| key.required)
        .map(|key| text(key.name))
        .collect();
    let properties = keys.iter().map(|key| {
        let path = match path {
            "" => key.name.to_owned(),
            path => format!("{path}.{}", key.name),
        };
        (key.name.to_owned(), value(&path, key.kind))
    });
    let mut out = vec![("type", text("object"))];
    if !required.is_empty() {
        out.push(("required", Json::List(required)));
    }
    out.push(("additionalProperties", Json::No));
    out.push(("properties", Json::Map(properties.collect())));
    out
}

fn profile() -> Vec<(String, Json)> {
    let mut schema = mapping("profile", keys::PROFILE);
    schema.push(("minProperties", Json::Number(1)));
    schema.push((
        "description",
        text("What holds otherwise in this part of a build"),
    ));
    (schema.into_iter())
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn words<T>(words: &Words<T>, description: &str) -> Json {
    let names = words.iter().map(|(name, _)| text(name)).collect();
    let mut schema = vec![("enum", Json::List(names))];
    if !description.is_empty() {
        schema.push(("description", text(description)));
    }
    of(&schema)
}

/// What an editor shows of a key.
fn describe(path: &str) -> Option<&'static str> {
    Some(match path.strip_prefix("profile.").unwrap_or(path) {
        "extends" => {
            "A policy file that holds where this one is silent: a path from this file, or /etc/fromtier/NAME.yaml in the frontend image"
        }
        "version" => "The version of the format",
        "description" => "Free text",
        "mode" => "warn: refusals become warnings",
        "labels" => "What the repository is called by the organisation's exceptions",
        "tiers" => "What happens to images by who makes them",
        "internal" => "The organisation's own images",
        "verified-publisher" => "Images of verified publishers",
        "open-source" => "Images of sponsored open-source projects",
        "registries" => "Where images may come from at all: hosts, and repositories of them",
        "registries.allow" => "Only from there",
        "registries.deny" => "Never from there",
        "rewrite" => {
            "Images that are replaced by others; the first rule that matches is applied, once"
        }
        "rewrite.to" => {
            "{name}, {tag} and {1}, {2} … for the stars of match are filled in; without a tag, the asked one is kept"
        }
        "rewrite.tags" => "What becomes of the asked tag: globs, the first that matches",
        "rewrite.digest" => {
            "Of an image that is asked for by its digest: drop the digest, or refuse the image"
        }
        "images" => "What holds for some images; all rules that match hold",
        "images.tags" => "A range of versions such as \">=22, <25\", or a list of globs",
        "images.variants" => {
            "Parts of the tag of which one must be there; default is a tag without any"
        }
        "images.prefer" => "What messages name instead",
        "images.action" => "Speaks in the place of the tier",
        "base" => "What holds for every image",
        "base.digest" => {
            "resolve: the registry's answer; require: the Dockerfile or the lock says it; pin: the lock says it"
        }
        "base.max-age" => "How long ago an image may have been made",
        "base.end-of-life" => "Releases that get no fixes any more",
        "base.end-of-life-notice" => "How long before its end of life a release is warned about",
        "base.unlisted-tag" => "Tags of official images that are not rebuilt",
        "base.deprecated" => "Official images that their maintainers have given up",
        "base.floating-tag" => "Tags without a version, such as latest",
        "base.root-user" => "Bases that run as root",
        "base.onbuild" => "Bases with ONBUILD triggers",
        "base.labels" => "Labels of images: KEY, or KEY=GLOB for its value",
        "base.labels.require" => "All of them must be there",
        "base.labels.forbid" => "None of them may be there",
        "mirrors" => "Registries, each with the place that it is pulled through",
        "sources" => "Sources that are no images",
        "sources.root-file-system" => "What ADD may unpack at the root of a stage on scratch",
        "sources.cache-import" => "Cache that a build imports (--cache-from)",
        "stages" => {
            "What holds otherwise by stage: final is what ships, other stages go by their names"
        }
        "platforms" => "What holds otherwise by platform, such as linux/arm64",
        "paths" => "What holds otherwise by the Dockerfile's path from the top of the repository",
        "exceptions" => "What is let through for a time",
        "exceptions.match" => "The images that it is for; all where files or labels are named",
        "exceptions.files" => "The Dockerfiles that it is for, by their paths",
        "exceptions.labels" => "The repositories that it is for, by their labels",
        "exceptions.until" => "The last day that it holds",
        "exceptions.owner" => "Who answers for it",
        "exceptions.rules" => "The codes that it is for; all where none is named",
        "exceptions-max" => "How long an exception may last, from today",
        _ => return None,
    })
}

/// JSON, as far as a schema needs it.
#[derive(Debug, Clone)]
enum Json {
    No,
    Number(u32),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

fn of(entries: &[(&str, Json)]) -> Json {
    Json::Map(
        (entries.iter())
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
    )
}

impl Json {
    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Json::No => out.push_str("false"),
            Json::Number(number) => out.push_str(&number.to_string()),
            Json::Text(text) => quote(text, out),
            Json::List(items) if items.iter().all(Json::is_small) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    item.write(depth, out);
                }
                out.push(']');
            }
            Json::List(items) => lines('[', ']', depth, out, items, |item, out| {
                item.write(depth + 1, out);
            }),
            Json::Map(entries) => lines('{', '}', depth, out, entries, |(key, value), out| {
                quote(key, out);
                out.push_str(": ");
                value.write(depth + 1, out);
            }),
        }
    }

    fn is_small(&self) -> bool {
        !matches!(self, Json::List(_) | Json::Map(_))
    }
}

fn lines<T>(
    open: char,
    close: char,
    depth: usize,
    out: &mut String,
    items: &[T],
    mut each: impl FnMut(&T, &mut String),
) {
    out.push(open);
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(depth + 1));
        each(item, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}
