//! Which tag can replace one that is refused, has reached its end of life, or is unknown?

use std::cmp::Reverse;

use fromtier_image::Platform;

use crate::day::Day;
use crate::image::{Cycle, Cycles, EndOfLife, Image};
use crate::platforms::Platforms;
use crate::tag::TagParts;
use crate::variants::{self, Part, Releases, WantedVariants};

/// A cycle is worth moving to if it has at least this many days left. This skips releases that are supported only for
/// some months: the interim releases of Java, Ubuntu, and (except in their first weeks) Node.
const WORTH_MOVING_TO: i32 = 365;

/// Tag parts of versions that aren't released yet.
const EARLY: [&str; 10] = [
    "a", "alpha", "b", "beta", "dev", "ea", "kitten", "m", "preview", "rc",
];

/// The tag that is to be replaced, for which platform, and on which day.
#[derive(Debug, Clone, Copy)]
pub struct TagRequest<'a> {
    /// The tag to replace, of this image or of the image that this one replaces; `latest` if there is none.
    pub tag: Option<&'a str>,
    /// The platform that the new tag must exist for; by default `linux/amd64`, or Windows if the requested tag names it.
    pub platform: Option<&'a Platform>,
    /// The day on which the new tag must be supported.
    pub today: Day,
}

/// Returns a supported tag of `image` that comes closest to the requested one. `accept` is the caller's own
/// condition (a policy's rules).
///
/// The criteria, in order:
/// - the requested cycle, if it hasn't reached its end of life;
/// - the requested variants, as far as such tags exist, without releases that have reached their end of life
///   (`-alpine3.12` becomes `-alpine`, `-slim-buster` becomes `-slim`, `-openjdk-17` becomes `-eclipse-temurin-17`);
/// - a cycle with a year or more left: the newest of the same major release, else the image's long-term support line,
///   else the newest;
/// - the newest version of parts that weren't requested (`-eclipse-temurin-25`);
/// - the shortest tag (`22-alpine`, not `22.23.2-alpine3.24`).
///
/// A codename is replaced by a codename. If the image has no known lifecycle, the newest version counts as the newest
/// cycle. Returns `None` if no tag fits.
pub fn replacement_tag(
    image: Image,
    request: &TagRequest<'_>,
    accept: &dyn Fn(&str) -> bool,
) -> Option<String> {
    if image.deprecation(None).is_some() {
        return None;
    }
    let wanted = TagParts::parse(request.tag.unwrap_or("latest"));
    let system = image.lifecycle_image(&wanted);
    let cycles = Cycles::of_image(system);
    let wanted_cycle = cycles.of_tag(&wanted);
    // `buildpack-deps` has Debian's codenames, and no numbers for them.
    let by_codename = match wanted_cycle {
        Some(_) => wanted.version.is_empty(),
        None => system.name() == "debian" && image.name() != system.name(),
    };
    let tags = image.tags_with_platforms();
    let platform = requested_platform(request, &wanted);
    let candidates: Vec<Candidate<'_>> = tags
        .iter()
        .filter(|(tag, platforms)| {
            platforms.has(&platform) && image.deprecation(Some(tag)).is_none()
        })
        .filter_map(|(tag, _)| Candidate::new(&cycles, tag, by_codename))
        .filter(|c| c.cycle.is_none_or(|cycle| !cycle.has_ended(request.today)))
        .collect();
    let order = cycle_order(system, &wanted, wanted_cycle, request.today, &tags);

    let variants = if by_codename && wanted_cycle.is_some() {
        wanted.variants.get(1..).unwrap_or_default()
    } else {
        &wanted.variants
    };
    let mut releases = Releases::new(request.today);
    let offered: Vec<Vec<Part<'_>>> = candidates
        .iter()
        .map(|c| variants::parts(&c.variants))
        .collect();
    let wish = WantedVariants::new(variants, &offered, &mut releases);
    let prefixed = request.tag.is_some_and(|tag| tag.starts_with('v'));
    let mut ranked: Vec<_> = candidates
        .iter()
        .zip(&offered)
        .filter_map(|(candidate, parts)| {
            let rank = match &order {
                Some(order) => Rank::Cycle(
                    order
                        .iter()
                        .position(|cycle| candidate.cycle == Some(*cycle))?,
                ),
                None => newest_first(&wanted.version, &candidate.version),
            };
            let another = match (&rank, wanted_cycle) {
                (Rank::Cycle(_), Some(wanted)) => candidate.cycle != Some(wanted),
                // `9` is any 9.x, and 10.1 another release.
                (Rank::Cycle(_), None) => !candidate.version.starts_with(&wanted.version),
                (Rank::Version(another, _), _) => *another,
            };
            let distance = wish.distance(parts, &mut releases);
            let style = candidate.tag.starts_with('v') != prefixed;
            let length = candidate.tag.len();
            let newest = Reverse(&candidate.version);
            let unrequested = Reverse(wish.unrequested(parts));
            let near = (another, distance.contents, rank, distance.build);
            Some((near, style, unrequested, length, newest, candidate.tag))
        })
        .collect();
    ranked.sort();
    let best = ranked.into_iter().find(|(.., tag)| accept(tag));
    best.map(|(.., tag)| tag.to_owned()).or_else(|| {
        let latest = order.is_none() && image.tag("latest").is_some_and(|p| p.has(&platform));
        (latest && accept("latest")).then(|| "latest".to_owned())
    })
}

/// The order of preference: the smallest comes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The index of the cycle among those to offer.
    Cycle(usize),
    /// Without cycles: the requested release, then the newest version. `6` is newer than any `6.3`.
    Version(bool, Reverse<Vec<u32>>),
}

fn newest_first(wanted: &[u32], version: &[u32]) -> Rank {
    let line = wanted.len().min(2);
    let same = line > 0 && version.len() >= line && version[..line] == wanted[..line];
    let mut version = version.to_vec();
    version.push(u32::MAX);
    Rank::Version(!same, Reverse(version))
}

fn requested_platform(request: &TagRequest<'_>, wanted: &TagParts<'_>) -> Platform {
    let windows = |part: &&str| part.starts_with("windows") || part.starts_with("nanoserver");
    request.platform.cloned().unwrap_or_else(|| Platform {
        os: if wanted.variants.iter().any(windows) {
            "windows".to_owned()
        } else {
            "linux".to_owned()
        },
        architecture: "amd64".to_owned(),
        ..Platform::default()
    })
}

struct Candidate<'a> {
    tag: &'a str,
    version: Vec<u32>,
    cycle: Option<Cycle>,
    variants: Vec<&'a str>,
}

impl<'a> Candidate<'a> {
    /// Returns `None` for a tag of the other spelling (codename or version), and for one that isn't bound to a cycle.
    fn new(cycles: &Cycles, tag: &'a str, by_codename: bool) -> Option<Candidate<'a>> {
        let parts = TagParts::parse(tag);
        if parts.version.is_empty() != by_codename {
            return None;
        }
        let cycle = cycles.of_tag(&parts);
        let TagParts {
            version,
            mut variants,
        } = parts;
        if by_codename {
            cycle?;
            variants.remove(0);
        }
        // Release candidates and the like are never suggested.
        let early = |part: &&str| {
            EARLY.contains(&part.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
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

/// The cycles to offer, best first; `None` if the image has no known lifecycle.
fn cycle_order(
    image: Image,
    wanted: &TagParts<'_>,
    wanted_cycle: Option<Cycle>,
    today: Day,
    tags: &[(String, Platforms)],
) -> Option<Vec<Cycle>> {
    let mut cycles: Vec<Cycle> = image.cycles().collect();
    if cycles.is_empty() {
        return None;
    }
    cycles.retain(|cycle| !cycle.has_ended(today));
    // A codename's version is its cycle's.
    let version = wanted_cycle.map_or(wanted.version.clone(), |cycle| cycle.version());
    let long_term = long_term(&cycles, tags).filter(|cycle| cycle.version() >= version);
    cycles.sort_by_key(|cycle| {
        let lasting = match cycle.end_of_life {
            EndOfLife::On(day) => day.days_since(today) >= WORTH_MOVING_TO,
            EndOfLife::Ended => false,
            EndOfLife::NotAnnounced => true,
        };
        let own = cycle.version();
        let same_major = own.first() == version.first() && own >= version;
        (
            wanted_cycle != Some(*cycle),
            // No suggestion is a downgrade.
            own < version,
            !lasting,
            !same_major,
            !same_line(image, wanted, &version, &own),
            long_term != Some(*cycle),
            Reverse(own),
        )
    });
    Some(cycles)
}

/// nginx numbers its stable releases even and its mainline odd: a request for one line is never answered
/// with the other.
fn same_line(image: Image, wanted: &TagParts<'_>, version: &[u32], own: &[u32]) -> bool {
    let odd = |version: &[u32]| version.get(1).map(|minor| minor % 2 == 1);
    let request = match wanted.variants.first() {
        Some(&"stable") => Some(false),
        Some(&"mainline") => Some(true),
        _ => odd(version),
    };
    image.name() != "nginx" || request.is_none() || odd(own) == request
}

/// The cycle of the `lts` tags. The catalog doesn't record which tags are the same image, but tags that exist for
/// different platforms are different images. If that leaves exactly one cycle, it is this one.
fn long_term(cycles: &[Cycle], tags: &[(String, Platforms)]) -> Option<Cycle> {
    let platforms = |wanted: &str| {
        let at = tags
            .binary_search_by(|(tag, _)| tag.as_str().cmp(wanted))
            .ok()?;
        Some(tags[at].1)
    };
    platforms("lts")?;
    let mut fitting = cycles.iter().filter(|cycle| {
        platforms(cycle.name).is_some()
            && tags
                .iter()
                .all(|(tag, mask)| match tag.strip_prefix("lts") {
                    Some(variant) => platforms(&format!("{}{variant}", cycle.name))
                        .is_none_or(|own| own == *mask),
                    None => true,
                })
    });
    let only = fitting.next()?;
    fitting.next().is_none().then_some(*only)
}

#[cfg(test)]
mod tests;
