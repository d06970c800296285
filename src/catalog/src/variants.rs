//! CycleRelation near the variants of one tag are to those of another: `-jdk-slim-buster` and `-jdk`.

use std::collections::HashMap;

use crate::day::Day;
use crate::image::{Cycle, Cycles, image};
use crate::tag::TagParts;

/// One part of a tag with the number behind it: `alpine3.23`, `jdk17`, `openjdk-17`, `slim`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Part<'a> {
    family: &'a str,
    number: &'a str,
}

/// CycleRelation far a tag is from what was asked for; the least is the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Distance {
    /// What makes another image of it: another libc, another runtime, other contents.
    pub contents: u32,
    /// What makes another build of it: another release of the system below.
    pub build: u32,
}

/// Systems below an image: which release of them it is says little.
const SYSTEMS: [&str; 7] = [
    "al",
    "alpine",
    "ltsc",
    "nanoserver",
    "oraclelinux",
    "ubi",
    "windowsservercore",
];

/// Parts that tell a release of some software, and the official image whose cycles say when that is over.
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

/// Other words for the builds of OpenJDK that images are built upon now.
const JAVAS: [&str; 5] = ["openjdk", "adoptopenjdk", "jdk", "java", "temurin"];

/// The parts of a tag's variants. A number between dashes belongs to the part before it.
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

/// Knows which parts stand for software that is over.
pub(crate) struct Releases<'a> {
    today: Day,
    systems: Vec<Cycles>,
    /// What was asked before.
    known: HashMap<Part<'a>, PartFacts>,
}

#[derive(Debug, Clone, Copy)]
struct PartFacts {
    /// Is it a codename of Debian or Ubuntu?
    codename: bool,
    /// Is the system's or software's release over that the part names?
    over: bool,
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
        let over = |cycle: Cycle| cycle.is_over(self.today);
        if part.number.is_empty() {
            let mut systems = self.systems.iter();
            let cycle = systems.find_map(|cycles| cycles.of_codename(part.family));
            return PartFacts {
                codename: cycle.is_some(),
                over: cycle.is_some_and(over),
            };
        }
        let software = SOFTWARE.iter().find(|(family, _)| *family == part.family);
        let cycle = software
            .and_then(|(_, name)| image(name))
            .and_then(|image| image.cycle_of(part.number));
        PartFacts {
            codename: false,
            over: cycle.is_some_and(over),
        }
    }
}

/// What was asked for, without what no tag offers any more.
pub(crate) struct WantedVariants<'a> {
    parts: Vec<Part<'a>>,
}

impl<'a> WantedVariants<'a> {
    /// `offered`: the parts of every tag that could be chosen. What none of them knows (`-custom`, `-debian-11-r0`) and
    /// the release of what is over (`-buster`, `3.12` of `-alpine3.12`) is no part of the wish.
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
        let mut wish: Vec<Part<'a>> = Vec::new();
        for mut part in parts(variants) {
            // `8u292`, `11.0.4_8`: which update it is.
            let update = ["", "u", "b", "r"].contains(&part.family) && !part.number.is_empty();
            if !offers(part.family) && JAVAS.contains(&part.family) {
                part.family = "temurin";
            }
            if update || !offers(part.family) {
                continue;
            }
            if releases.facts(part).over {
                if part.number.is_empty() {
                    continue;
                }
                part.number = "";
                if !SYSTEMS.contains(&part.family) && !offers_plainly(part.family) {
                    continue;
                }
            }
            if !wish.iter().any(|other| other.family == part.family) {
                wish.push(part);
            }
        }
        WantedVariants { parts: wish }
    }

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
            if releases.facts(*part).over {
                distance.contents += 30;
            }
            if self.parts.iter().any(|wanted| wanted.family == part.family) {
                continue;
            }
            match part.family {
                "alpine" => distance.contents += 10,
                // Of several builds of Java that nobody asked for, the one that images are built upon now.
                "temurin" => distance.contents += 4,
                _ if releases.facts(*part).codename => distance.build += 2,
                _ => distance.contents += 5,
            }
        }
        distance
    }

    /// The releases of what nobody asked for, but for those of the system below.
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

    /// The offered tags by how near they are to the asked one, nearest first.
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
    fn another_java_is_worse_than_none_named() {
        assert_eq!(
            order(
                "3-openjdk-11",
                &["3", "3-eclipse-temurin-17", "3-eclipse-temurin-11"]
            ),
            ["3-eclipse-temurin-11", "3", "3-eclipse-temurin-17"]
        );
    }

    #[test]
    fn what_no_tag_offers_is_no_wish() {
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
