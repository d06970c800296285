//! The schema for editors and the reader of policies say the same.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::super::keys::{self, Key, ValueKind};
use crate::Policy;

fn validator() -> &'static Validator {
    static MADE: OnceLock<Validator> = OnceLock::new();
    MADE.get_or_init(|| {
        let schema = serde_json::from_str(&super::schema()).unwrap();
        jsonschema::draft202012::new(&schema).unwrap()
    })
}

/// The errors of a value by the schema.
fn faults(value: &Value) -> Vec<String> {
    let errors = validator().iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// `FROMTIER_WRITE=1 cargo test -p fromtier-policy schema` writes it again.
#[test]
fn the_published_schema_is_the_one_that_is_made() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy.schema.json");
    if std::env::var_os("FROMTIER_WRITE").is_some() {
        std::fs::write(&path, super::schema()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap();
    assert!(
        published == super::schema(),
        "docs/policy.schema.json is not what is made: FROMTIER_WRITE=1 cargo test -p fromtier-policy schema"
    );
}

/// A value that the reader takes for a kind of key.
fn sample(kind: ValueKind) -> Value {
    match kind {
        ValueKind::Version => json!(1),
        ValueKind::Mode => json!("warn"),
        ValueKind::Text => json!("node:22"),
        ValueKind::Days => json!("90d"),
        ValueKind::Date => json!("2027-03-31"),
        ValueKind::Action => json!("deny"),
        ValueKind::Checked => json!("require-checksum"),
        ValueKind::Digest => json!("pin"),
        ValueKind::Pattern => json!("acme/*"),
        ValueKind::Patterns => json!(["acme/*", "ghcr.io/acme/**"]),
        ValueKind::Registries => json!(["ghcr.io", "quay.io/acme/*"]),
        ValueKind::Tags => json!(">=22, <25"),
        ValueKind::TagMap => json!({"16*": "22-alpine"}),
        ValueKind::AskedDigest => json!("refuse"),
        ValueKind::Variants => json!(["alpine"]),
        ValueKind::Names => json!(["payments"]),
        ValueKind::Paths => json!(["services/**"]),
        ValueKind::Codes => json!(["FT101"]),
        ValueKind::Labels => json!(["maintainer=acme*"]),
        ValueKind::Mirrors => json!({"docker.io": "registry.example.com/hub"}),
        ValueKind::Map(keys) => whole(keys),
        ValueKind::List(keys) => json!([whole(keys)]),
        ValueKind::Profiles(part) => {
            let name = match part {
                keys::ProfileKind::Stages => "final",
                keys::ProfileKind::Platforms => "linux/arm64",
                keys::ProfileKind::Paths => "services/**",
            };
            json!({name: whole(keys::PROFILE)})
        }
    }
}

fn whole(keys: &[Key]) -> Value {
    let entries = keys
        .iter()
        .map(|key| (key.name.to_owned(), sample(key.kind)));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// A file with every key that there is; rules that would contradict each other are for different images.
fn everything() -> Value {
    let mut file = whole(keys::FILE);
    file.as_object_mut().unwrap().remove("extends");
    // The rules of the samples are for the same images.
    file["rewrite"][0]["match"] = json!("old/*");
    file["rewrite"][0]["to"] = json!("node");
    for at in ["/images/0", "/stages/final/images/0"] {
        let rule = file.pointer_mut(at).unwrap();
        rule["match"] = json!("node");
        rule["prefer"] = json!("node:22-alpine");
        rule["action"] = json!("warn");
    }
    file["tiers"]["docker-official-image"] = json!("allow");
    file
}

fn is_read(file: &Value) -> Result<(), Vec<String>> {
    // JSON is YAML.
    let text = serde_json::to_string(file).unwrap();
    let read = Policy::parse("p", &text);
    read.map(|_| ())
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn both_take(file: &Value) {
    assert_eq!((is_read(file), faults(file)), (Ok(()), vec![]), "{file:#}");
}

#[track_caller]
fn both_refuse(file: &Value, what: &str) {
    assert!(is_read(file).is_err(), "the reader takes {what}");
    assert!(!validator().is_valid(file), "the schema takes {what}");
}

#[test]
fn every_key_is_known_to_both() {
    both_take(&everything());
    both_take(&json!({"version": 1}));
    both_take(&json!({"version": 1, "images": [{"match": "node", "tags": ["22-*", "lts"]}]}));
}

/// The places of all mappings in a file, and those of all values.
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
    let whole = everything();
    let (mut maps, mut leaves) = (Vec::new(), Vec::new());
    places(&whole, "", &mut maps, &mut leaves);
    assert!(maps.len() > 20 && leaves.len() > 60, "{maps:?}");
    for at in &maps {
        // Any name is a registry, a part of a build or a tag.
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
fn both_want_the_same_keys_to_be_there() {
    let whole = everything();
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
            let out = faults(&file);
            let read = is_read(&file);
            assert_eq!(read.is_ok(), out.is_empty(), "{at}/{key}: {read:?} {out:?}");
            required += usize::from(read.is_err());
        }
    }
    assert!(required >= 6, "{required}");
}

#[test]
fn both_know_the_same_words() {
    let whole = everything();
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
    let mut taken = 0;
    for at in &leaves {
        let now = whole.pointer(at).unwrap().as_str().unwrap_or_default();
        if !words.contains(&now) {
            continue;
        }
        for word in words.iter().chain(&["zzz"]) {
            let mut file = whole.clone();
            *file.pointer_mut(at).unwrap() = json!(word);
            let out = faults(&file);
            // How rules go together is not the schema's business.
            let read = is_read(&file)
                .map_err(|errors| errors.iter().any(|e| e.contains("expected one of")));
            assert_eq!(
                read == Err(true),
                !out.is_empty(),
                "{at}: {word}: {read:?} {out:?}"
            );
            taken += usize::from(out.is_empty());
        }
    }
    assert!(taken > 100, "{taken}");
}
