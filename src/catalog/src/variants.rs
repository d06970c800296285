//! How close are the variants of one tag to those of another: `-jdk-slim-buster` and `-jdk`?

use std::collections::HashMap;

use crate::day::Day;
use crate::image::{Cycle, Cycles, image};
use crate::tag::TagParts;

/// One part of a tag with the number after it: `alpine3.23`, `jdk17`, `openjdk-17`, `slim`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Part<'a> {
    family: &'a str,
    number: &'a str,
}

/// The distance of a tag from the requested one; the smallest is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Distance {
    /// Differences in contents: another libc, another runtime, other packages.
    pub contents: u32,
    /// Differences in the build: another release of the base system.
    pub build: u32,
}

/// Base systems. Which release of them an image is built on matters little.
const SYSTEMS: [&str; 7] = [
    "al",
    "alpine",
    "ltsc",
    "nanoserver",
    "oraclelinux",
    "ubi",
    "windowsservercore",
];

/// Parts that name a release of some software, and the official image whose cycles say when that release ends.
const SOFTWARE: [(&str, &str); 15] = [
    ("al", "amazonlinux"),
    ("alpine", "alpine"),
    ("amazoncorretto", "amazoncorretto"),
    ("corretto", "amazoncorretto"),
    ("debian", "debian"),
    ("ibmjava", "eclipse-temurin"),
    ("java", "eclipse-temurin"),
    ("jdk", "eclipse-temurin"),
    ("jre", "eclipse-temurin"),
    ("oraclelinux", "oraclelinux"),
    ("otp", "erlang"),
    ("php", "php"),
    ("python", "python"),
    ("temurin", "eclipse-temurin"),
    ("ubuntu", "ubuntu"),
];

/// Other names for the OpenJDK builds that images are built on today.
const JAVAS: [&str; 5] = ["openjdk", "adoptopenjdk", "jdk", "java", "temurin"];

/// Returns the parts of a tag's variants. A number between dashes belongs to the part before it.
pub(crate) fn parts<'a>(variants: &[&'a str]) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = Vec::with_capacity(variants.len());
    for variant in variants {
        let family = variant.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &variant[family.len()..];
        match parts.last_mut() {
            Some(last) if family.is_empty() && last.number.is_empty() => last.number = number,
            // `eclipse-temurin` is one word.
            _ if *variant == "eclipse" => {}
            _ => parts.push(Part { family, number }),
        }
    }
    parts
}

/// Looks up which parts name software that has reached its end of life.
pub(crate) struct Releases<'a> {
    today: Day,
    systems: Vec<Cycles>,
    /// The answers so far.
    known: HashMap<Part<'a>, PartFacts>,
}

#[derive(Debug, Clone, Copy)]
struct PartFacts {
    /// Whether it is a codename of Debian or Ubuntu.
    codename: bool,
    /// Whether the release that the part names has reached its end of life.
    has_ended: bool,
}

impl<'a> Releases<'a> {
    pub fn new(today: Day) -> Releases<'a> {
        let systems = ["debian", "ubuntu"].into_iter().filter_map(image);
        Releases {
            today,
            systems: systems.map(Cycles::of_image).collect(),
            known: HashMap::new(),
        }
    }

    fn facts(&mut self, part: Part<'a>) -> PartFacts {
        if let Some(known) = self.known.get(&part) {
            return *known;
        }
        let known = self.look_up(part);
        self.known.insert(part, known);
        known
    }

    fn look_up(&self, part: Part<'_>) -> PartFacts {
        let has_ended = |cycle: Cycle| cycle.has_ended(self.today);
        if part.number.is_empty() {
            let mut systems = self.systems.iter();
            let cycle = systems.find_map(|cycles| cycles.of_codename(part.family));
            return PartFacts {
                codename: cycle.is_some(),
                has_ended: cycle.is_some_and(has_ended),
            };
        }
        let software = SOFTWARE.iter().find(|(family, _)| *family == part.family);
        let cycle = software
            .and_then(|(_, name)| image(name))
            .and_then(|image| image.cycle_of(part.number));
        PartFacts {
            codename: false,
            has_ended: cycle.is_some_and(has_ended),
        }
    }
}

/// The requested variants, without those that no tag offers today.
pub(crate) struct WantedVariants<'a> {
    parts: Vec<Part<'a>>,
}

impl<'a> WantedVariants<'a> {
    /// `offered` has the parts of every tag that could be chosen. Parts that none of them has (`-custom`, `-debian-11-r0`)
    /// and releases that have reached their end of life (`-buster`, `3.12` of `-alpine3.12`) are left out.
    pub fn new(
        variants: &[&'a str],
        offered: &[Vec<Part<'_>>],
        releases: &mut Releases<'a>,
    ) -> WantedVariants<'a> {
        let offers = |family: &str| offered.iter().flatten().any(|part| part.family == family);
        let offers_plainly = |family: &str| {
            offered
                .iter()
                .flatten()
                .any(|part| part.family == family && part.number.is_empty())
        };
        let mut wanted: Vec<Part<'a>> = Vec::new();
        for mut part in parts(variants) {
            // `8u292`, `11.0.4_8`: the number of an update.
            let update = ["", "u", "b", "r"].contains(&part.family) && !part.number.is_empty();
            if !offers(part.family) && JAVAS.contains(&part.family) {
                part.family = "temurin";
            }
            if update || !offers(part.family) {
                continue;
            }
            if releases.facts(part).has_ended {
                if part.number.is_empty() {
                    continue;
                }
                part.number = "";
                if !SYSTEMS.contains(&part.family) && !offers_plainly(part.family) {
                    continue;
                }
            }
            if !wanted.iter().any(|other| other.family == part.family) {
                wanted.push(part);
            }
        }
        WantedVariants { parts: wanted }
    }

    /// Returns how far the parts of a tag are from the requested ones.
    pub fn distance(&self, have: &[Part<'a>], releases: &mut Releases<'a>) -> Distance {
        let mut distance = Distance {
            contents: 0,
            build: 0,
        };
        for wanted in &self.parts {
            let Some(found) = have.iter().find(|part| part.family == wanted.family) else {
                match wanted.family {
                    "alpine" => distance.contents += 10,
                    "slim" => distance.contents += 6,
                    _ if releases.facts(*wanted).codename => distance.build += 2,
                    _ => distance.contents += 8,
                }
                continue;
            };
            let system = SYSTEMS.contains(&wanted.family);
            match (wanted.number, found.number) {
                (a, b) if a == b => {}
                (_, "") if system => {}
                _ if system => distance.build += 1,
                ("", _) | (_, "") => distance.contents += 3,
                _ => distance.contents += 12,
            }
        }
        for part in have {
            if releases.facts(*part).has_ended {
                distance.contents += 30;
            }
            if self.parts.iter().any(|wanted| wanted.family == part.family) {
                continue;
            }
            match part.family {
                "alpine" => distance.contents += 10,
                // If no build of Java was requested, the one that images are built on today.
                "temurin" => distance.contents += 4,
                _ if releases.facts(*part).codename => distance.build += 2,
                _ => distance.contents += 5,
            }
        }
        distance
    }

    /// Returns the versions of parts that weren't requested, except for base systems.
    pub fn unrequested(&self, have: &[Part<'a>]) -> Vec<Vec<u32>> {
        let asked = |part: &Part<'_>| self.parts.iter().any(|p| p.family == part.family);
        let mut unrequested: Vec<&Part<'a>> = have.iter().filter(|part| !asked(part)).collect();
        unrequested.retain(|part| !SYSTEMS.contains(&part.family));
        (unrequested.iter())
            .map(|part| TagParts::parse(part.number).version)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::TagParts;

    fn of(tag: &str) -> Vec<Part<'_>> {
        parts(&TagParts::parse(tag).variants)
    }

    /// The offered tags by their distance from the requested one, closest first.
    fn order<'a>(asked: &str, offered: &[&'a str]) -> Vec<&'a str> {
        let mut releases = Releases::new(Day::parse("2026-11-24").unwrap());
        let all: Vec<_> = offered.iter().map(|tag| of(tag)).collect();
        let asked = TagParts::parse(asked);
        let wish = WantedVariants::new(&asked.variants, &all, &mut releases);
        let mut order = offered.to_vec();
        order.sort_by_key(|tag| wish.distance(&of(tag), &mut releases));
        order
    }

    #[test]
    fn numbers_belong_to_the_part_before_them() {
        let words = |tag| {
            of(tag)
                .iter()
                .map(|part| (part.family.to_owned(), part.number.to_owned()))
                .collect::<Vec<_>>()
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            words("3.9-eclipse-temurin-17-alpine"),
            [pair("temurin", "17"), pair("alpine", "")]
        );
        assert_eq!(
            words("7-jdk17-alpine3.23"),
            [pair("jdk", "17"), pair("alpine", "3.23")]
        );
        assert_eq!(words("11-alpine-3.21"), [pair("alpine", "3.21")]);
    }

    #[test]
    fn the_libc_counts_more_than_the_size_and_both_more_than_the_release_below() {
        assert_eq!(
            order(
                "1-slim-bullseye",
                &[
                    "2",
                    "2-alpine",
                    "2-slim",
                    "2-slim-trixie",
                    "2-slim-bullseye"
                ]
            ),
            [
                "2-slim",
                "2-slim-trixie",
                "2",
                "2-alpine",
                "2-slim-bullseye"
            ]
        );
        assert_eq!(
            order("1-alpine3.12", &["2", "2-slim", "2-alpine3.24", "2-alpine"]),
            ["2-alpine", "2-alpine3.24", "2", "2-slim"]
        );
    }

    #[test]
    fn another_java_is_worse_than_none() {
        assert_eq!(
            order(
                "3-openjdk-11",
                &["3", "3-eclipse-temurin-17", "3-eclipse-temurin-11"]
            ),
            ["3-eclipse-temurin-11", "3", "3-eclipse-temurin-17"]
        );
    }

    #[test]
    fn a_variant_that_no_tag_offers_is_ignored() {
        assert_eq!(
            order("1-debian-11-r0", &["2-alpine", "2"]),
            ["2", "2-alpine"]
        );
        assert_eq!(
            order("1-php7.4-apache", &["2-php8.5-apache", "2-apache"]),
            ["2-apache", "2-php8.5-apache"]
        );
    }
}
