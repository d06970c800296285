//! Has the release that a tag names reached its end of life?

use crate::day::Day;
use crate::image::{Cycle, Cycles, Image, image};
use crate::tag::TagParts;

/// The release cycle that shows that a tag's release has reached its end of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedRelease {
    /// The image whose cycle it is: the tag's own image, or its base system.
    pub image: Image,
    /// The release cycle that ended.
    pub cycle: Cycle,
    /// The relation of the cycle to the tag.
    pub relation: CycleRelation,
}

/// The relation of a cycle to a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CycleRelation {
    /// The tag's own cycle: `3.8` of `python:3.8-slim`.
    Own,
    /// The last of several cycles that the tag can mean, all of which have ended: `2.7` of `python:2`.
    Last,
    /// The next known cycle after the tag's release: `1.14` of `nginx:1.13`.
    Successor,
    /// The base system that the tag names: Debian's `10` of `python:3.12-slim-buster`.
    System,
}

impl Image {
    /// Returns the cycle that shows that the tag's release has reached its end of life on this day, if it has.
    ///
    /// The tag's own cycle decides, or all the cycles that it can mean. For a tag that isn't supported, the end of a later
    /// cycle or of the base system shows it too.
    pub fn ended_release(self, tag: &str, today: Day) -> Option<EndedRelease> {
        let parts = TagParts::parse(tag);
        (self.ended_by_release(&parts, tag, today))
            .or_else(|| self.ended_by_system(&parts, tag, today))
    }

    fn ended_by_release(self, parts: &TagParts<'_>, tag: &str, today: Day) -> Option<EndedRelease> {
        let image = self.lifecycle_image(parts);
        let ended = |cycle, relation| EndedRelease {
            image,
            cycle,
            relation,
        };
        if let Some(cycle) = Cycles::of_image(image).of_tag(parts) {
            return cycle
                .has_ended(today)
                .then(|| ended(cycle, CycleRelation::Own));
        }
        let version = &parts.version;
        let mut cycles: Vec<(Vec<u32>, Cycle)> = image
            .cycles()
            .map(|cycle| (cycle.version(), cycle))
            .collect();
        cycles.retain(|(own, _)| !version.is_empty() && own > version);
        cycles.sort_by(|(a, _), (b, _)| a.cmp(b));
        let meant = cycles
            .iter()
            .take_while(|(own, _)| own.starts_with(version));
        let meant: Vec<Cycle> = meant.map(|(_, cycle)| *cycle).collect();
        if let Some(last) = meant.last() {
            let over = meant.iter().all(|cycle| cycle.has_ended(today));
            return over.then(|| ended(*last, CycleRelation::Last));
        }
        let after = cycles.into_iter().map(|(_, cycle)| cycle);
        let mut over = after.filter(|cycle| cycle.has_ended(today) && self.tag(tag).is_none());
        over.next()
            .map(|after| ended(after, CycleRelation::Successor))
    }

    /// Returns the base system of an unsupported tag, if it has reached its end of life. As long as a tag is rebuilt, somebody
    /// maintains its base system.
    fn ended_by_system(self, parts: &TagParts<'_>, tag: &str, today: Day) -> Option<EndedRelease> {
        let relation = CycleRelation::System;
        let codename = |name: &str, part: &str| {
            let image = image(name)?;
            let cycle = image.cycles().find(|cycle| cycle.codename == part)?;
            Some(EndedRelease {
                image,
                cycle,
                relation,
            })
        };
        let system = |part: &&str| match part.strip_prefix("alpine") {
            Some("") => None,
            Some(number) => {
                let image = image("alpine")?;
                let cycle = image.cycle_of(number)?;
                Some(EndedRelease {
                    image,
                    cycle,
                    relation,
                })
            }
            None => codename("debian", part).or_else(|| codename("ubuntu", part)),
        };
        let mut systems = parts.variants.iter().filter_map(system);
        let ended = systems.find(|ended| ended.cycle.has_ended(today))?;
        self.tag(tag).is_none().then_some(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(reference: &str) -> Option<(String, CycleRelation)> {
        let (name, tag) = reference.split_once(':').unwrap();
        let today = Day::parse("2026-11-24").unwrap();
        let ended = image(name).unwrap().ended_release(tag, today)?;
        let cycle = format!("{} {}", ended.image.name(), ended.cycle.name);
        Some((cycle, ended.relation))
    }

    #[test]
    fn old_releases_have_ended_whether_or_not_they_are_known() {
        for (reference, cycle, relation) in [
            ("python:3.8-slim", "python 3.8", CycleRelation::Own),
            ("node:argon", "node 4", CycleRelation::Own),
            ("node:18", "node 18", CycleRelation::Own),
            ("debian:buster-slim", "debian 10", CycleRelation::Own),
            (
                "buildpack-deps:stretch-curl",
                "debian 9",
                CycleRelation::Own,
            ),
            ("python:2", "python 2.7", CycleRelation::Last),
            ("php:7-fpm", "php 7.4", CycleRelation::Last),
            ("mongo:4", "mongo 4.4", CycleRelation::Last),
            ("tomcat:8-jre8-alpine", "tomcat 8.5", CycleRelation::Last),
            ("node:0.12", "node 1", CycleRelation::Successor),
            ("golang:1.9", "golang 1.10", CycleRelation::Successor),
            ("nginx:1.13-alpine", "nginx 1.14", CycleRelation::Successor),
            (
                "python:3.12-slim-buster",
                "debian 10",
                CycleRelation::System,
            ),
            ("python:3-stretch", "debian 9", CycleRelation::System),
            ("golang:buster", "debian 10", CycleRelation::System),
            ("node:24-alpine3.12", "alpine 3.12", CycleRelation::System),
            ("ruby:3.4-alpine3.9", "alpine 3.9", CycleRelation::System),
        ] {
            assert_eq!(
                ended(reference),
                Some((cycle.into(), relation)),
                "{reference}"
            );
        }
    }

    #[test]
    fn supported_and_unknown_releases_have_not_ended() {
        for reference in [
            "node:24-alpine",
            "node:krypton",
            "node:latest",
            "node:alpine",
            "node:99",
            "python:3",
            "python:3-slim",
            "python:3.14-slim-bookworm",
            "node:24-bookworm",
            "alpine:3",
            "alpine:20260127",
            "mysql:8",
            "nginx:1.33.0",
            "gcc:9",
            "sonarqube:2025.1-developer",
            "debian:stable",
            "ubuntu:rolling",
        ] {
            assert_eq!(ended(reference), None, "{reference}");
        }
    }

    /// A supported tag ends only with its own cycle: Docker and its maintainers rebuild it.
    #[test]
    fn no_supported_tag_ends_with_another_cycle() {
        let today = crate::as_of();
        for image in crate::images() {
            for tag in image.tags() {
                if let Some(ended) = image.ended_release(&tag, today) {
                    let own = matches!(ended.relation, CycleRelation::Own | CycleRelation::Last);
                    assert!(own, "{}:{tag}: {ended:?}", image.name());
                }
            }
        }
    }
}
