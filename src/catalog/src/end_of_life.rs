//! Is what a tag names over? Its release cycle, one that is older than all that is known to be alive, the system below.

use crate::day::Day;
use crate::image::{Cycle, Cycles, Image, image};
use crate::tag::TagParts;

/// A tag whose release is over, and by which cycle that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// The image whose cycle it is: that of the tag, or the system below it.
    pub image: Image,
    /// The release cycle that ended.
    pub cycle: Cycle,
    /// The relation of the cycle to the tag.
    pub how: How,
}

/// What the cycle is to the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is the tag's own: `3.8` of `python:3.8-slim`.
    Own,
    /// The last of several that the tag may mean, all of which are over: `2.7` of `python:2`.
    Last,
    /// The next one that is known after the tag's release: `1.14` of `nginx:1.13`.
    After,
    /// The system that the tag says it is built upon: Debian's `10` of `python:3.12-slim-buster`.
    Below,
}

impl Image {
    /// Is what this tag names over on this day?
    ///
    /// The cycle of the tag decides where it has one that is over, and where it names several that all are. Of a tag
    /// that is not among the supported ones, a later cycle that is over tells as much, and so does the system below.
    pub fn ended(self, tag: &str, today: Day) -> Option<Ended> {
        let parts = TagParts::parse(tag);
        (self.by_release(&parts, tag, today)).or_else(|| self.below(&parts, tag, today))
    }

    fn by_release(self, parts: &TagParts<'_>, tag: &str, today: Day) -> Option<Ended> {
        let image = self.goes_by(parts);
        let ended = |cycle, how| Ended { image, cycle, how };
        if let Some(cycle) = Cycles::of(image).of_tag(parts) {
            return cycle.is_over(today).then(|| ended(cycle, How::Own));
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
            let over = meant.iter().all(|cycle| cycle.is_over(today));
            return over.then(|| ended(*last, How::Last));
        }
        let after = cycles.into_iter().map(|(_, cycle)| cycle);
        let mut over = after.filter(|cycle| cycle.is_over(today) && self.tag(tag).is_none());
        over.next().map(|after| ended(after, How::After))
    }

    /// The system that an unsupported tag is built upon, where that is over. While a tag is rebuilt, its system is
    /// looked after by somebody.
    fn below(self, parts: &TagParts<'_>, tag: &str, today: Day) -> Option<Ended> {
        let how = How::Below;
        let codename = |name: &str, part: &str| {
            let image = image(name)?;
            let cycle = image.cycles().find(|cycle| cycle.codename == part)?;
            Some(Ended { image, cycle, how })
        };
        let system = |part: &&str| match part.strip_prefix("alpine") {
            Some("") => None,
            Some(number) => {
                let image = image("alpine")?;
                let cycle = image.cycle_of(number)?;
                Some(Ended { image, cycle, how })
            }
            None => codename("debian", part).or_else(|| codename("ubuntu", part)),
        };
        let mut systems = parts.variants.iter().filter_map(system);
        let ended = systems.find(|ended| ended.cycle.is_over(today))?;
        self.tag(tag).is_none().then_some(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(reference: &str) -> Option<(String, How)> {
        let (name, tag) = reference.split_once(':').unwrap();
        let today = Day::parse("2026-11-24").unwrap();
        let ended = image(name).unwrap().ended(tag, today)?;
        let cycle = format!("{} {}", ended.image.name(), ended.cycle.name);
        Some((cycle, ended.how))
    }

    #[test]
    fn old_releases_are_over_whether_or_not_they_are_known() {
        for (reference, cycle, how) in [
            ("python:3.8-slim", "python 3.8", How::Own),
            ("node:argon", "node 4", How::Own),
            ("node:18", "node 18", How::Own),
            ("debian:buster-slim", "debian 10", How::Own),
            ("buildpack-deps:stretch-curl", "debian 9", How::Own),
            ("python:2", "python 2.7", How::Last),
            ("php:7-fpm", "php 7.4", How::Last),
            ("mongo:4", "mongo 4.4", How::Last),
            ("tomcat:8-jre8-alpine", "tomcat 8.5", How::Last),
            ("node:0.12", "node 1", How::After),
            ("golang:1.9", "golang 1.10", How::After),
            ("nginx:1.13-alpine", "nginx 1.14", How::After),
            ("python:3.12-slim-buster", "debian 10", How::Below),
            ("python:3-stretch", "debian 9", How::Below),
            ("golang:buster", "debian 10", How::Below),
            ("node:24-alpine3.12", "alpine 3.12", How::Below),
            ("ruby:3.4-alpine3.9", "alpine 3.9", How::Below),
        ] {
            assert_eq!(ended(reference), Some((cycle.into(), how)), "{reference}");
        }
    }

    #[test]
    fn what_lives_or_is_not_known_is_not_over() {
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

    /// What is rebuilt is over only by its own cycle: Docker and the makers look after it.
    #[test]
    fn no_supported_tag_is_over_by_another_cycle() {
        let today = crate::as_of();
        for image in crate::images() {
            for tag in image.tags() {
                if let Some(ended) = image.ended(&tag, today) {
                    let own = matches!(ended.how, How::Own | How::Last);
                    assert!(own, "{}:{tag}: {ended:?}", image.name());
                }
            }
        }
    }
}
