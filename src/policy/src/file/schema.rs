//! The JSON Schema of policy files, generated from the table of keys by which files are read.

use fromtier_gostd::json::{Object, Value};

use super::keys::{self, Key, ProfileKind, ValueKind, Words};

/// Returns the JSON Schema (draft 2020-12) of policy files: the content of `docs/policy.schema.json`.
pub fn schema() -> String {
    let draft = "https://json-schema.org/draft/2020-12/schema";
    let root = Object::new()
        .set("$schema", draft)
        .set("title", "Fromtier policy")
        .set(
            "description",
            "Which base images builds may use: docs/policy.md",
        );
    let mut text = mapping(root, "", keys::FILE)
        .set("$defs", definitions())
        .indented();
    text.push('\n');
    text
}

/// Returns the schemas that keys refer to.
fn definitions() -> Object {
    let text = typed("string")
        .set("minLength", Value::Int(1))
        .set("pattern", r"\S");
    let pattern = string("^[A-Za-z0-9._/:*-]+$").set(
        "description",
        "An image name, with or without a tag; * stands for any characters but /, ** for any",
    );
    let checked = words(keys::CHECKED).set(
        "description",
        "What happens to a build, or that a checksum is required",
    );
    let profile = mapping(Object::new(), "profile", keys::PROFILE)
        .set("minProperties", Value::Int(1))
        .set(
            "description",
            "Settings that differ in this part of a build",
        );
    Object::new()
        .set("text", text)
        .set("pattern", pattern)
        .set(
            "action",
            words(keys::ACTIONS).set("description", "What happens to a build"),
        )
        .set("checked", checked)
        .set(
            "days",
            string("^0*[1-9][0-9]*d$").set("examples", texts(["90d"])),
        )
        .set("profile", profile)
}

/// Adds a mapping with these keys and no others to a schema. `path` is the key of the mapping, such as `base`.
fn mapping(schema: Object, path: &str, keys: &[Key]) -> Object {
    let required = (keys.iter()).filter(|key| key.required).map(|key| key.name);
    let properties = keys.iter().map(|key| {
        let path = match path {
            "" => key.name.to_owned(),
            path => format!("{path}.{}", key.name),
        };
        let value = value(&path, key.kind).opt("description", describe(&path));
        (key.name, value)
    });
    schema
        .set("type", "object")
        .opt_array("required", required)
        .set("additionalProperties", false)
        .set("properties", Object::from_iter(properties))
}

/// Returns the schema of a key's value, without its description. `path` is the key with those above it, such as
/// `base.digest`.
fn value(path: &str, kind: ValueKind) -> Object {
    match kind {
        ValueKind::Version => Object::new().set("const", Value::Int(1)),
        ValueKind::Mode => words(keys::MODES),
        ValueKind::Digest => words(keys::DIGESTS),
        ValueKind::RequestedDigest => words(keys::REQUESTED_DIGESTS),
        ValueKind::Text => reference("text"),
        ValueKind::Contact => string(r"^[^\r\n]*[^\s][^\r\n]*$").set(
            "maxLength",
            Value::Int(i64::try_from(keys::MAX_CONTACT).unwrap_or(i64::MAX)),
        ),
        ValueKind::Days => reference("days"),
        ValueKind::Date => typed("string")
            .set("format", "date")
            .set("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        ValueKind::Action => reference("action"),
        ValueKind::Checked => reference("checked"),
        ValueKind::Pattern => reference("pattern"),
        ValueKind::Url => string("^((https?|ssh|git)://)?[A-Za-z0-9.:_*\\[\\]-]+(/[^?#%@]*)?$"),
        ValueKind::Patterns | ValueKind::Registries => list_of(reference("pattern")),
        ValueKind::Tags => itself_or_list(text_or_number()),
        ValueKind::TagMap => itself_or_list(
            typed("object")
                .set("minProperties", Value::Int(1))
                .set("propertyNames", matching("^[A-Za-z0-9._*-]+$"))
                .set("additionalProperties", text_or_number()),
        ),
        ValueKind::ImageDigests => list_of(string(
            "^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$",
        )),
        ValueKind::Variants => list_of(string("^[A-Za-z0-9.]+$")),
        ValueKind::Names => list_of(string("^[A-Za-z0-9._/-]+$")),
        ValueKind::Paths => list_of(string(PATH)),
        ValueKind::Codes => list_of(string("^FT[0-9]{3}$")),
        ValueKind::Labels => list_of(string("^[^= ]")),
        ValueKind::Mirrors => {
            let place = mapping(Object::new(), path, keys::MIRROR);
            let forms = [reference("text"), place];
            let mirror = Object::new().set("oneOf", Value::from_iter(forms));
            typed("object").set("additionalProperties", mirror)
        }
        ValueKind::Boolean => typed("boolean"),
        ValueKind::Map(keys) => mapping(Object::new(), path, keys),
        ValueKind::List(keys) => list_of(item(path, keys)),
        ValueKind::Profiles(part) => {
            let names = match part {
                ProfileKind::Stages => "^[A-Za-z0-9._*-]+$",
                ProfileKind::Platforms => "^[A-Za-z0-9._*-]*/[A-Za-z0-9._/*-]*$",
                ProfileKind::Paths => PATH,
            };
            typed("object")
                .set("propertyNames", matching(names))
                .set("additionalProperties", reference("profile"))
        }
    }
}

/// The pattern of a Dockerfile's path, which can have stars.
const PATH: &str = r"^[^/\\]([^\\]*[^/\\])?$";

/// Returns the schema of a mapping in a list.
fn item(path: &str, keys: &[Key]) -> Object {
    let item = mapping(Object::new(), path, keys);
    if path == "images" || path.ends_with(".images") {
        // A rule that has only `match` has no effect.
        return item.set("minProperties", Value::Int(2));
    }
    if path == "exceptions" {
        let one_of = ["match", "files", "labels"];
        let required = one_of.map(|key| Object::new().set("required", texts([key])));
        return item.set("anyOf", Value::from_iter(required));
    }
    item
}

fn typed(name: &str) -> Object {
    Object::new().set("type", name)
}

fn reference(name: &str) -> Object {
    Object::new().set("$ref", format!("#/$defs/{name}"))
}

fn matching(pattern: &str) -> Object {
    Object::new().set("pattern", pattern)
}

fn string(pattern: &str) -> Object {
    typed("string").set("pattern", pattern)
}

/// Returns the schema of a list with at least one item.
fn list_of(items: Object) -> Object {
    typed("array")
        .set("minItems", Value::Int(1))
        .set("items", items)
}

fn itself_or_list(schema: Object) -> Object {
    let schemas = [schema.clone(), list_of(schema)];
    Object::new().set("oneOf", Value::from_iter(schemas))
}

/// Returns the schema of a tag. YAML reads `22` as a number.
fn text_or_number() -> Object {
    Object::new()
        .set("type", texts(["string", "number"]))
        .set("minLength", Value::Int(1))
}

fn words<T>(words: &Words<T>) -> Object {
    Object::new().set("enum", texts(words.iter().map(|(word, _)| *word)))
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Value {
    texts.into_iter().collect()
}

/// Returns the description of a key, which editors show.
fn describe(path: &str) -> Option<&'static str> {
    let path = path.strip_prefix("profile.").unwrap_or(path);
    let key = match path.strip_prefix("images.") {
        Some(setting) if setting.starts_with("base.") => setting,
        _ => path,
    };
    Some(match key {
        "extends" => {
            "A policy file that this one overrides: a path relative to this file, or /etc/fromtier/NAME.yaml in the frontend image"
        }
        "version" => "The version of the format",
        "description" => "Free text",
        "contact" => "Whom to ask about the policy; refused builds show it",
        "mode" => "warn: refusals become warnings",
        "labels" => "Names by which the organization's exceptions refer to the repository",
        "frontends" => "The organization's own frontends, which a `# syntax=` line can name",
        "tiers" => "What happens to images, by who makes them",
        "internal" => "The organization's own images",
        "verified-publisher" => "Images of verified publishers",
        "open-source" => "Images of sponsored open-source projects",
        "registries" => {
            "The registries that images may come from: hosts, or hosts with repositories"
        }
        "registries.allow" => "Only these are allowed",
        "registries.deny" => "These are refused",
        "base" => "Settings for every image",
        "base.digest" => {
            "resolve: take the registry's answer; require: the Dockerfile or the lock file has the digest; pin: the lock file has it"
        }
        "base.max-age" => "The greatest age of an image",
        "base.undated" => "With max-age: images without a creation date; deny if it isn't set",
        "base.end-of-life" => "Releases that no longer get fixes",
        "base.end-of-life-notice" => "How long before its end of life a release causes a warning",
        "base.unlisted-tag" => "Tags of official images that are not rebuilt",
        "base.deprecated" => "Official images that are no longer maintained",
        "base.floating-tag" => "Tags without a version, such as latest",
        "base.root-user" => "Base images that run as root",
        "base.final-user" => "Finished images that run as root",
        "base.onbuild" => "Base images with ONBUILD triggers",
        "base.labels" => "Labels of images: KEY, or KEY=GLOB for its value",
        "base.labels.require" => "All of them are required",
        "base.labels.forbid" => "None of them is allowed",
        "mirrors" => {
            "Registries, or registries with a path, each with the mirror that takes its place"
        }
        "mirrors.to" => "A registry, or a registry and a path",
        "mirrors.fallback" => {
            "Whether an image that the mirror doesn't have is pulled from its own registry"
        }
        "sources" => "Sources that are not images",
        "sources.root-file-system" => "Archives that ADD unpacks at the root of a stage on scratch",
        "sources.cache-import" => "Cache that a build imports (--cache-from)",
        "downloads" => {
            "Rules for files and repositories by URL; the strictest that matches replaces sources.http and sources.git"
        }
        "downloads.match" => {
            "A host, or a host and a path; * stands for any characters but /, ** for any"
        }
        "stages" => "Settings by stage: final is what ships, other stages are referred to by name",
        "platforms" => "Settings by platform, such as linux/arm64",
        "paths" => "Settings by the Dockerfile's path from the root of the repository",
        "exceptions-max" => "The longest time that an exception may last from today",
        _ => return describe_rule(key),
    })
}

/// Returns the description of a list of rules, or of a key of its rules.
fn describe_rule(key: &str) -> Option<&'static str> {
    Some(match key {
        "rewrite" => "Images that are replaced by others; the first matching rule is applied, once",
        "rewrite.to" => {
            "{name}, {tag} and {1}, {2} … for the stars of match are filled in; without a tag, the requested tag is kept"
        }
        "rewrite.tags" => {
            "New tags for requested tags: globs, of which the first that matches applies"
        }
        "rewrite.digest" => {
            "For an image that is requested by digest: drop the digest, keep it, or refuse the image"
        }
        "aliases" => "Images under other names, each with the image that rules take it for",
        "aliases.is" => {
            "The name of the image that it is; {name} and {1}, {2} … for the stars of match are filled in"
        }
        "images" => "Rules for some images; all matching rules apply",
        "images.digests" => "The rule applies only to images with one of these digests",
        "images.base" => "Settings of base that differ for these images",
        "images.tags" => "A version range such as \">=22, <25\", or a list of globs",
        "images.variants" => {
            "Parts of the tag, one of which is required; default is a tag without any"
        }
        "images.prefer" => "The image that messages suggest instead",
        "images.action" => "Replaces the action of the tier",
        "exceptions" => "Exceptions that let something through for a limited time",
        "exceptions.match" => {
            "The images that it applies to; all images if files or labels are set"
        }
        "exceptions.files" => "The Dockerfiles that it applies to, by path",
        "exceptions.labels" => "The repositories that it applies to, by label",
        "exceptions.until" => "The last day on which it applies",
        "exceptions.owner" => "Who is responsible for it",
        "exceptions.rules" => "The codes that it lifts; all codes if none is set",
        other => return describe_trap(other),
    })
}

/// Returns the description of `dockerfile` or of a key in it.
fn describe_trap(path: &str) -> Option<&'static str> {
    Some(match path {
        "dockerfile" => {
            "Texts of Dockerfiles that BuildKit silently reads in another way than they look"
        }
        "dockerfile.heredoc-blank" => "Heredocs that are none because of a blank after <<-",
        "dockerfile.stage-platform" => "FROM --platform with a stage as the base",
        "dockerfile.json-array" => "Arrays that are not valid JSON, such as with single quotes",
        "dockerfile.late-escape" => "# escape= directives after another line",
        "dockerfile.platform-argument" => {
            "Defaults for arguments that BuildKit sets, such as TARGETARCH"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
