use fromtier_image::Platform;

use super::*;

fn source(file: &str) -> serde_json::Value {
    let path = format!("{}/data/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_table_has_every_tag_of_the_source_and_no_other() {
    let source = source("official-images.json");
    let mut total = 0;
    for (name, facts) in source["images"].as_object().unwrap() {
        let image = image(name).unwrap();
        let mut tags: Vec<&str> = Vec::new();
        for (architectures, list) in facts["tags_by_arch"].as_object().unwrap() {
            let count = architectures.split(' ').count();
            for tag in list.as_array().unwrap() {
                let tag = tag.as_str().unwrap();
                assert_eq!(
                    image.tag(tag).unwrap().names().count(),
                    count,
                    "{name}:{tag}"
                );
                tags.push(tag);
            }
        }
        tags.sort_unstable();
        assert_eq!(image.tags(), tags);
        total += tags.len();
    }
    assert_eq!(total, 9_849);
    assert_eq!(images().count(), 144);
}

#[test]
fn the_table_has_every_cycle_of_the_source() {
    let source = source("lifecycle.json");
    for (name, product) in source["lifecycle"].as_object().unwrap() {
        let cycles: Vec<Cycle> = image(name).unwrap().cycles().collect();
        let expected: Vec<&str> = product["cycles"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["cycle"].as_str().unwrap())
            .collect();
        assert_eq!(
            cycles.iter().map(|c| c.name).collect::<Vec<_>>(),
            expected,
            "{name}"
        );
    }
}

#[test]
fn unknown_names_and_tags_are_unknown() {
    assert!(image("node-custom").is_none());
    assert!(image("").is_none());
    let node = image("node").unwrap();
    for tag in ["", "22-", "18-alpine", "zzz", "22-alpine3.99"] {
        assert!(node.tag(tag).is_none(), "{tag}");
    }
    assert!(node.tag("22-alpine").is_some());
}

#[test]
fn a_tag_has_its_platforms() {
    let platform = |os: &str, architecture: &str, variant: &str| Platform {
        os: os.into(),
        architecture: architecture.into(),
        variant: variant.into(),
        ..Platform::default()
    };
    let alpine = image("alpine").unwrap().tag("3.24").unwrap();
    assert!(alpine.has(&platform("linux", "amd64", "")));
    assert!(alpine.has(&platform("linux", "arm", "")));
    assert!(alpine.has(&platform("linux", "arm", "v6")));
    assert!(alpine.has(&platform("linux", "arm64", "v8")));
    assert!(!alpine.has(&platform("linux", "arm", "v5")));
    assert!(!alpine.has(&platform("windows", "amd64", "")));
}

#[track_caller]
fn cycle(name: &str, tag: &str) -> Option<&'static str> {
    image(name).unwrap().cycle_of(tag).map(|cycle| cycle.name)
}

#[test]
fn a_version_leads_to_its_cycle() {
    assert_eq!(cycle("node", "18-alpine"), Some("18"));
    assert_eq!(cycle("node", "22.1.0-bullseye-slim"), Some("22"));
    assert_eq!(cycle("alpine", "3.2"), Some("3.2"));
    assert_eq!(cycle("alpine", "3.20.1"), Some("3.20"));
    assert_eq!(cycle("debian", "bullseye"), Some("11"));
    assert_eq!(cycle("debian", "bullseye-20240101-slim"), Some("11"));
    assert_eq!(cycle("debian", "11.9"), Some("11"));
    assert_eq!(cycle("ubuntu", "jammy"), Some("22.04"));
    assert_eq!(cycle("ubuntu", "22.04"), Some("22.04"));
    assert_eq!(cycle("python", "3.8-slim"), Some("3.8"));
}

#[test]
fn a_tag_without_a_cycle_has_none() {
    assert_eq!(cycle("node", "latest"), None);
    assert_eq!(cycle("node", "alpine"), None);
    assert_eq!(cycle("node", "bullseye"), None);
    assert_eq!(cycle("alpine", "3"), None);
    assert_eq!(cycle("alpine", "20260805"), None);
    assert_eq!(cycle("hello-world", "1"), None);
}

#[test]
fn a_cycle_is_supported_on_its_last_day() {
    let eighteen = image("node").unwrap().cycle_of("18").unwrap();
    let last = Day::parse("2025-04-30").unwrap();
    assert_eq!(eighteen.end_of_life, EndOfLife::On(last));
    assert!(!eighteen.has_ended(last));
    assert!(eighteen.has_ended(last.plus_days(1)));
}

#[test]
fn notices_name_successors() {
    let openjdk = image("openjdk").unwrap().deprecation(Some("21")).unwrap();
    assert_eq!(openjdk.alternatives().next(), Some("eclipse-temurin"));
    let amazon = image("amazonlinux").unwrap();
    assert!(amazon.deprecation(Some("1")).is_some());
    assert!(amazon.deprecation(Some("2023")).is_none());
    assert!(amazon.deprecation(None).is_none());
    assert_eq!(
        retired("centos").unwrap().alternatives().next(),
        Some("almalinux")
    );
    assert_eq!(retired("swarm").unwrap().alternatives().next(), None);
    assert!(retired("node").is_none());
}
