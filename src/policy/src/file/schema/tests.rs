//! The schema for editors and the reader of policies accept the same files.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::super::keys::{self, Key, ValueKind};
use crate::Policy;

fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema = serde_json::from_str(&super::schema()).unwrap();
        jsonschema::draft202012::new(&schema).unwrap()
    })
}

/// Returns the errors of a value by the schema.
fn schema_errors(value: &Value) -> Vec<String> {
    let errors = validator().iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// `FROMTIER_WRITE=1 cargo test -p fromtier-policy schema` writes the file.
#[test]
fn the_published_schema_is_up_to_date() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy.schema.json");
    if std::env::var_os("FROMTIER_WRITE").is_some() {
        std::fs::write(&path, super::schema()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap();
    assert!(
        published == super::schema(),
        "docs/policy.schema.json is out of date; run FROMTIER_WRITE=1 cargo test -p fromtier-policy schema"
    );
}

/// Returns a valid value of a kind.
fn sample(kind: ValueKind) -> Value {
    match kind {
        ValueKind::Version => json!(1),
        ValueKind::Mode => json!("warn"),
        ValueKind::Text => json!("node:22"),
        ValueKind::Contact => json!("platform@example.com"),
        ValueKind::Days => json!("90d"),
        ValueKind::Date => json!("2027-03-31"),
        ValueKind::Action => json!("deny"),
        ValueKind::Checked => json!("require-checksum"),
        ValueKind::Digest => json!("pin"),
        ValueKind::Pattern => json!("acme/*"),
        ValueKind::Url => json!("https://github.com/acme/**"),
        ValueKind::Patterns => json!(["acme/*", "ghcr.io/acme/**"]),
        ValueKind::Registries => json!(["ghcr.io", "quay.io/acme/*"]),
        ValueKind::Tags => json!(">=22, <25"),
        ValueKind::TagMap => json!({"16*": "22-alpine"}),
        ValueKind::RequestedDigest => json!("refuse"),
        ValueKind::ImageDigests => json!([format!("sha256:{}", "a".repeat(64))]),
        ValueKind::Variants => json!(["alpine"]),
        ValueKind::Names => json!(["payments"]),
        ValueKind::Paths => json!(["services/**"]),
        ValueKind::Codes => json!(["FT101"]),
        ValueKind::Labels => json!(["maintainer=acme*"]),
        ValueKind::Mirrors => json!({"docker.io": "registry.example.com/hub"}),
        ValueKind::Boolean => json!(true),
        ValueKind::Map(keys) => mapping_of(keys),
        ValueKind::List(keys) => json!([mapping_of(keys)]),
        ValueKind::Profiles(part) => {
            let name = match part {
                keys::ProfileKind::Stages => "final",
                keys::ProfileKind::Platforms => "linux/arm64",
                keys::ProfileKind::Paths => "services/**",
            };
            json!({name: mapping_of(keys::PROFILE)})
        }
    }
}

/// Returns a mapping with all of these keys.
fn mapping_of(keys: &[Key]) -> Value {
    let entries = keys
        .iter()
        .map(|key| (key.name.to_owned(), sample(key.kind)));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// Returns a valid file with every key.
fn whole_file() -> Value {
    let mut file = mapping_of(keys::FILE);
    file.as_object_mut().unwrap().remove("extends");
    // The sample rules match the same images and would contradict each other.
    file["rewrite"][0]["match"] = json!("old/*");
    file["rewrite"][0]["to"] = json!("node");
    file["aliases"][0]["match"] = json!("mirror.example.com/*");
    file["aliases"][0]["is"] = json!("docker.io/library/{1}");
    for at in ["/images/0", "/stages/final/images/0"] {
        let rule = file.pointer_mut(at).unwrap();
        rule["match"] = json!("node");
        rule["prefer"] = json!("node:22-alpine");
        rule["action"] = json!("warn");
    }
    file["tiers"]["docker-official-image"] = json!("allow");
    file
}

fn read_errors(file: &Value) -> Result<(), Vec<String>> {
    // JSON is YAML.
    let text = serde_json::to_string(file).unwrap();
    let read = Policy::parse("p", &text);
    read.map(|_| ())
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn both_accept(file: &Value) {
    assert_eq!(
        (read_errors(file), schema_errors(file)),
        (Ok(()), vec![]),
        "{file:#}"
    );
}

#[track_caller]
fn both_refuse(file: &Value, what: &str) {
    assert!(read_errors(file).is_err(), "the reader accepts {what}");
    assert!(!validator().is_valid(file), "the schema accepts {what}");
}

#[test]
fn every_key_is_known_to_both() {
    both_accept(&whole_file());
    both_accept(&json!({"version": 1}));
    both_accept(&json!({"version": 1, "images": [{"match": "node", "tags": ["22-*", "lts"]}]}));
}

/// Adds the places of all mappings in a file, and those of all other values.
fn places(value: &Value, at: &str, maps: &mut Vec<String>, leaves: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            maps.push(at.to_owned());
            for (key, value) in entries {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{key}"), maps, leaves);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), maps, leaves);
            }
        }
        _ => leaves.push(at.to_owned()),
    }
}

#[test]
fn both_refuse_unknown_keys_and_wrong_kinds_of_values_everywhere() {
    let whole = whole_file();
    let (mut maps, mut leaves) = (Vec::new(), Vec::new());
    places(&whole, "", &mut maps, &mut leaves);
    assert!(maps.len() > 20 && leaves.len() > 60, "{maps:?}");
    for at in &maps {
        // Their keys are names of registries, parts of a build, or tags.
        if matches!(
            at.as_str(),
            "/mirrors" | "/stages" | "/platforms" | "/paths" | "/rewrite/0/tags"
        ) {
            continue;
        }
        let mut file = whole.clone();
        file.pointer_mut(at).unwrap()["zzzzzzzzzz"] = json!("x");
        both_refuse(&file, &format!("{at}/zzzzzzzzzz"));
    }
    for at in maps.iter().chain(&leaves).filter(|at| !at.is_empty()) {
        for wrong in [
            json!([]),
            json!({"zzzzzzzzzz": {"zzzzzzzzzz": 1}}),
            json!(""),
        ] {
            let mut file = whole.clone();
            *file.pointer_mut(at).unwrap() = wrong.clone();
            both_refuse(&file, &format!("{at}: {wrong}"));
        }
    }
}

#[test]
fn both_require_the_same_keys() {
    let whole = whole_file();
    let (mut maps, mut leaves) = (Vec::new(), Vec::new());
    places(&whole, "", &mut maps, &mut leaves);
    let mut required = 0;
    for at in &maps {
        let keys: Vec<String> = whole
            .pointer(at)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        for key in keys {
            let mut file = whole.clone();
            let map = file.pointer_mut(at).unwrap().as_object_mut().unwrap();
            map.remove(&key);
            let invalid = schema_errors(&file);
            let read = read_errors(&file);
            assert_eq!(
                read.is_ok(),
                invalid.is_empty(),
                "{at}/{key}: {read:?} {invalid:?}"
            );
            required += usize::from(read.is_err());
        }
    }
    assert!(required >= 6, "{required}");
}

#[test]
fn both_know_the_same_words() {
    let whole = whole_file();
    let (mut maps, mut leaves) = (Vec::new(), Vec::new());
    places(&whole, "", &mut maps, &mut leaves);
    let words = [
        "allow",
        "warn",
        "deny",
        "require-checksum",
        "enforce",
        "pin",
        "require",
        "resolve",
    ];
    let mut accepted = 0;
    for at in &leaves {
        let now = whole.pointer(at).unwrap().as_str().unwrap_or_default();
        if !words.contains(&now) {
            continue;
        }
        for word in words.iter().chain(&["zzz"]) {
            let mut file = whole.clone();
            *file.pointer_mut(at).unwrap() = json!(word);
            let invalid = schema_errors(&file);
            // The schema doesn't check rules against each other.
            let read = read_errors(&file)
                .map_err(|errors| errors.iter().any(|e| e.contains("expected one of")));
            assert_eq!(
                read == Err(true),
                !invalid.is_empty(),
                "{at}: {word}: {read:?} {invalid:?}"
            );
            accepted += usize::from(invalid.is_empty());
        }
    }
    assert!(accepted > 100, "{accepted}");
}
