//! Official images: lookup, tags, release cycles, deprecation.

use crate::day::Day;
use crate::platforms::Platforms;
use crate::table::{self, Row};
use crate::tag::TagParts;

/// An official image of the catalog.
#[derive(Debug, Clone, Copy)]
pub struct Image {
    row: &'static Row,
}

impl PartialEq for Image {
    fn eq(&self, other: &Image) -> bool {
        self.row.name == other.row.name
    }
}

impl Eq for Image {}

/// When a release cycle ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfLife {
    /// On this day.
    On(Day),
    /// It has ended, on an unknown day.
    Ended,
    /// No day is announced.
    NotAnnounced,
}

/// A release cycle of the software in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// The name, such as `22` or `24.04`.
    pub name: &'static str,
    /// The codename, such as `jammy`; empty if there is none.
    pub codename: &'static str,
    /// When it ends.
    pub end_of_life: EndOfLife,
}

/// The notice that an image, or some of its tags, is deprecated or no longer official.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Since when: `2022-07` or `2025-07-18`; empty if unknown.
    pub since: &'static str,
    instead: &'static str,
}

impl Notice {
    /// Returns the images to use instead, best first; not always official ones.
    pub fn alternatives(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.instead.split(' ').filter(|name| !name.is_empty())
    }
}

impl Cycle {
    /// Whether the cycle has ended on this day. On its last day it hasn't.
    pub fn has_ended(&self, today: Day) -> bool {
        match self.end_of_life {
            EndOfLife::On(day) => day < today,
            EndOfLife::Ended => true,
            EndOfLife::NotAnnounced => false,
        }
    }

    /// Returns the numbers of its name; none for a cycle such as `current`.
    pub fn version(&self) -> Vec<u32> {
        TagParts::parse(self.name).version
    }
}

/// Returns the day of the facts. Nothing newer is known.
pub fn as_of() -> Day {
    // The build script's own fact; 1970 would only make the catalog look older than it is.
    Day::parse(table::AS_OF).unwrap_or(Day::from_unix_seconds(0))
}

/// Returns the official image of this name, as in `docker.io/library/NAME`.
pub fn image(name: &str) -> Option<Image> {
    let index = table::ROWS
        .binary_search_by_key(&name, |row| row.name)
        .ok()?;
    Some(Image {
        row: &table::ROWS[index],
    })
}

/// Returns all official images in the order of their names.
pub fn images() -> impl Iterator<Item = Image> {
    table::ROWS.iter().map(|row| Image { row })
}

/// Returns the notice on a name that is no longer official.
pub fn retired(name: &str) -> Option<Notice> {
    let index = table::RETIRED
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()?;
    let raw = &table::RETIRED[index].1;
    Some(Notice {
        since: raw.since,
        instead: raw.instead,
    })
}

impl Image {
    /// Returns the name, such as `node`.
    pub fn name(self) -> &'static str {
        self.row.name
    }

    /// Returns the platforms of a supported tag; `None` if the catalog doesn't list the tag.
    pub fn tag(self, wanted: &str) -> Option<Platforms> {
        let mut found = None;
        self.visit_tags(|tag, mask| {
            if tag == wanted.as_bytes() {
                found = Some(mask);
            }
            tag < wanted.as_bytes()
        });
        found
    }

    /// Returns all supported tags, sorted by their bytes.
    pub fn tags(self) -> Vec<String> {
        let mut tags = Vec::new();
        self.visit_tags(|tag, _| {
            tags.push(String::from_utf8_lossy(tag).into_owned());
            true
        });
        tags
    }

    /// Returns all supported tags with their platforms, sorted by the tags' bytes.
    pub fn tags_with_platforms(self) -> Vec<(String, Platforms)> {
        let mut tags = Vec::new();
        self.visit_tags(|tag, mask| {
            tags.push((String::from_utf8_lossy(tag).into_owned(), mask));
            true
        });
        tags
    }

    /// Calls `visit` with each tag in order, until it returns false.
    fn visit_tags(self, mut visit: impl FnMut(&[u8], Platforms) -> bool) {
        let mut tag: Vec<u8> = Vec::with_capacity(64);
        let mut rest = self.row.tags;
        while let [shared, following, mask, tail @ ..] = rest {
            let (suffix, next) = tail.split_at(usize::from(*following).min(tail.len()));
            tag.truncate(usize::from(*shared));
            tag.extend_from_slice(suffix);
            rest = next;
            if !visit(&tag, Platforms(table::MASKS[usize::from(*mask)])) {
                return;
            }
        }
    }

    /// Returns the release cycles, newest first; none if the catalog has no lifecycle for the image.
    pub fn cycles(self) -> impl Iterator<Item = Cycle> {
        self.row.cycles.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let (name, codename, end) = (words.next()?, words.next()?, words.next()?);
            let end_of_life = match end {
                "-" => EndOfLife::NotAnnounced,
                "!" => EndOfLife::Ended,
                day => EndOfLife::On(Day::parse(day)?),
            };
            Some(Cycle {
                name,
                codename,
                end_of_life,
            })
        })
    }

    /// Returns the cycle of a tag: the longest whose numbers the tag's version begins with, or the one of its codename.
    /// A tag such as `latest` or `alpine`, or `3` where the cycles are `3.23` and `3.24`, has none.
    pub fn cycle_of(self, tag: &str) -> Option<Cycle> {
        let parts = TagParts::parse(tag);
        Cycles::of_image(self.lifecycle_image(&parts)).of_tag(&parts)
    }

    /// Returns the image whose cycles apply to a tag: this one, but the tags of `buildpack-deps` are Debian's and Ubuntu's
    /// releases.
    pub fn lifecycle_image(self, tag: &TagParts<'_>) -> Image {
        if self.row.name != "buildpack-deps" {
            return self;
        }
        let ubuntu =
            image("ubuntu").filter(|ubuntu| Cycles::of_image(*ubuntu).of_tag(tag).is_some());
        ubuntu.or(image("debian")).unwrap_or(self)
    }

    /// Returns the notice that the image, or this tag, is deprecated.
    pub fn deprecation(self, tag: Option<&str>) -> Option<Notice> {
        let raw = self.row.deprecation.as_ref()?;
        let whole = raw.tags.is_empty();
        let this_tag = tag.is_some_and(|tag| raw.tags.split(' ').any(|t| t == tag));
        (whole || this_tag).then_some(Notice {
            since: raw.since,
            instead: raw.instead,
        })
    }
}

/// The cycles of an image with their versions, parsed once for several lookups.
pub(crate) struct Cycles(Vec<(Vec<u32>, Cycle)>);

impl Cycles {
    pub fn of_image(image: Image) -> Cycles {
        Cycles(
            image
                .cycles()
                .map(|cycle| (cycle.version(), cycle))
                .collect(),
        )
    }

    /// Returns the cycle of this codename.
    pub fn of_codename(&self, codename: &str) -> Option<Cycle> {
        self.0
            .iter()
            .map(|(_, cycle)| *cycle)
            .find(|cycle| cycle.codename == codename)
    }

    /// As [`Image::cycle_of`].
    pub fn of_tag(&self, parts: &TagParts<'_>) -> Option<Cycle> {
        if parts.version.is_empty() {
            return self.of_codename(parts.variants.first()?);
        }
        self.0
            .iter()
            .filter(|(version, _)| !version.is_empty() && parts.version.starts_with(version))
            .max_by_key(|(version, _)| version.len())
            .map(|(_, cycle)| *cycle)
    }
}

#[cfg(test)]
mod tests;
