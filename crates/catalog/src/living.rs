//! A tag to offer instead of one that is refused, over or unknown.

use crate::day::Day;
use crate::image::{Cycle, Cycles, EndOfLife, Image};
use crate::tag::TagParts;

/// A cycle is worth moving to when it lives for so many more days: that passes over releases that are supported
/// for some months only (Java's, Ubuntu's and, but for their first weeks, Node's releases between the long ones).
const WORTH_MOVING_TO: i32 = 365;

/// A listed tag of `image` that is alive on `today`, for whoever asked for the tag `wanted`; `accept` is the
/// caller's own condition (a policy's tag rules).
///
/// In this order: the variant of `wanted` is kept where there is one (`-alpine3.18` as `-alpine`, else one part of
/// `-buster-slim`), else the plain tag is offered; the cycle of `wanted` is kept while it lives, else the newest
/// cycle with a year or more to live is taken, else the newest that lives; of several tags the shortest
/// (`22-alpine`, not `22.23.2-alpine3.24`). A codename is answered with a codename. Where no lifecycle is known,
/// the highest version stands for the newest cycle. `None`: nothing fits.
pub fn living_tag(
    image: Image,
    wanted: Option<&str>,
    today: Day,
    accept: &dyn Fn(&str) -> bool,
) -> Option<String> {
    if image.deprecated(None).is_some() {
        return None;
    }
    let wanted = wanted.unwrap_or("latest");
    let tags: Vec<String> = image.tags();
    let cycles = Cycles::of(image);
    let wanted_cycle = cycles.of_tag(&TagParts::parse(wanted));
    let by_codename = wanted_cycle.is_some() && TagParts::parse(wanted).version.is_empty();
    let candidates: Vec<Candidate<'_>> = tags
        .iter()
        .filter(|tag| accept(tag) && image.deprecated(Some(tag)).is_none())
        .filter_map(|tag| Candidate::new(&cycles, tag, by_codename))
        .collect();

    let mut wish = TagParts::parse(wanted).variants;
    if by_codename {
        wish.remove(0);
    }
    let order = cycle_order(image, wanted_cycle, today);
    for level in [
        Level::Same,
        Level::Family,
        Level::Part,
        Level::Plain,
        Level::Any,
    ] {
        let fitting = || candidates.iter().filter(|c| level.fits(&wish, &c.variants));
        let best = match &order {
            Some(order) => order
                .iter()
                .find_map(|cycle| shortest(fitting().filter(|c| c.cycle == Some(*cycle)))),
            None => fitting()
                .filter_map(|c| c.version.first())
                .max()
                .and_then(|newest| {
                    shortest(fitting().filter(|c| c.version.first() == Some(newest)))
                }),
        };
        if best.is_some() {
            return best;
        }
    }
    (order.is_none() && accept("latest") && image.tag("latest").is_some())
        .then(|| "latest".to_owned())
}

struct Candidate<'a> {
    tag: &'a str,
    version: Vec<u32>,
    cycle: Option<Cycle>,
    variants: Vec<&'a str>,
}

impl<'a> Candidate<'a> {
    /// `None` for a tag that is spelled the other way (codename or version), or that floats over cycles.
    fn new(cycles: &Cycles, tag: &'a str, by_codename: bool) -> Option<Candidate<'a>> {
        let parts = TagParts::parse(tag);
        let cycle = cycles.of_tag(&parts);
        let TagParts {
            version,
            mut variants,
        } = parts;
        if version.is_empty() != by_codename {
            return None;
        }
        if by_codename {
            cycle?;
            variants.remove(0);
        }
        // Release candidates and the like are no advice.
        let early = |part: &&str| {
            [
                "rc", "alpha", "beta", "preview", "kitten", "dev", "ea", "a", "b", "m",
            ]
            .iter()
            .any(|word| {
                part.strip_prefix(word)
                    .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
            })
        };
        if variants.iter().any(early) {
            return None;
        }
        Some(Candidate {
            tag,
            version,
            cycle,
            variants,
        })
    }
}

/// How near a candidate's variants are to those that were asked for.
#[derive(Clone, Copy)]
enum Level {
    Same,
    Family,
    Part,
    Plain,
    Any,
}

impl Level {
    fn fits(self, wish: &[&str], have: &[&str]) -> bool {
        let family = |part: &str| {
            part.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
                .to_owned()
        };
        match self {
            Level::Same => wish == have,
            Level::Family => {
                !wish.is_empty()
                    && wish.len() == have.len()
                    && wish.iter().zip(have).all(|(a, b)| family(a) == family(b))
            }
            Level::Part => {
                have.len() == 1 && wish.iter().any(|part| family(part) == family(have[0]))
            }
            Level::Plain => have.is_empty(),
            Level::Any => true,
        }
    }
}

fn shortest<'a>(candidates: impl Iterator<Item = &'a Candidate<'a>>) -> Option<String> {
    candidates
        .min_by_key(|c| (c.tag.len(), c.tag))
        .map(|c| c.tag.to_owned())
}

/// The cycles to offer, best first; `None` where the image has no known lifecycle.
fn cycle_order(image: Image, wanted: Option<Cycle>, today: Day) -> Option<Vec<Cycle>> {
    let mut cycles: Vec<Cycle> = image.cycles().collect();
    if cycles.is_empty() {
        return None;
    }
    cycles.retain(|cycle| !cycle.is_over(today));
    cycles.sort_by_key(|cycle| {
        let lasting = match cycle.end_of_life {
            EndOfLife::On(day) => day.days_since(today) >= WORTH_MOVING_TO,
            EndOfLife::Over => false,
            EndOfLife::NotAnnounced => true,
        };
        (
            wanted != Some(*cycle),
            !lasting,
            std::cmp::Reverse(cycle.version()),
        )
    });
    Some(cycles)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::image::{image, images};

    fn offer(name: &str, wanted: &str, today: &str) -> Option<String> {
        living_tag(
            image(name).unwrap(),
            Some(wanted),
            Day::parse(today).unwrap(),
            &|_| true,
        )
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
    fn a_living_cycle_is_kept() {
        offers("node", "22", "2026-09-01", "22");
        offers("node", "22.1.0-alpine3.18", "2026-09-01", "22-alpine");
        offers("debian", "bookworm-slim", "2026-07-01", "bookworm-slim");
    }

    #[test]
    fn a_cycle_that_is_over_gives_way_to_one_that_lasts() {
        offers("node", "18-alpine", "2026-09-01", "26-alpine");
        offers("node", "18-buster-slim", "2026-09-01", "26-slim");
        offers("debian", "bullseye-slim", "2026-09-01", "trixie-slim");
        offers("debian", "11", "2026-09-01", "13");
        offers("ubuntu", "xenial", "2026-09-01", "resolute");
        // 26 lives for two more weeks only, 25 is the long one.
        offers("eclipse-temurin", "20-jdk", "2026-09-01", "25-jdk");
    }

    #[test]
    fn latest_and_foreign_variants_become_a_plain_tag() {
        offers("node", "latest", "2026-09-01", "26");
        offers("node", "22.1.0-debian-12", "2026-09-01", "22");
        offers("python", "latest", "2026-09-01", "3.14");
        offers("golang", "1.19", "2026-09-01", "1.27");
    }

    #[test]
    fn the_condition_of_the_caller_holds() {
        let tag = living_tag(
            image("node").unwrap(),
            None,
            Day::parse("2026-09-01").unwrap(),
            &|tag| {
                let parts = TagParts::parse(tag);
                parts.version.first().is_some_and(|v| (22..25).contains(v))
                    && parts.has_variant("alpine")
            },
        );
        assert_eq!(tag.as_deref(), Some("24-alpine"));
        assert_eq!(
            living_tag(
                image("node").unwrap(),
                None,
                Day::parse("2026-09-01").unwrap(),
                &|_| false
            ),
            None
        );
    }

    #[test]
    fn every_image_with_tags_has_an_offer_that_lives() {
        let today = Day::parse("2026-08-22").unwrap();
        let mut without: Vec<&str> = Vec::new();
        for image in images() {
            match living_tag(image, None, today, &|_| true) {
                Some(tag) => {
                    assert!(image.tag(&tag).is_some(), "{}:{tag}", image.name());
                    assert!(
                        image.deprecated(Some(&tag)).is_none(),
                        "{}:{tag}",
                        image.name()
                    );
                    assert!(
                        image.cycle_of(&tag).is_none_or(|c| !c.is_over(today)),
                        "{}:{tag}",
                        image.name()
                    );
                }
                None => without.push(image.name()),
            }
        }
        without.retain(|name| image(name).unwrap().deprecated(None).is_none());
        assert_eq!(without, ["aerospike", "gazebo", "ibm-semeru-runtimes"]);
    }
}
