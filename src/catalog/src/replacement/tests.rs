use super::*;
use crate::image::{image, images};

fn asked<'a>(tag: Option<&'a str>, today: &str) -> TagRequest<'a> {
    TagRequest {
        tag,
        platform: None,
        today: Day::parse(today).unwrap(),
    }
}

fn offer(name: &str, wanted: &str, today: &str) -> Option<String> {
    replacement_tag(image(name).unwrap(), &asked(Some(wanted), today), &|_| true)
}

#[track_caller]
fn offers(name: &str, wanted: &str, today: &str, expected: &str) {
    assert_eq!(
        offer(name, wanted, today).as_deref(),
        Some(expected),
        "{name}:{wanted}"
    );
}

#[test]
fn a_supported_cycle_is_kept() {
    offers("node", "22", "2026-09-01", "22");
    offers("node", "22.1.0-alpine3.18", "2026-09-01", "22-alpine");
    offers("debian", "bookworm-slim", "2026-07-01", "bookworm-slim");
}

#[test]
fn an_ended_cycle_is_replaced_by_one_that_lasts() {
    offers("node", "18-alpine", "2026-09-01", "24-alpine");
    offers("node", "18-buster-slim", "2026-09-01", "24-slim");
    offers("debian", "bullseye-slim", "2026-09-01", "trixie-slim");
    offers("debian", "11", "2026-09-01", "13");
    offers("ubuntu", "xenial", "2026-09-01", "resolute");
    // 26 has only two weeks left; 25 is the long-term release.
    offers("eclipse-temurin", "20-jdk", "2026-09-01", "25-jdk");
}

#[test]
fn latest_and_foreign_variants_become_a_plain_tag() {
    offers("node", "latest", "2026-09-01", "24");
    // No suggestion is a downgrade.
    offers("node", "25", "2026-09-01", "26");
    offers("node", "22.1.0-debian-12", "2026-09-01", "22");
    offers("python", "latest", "2026-09-01", "3.14");
    offers("golang", "1.19", "2026-09-01", "1.27");
}

#[test]
fn stable_and_mainline_are_two_lines() {
    offers("nginx", "stable-alpine", "2026-09-01", "1.30-alpine");
    offers("nginx", "mainline", "2026-09-01", "1.31");
    offers("nginx", "1.26-alpine", "2026-09-01", "1.30-alpine");
    offers("nginx", "1.27", "2026-09-01", "1.31");
    offers("nginx", "latest", "2026-09-01", "1.31");
}

#[test]
fn the_condition_of_the_caller_applies() {
    let tag = replacement_tag(image("node").unwrap(), &asked(None, "2026-09-01"), &|tag| {
        let parts = TagParts::parse(tag);
        parts.version.first().is_some_and(|v| (22..25).contains(v)) && parts.has_variant("alpine")
    });
    assert_eq!(tag.as_deref(), Some("24-alpine"));
    assert_eq!(
        replacement_tag(image("node").unwrap(), &asked(None, "2026-09-01"), &|_| {
            false
        }),
        None
    );
}

#[test]
fn every_image_with_tags_has_a_supported_offer() {
    let asked = asked(None, "2026-08-22");
    let today = asked.today;
    let mut without: Vec<&str> = Vec::new();
    for image in images() {
        match replacement_tag(image, &asked, &|_| true) {
            Some(tag) => {
                assert!(image.tag(&tag).is_some(), "{}:{tag}", image.name());
                assert!(
                    image.deprecation(Some(&tag)).is_none(),
                    "{}:{tag}",
                    image.name()
                );
                assert!(
                    image.cycle_of(&tag).is_none_or(|c| !c.has_ended(today)),
                    "{}:{tag}",
                    image.name()
                );
            }
            None => without.push(image.name()),
        }
    }
    without.retain(|name| image(name).unwrap().deprecation(None).is_none());
    assert_eq!(without, ["aerospike", "gazebo", "ibm-semeru-runtimes"]);
}
