//! A policy: what its file says, checked.

use crate::Place;
use crate::glob::Glob;
use crate::pattern::Pattern;
use crate::profile::Profile;
pub(crate) use crate::rewrite::Rewrite;
use crate::settings::Settings;
use crate::tag_range::Range;
use crate::verdict::Severity;
use fromtier_catalog::{Day, TagParts};
use fromtier_image::ImageRef;

/// How far an image is to be trusted, by who makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    /// In the catalogue, under `docker.io/library/`.
    Official,
    /// A verified publisher's, by the policy's list.
    Verified,
    /// Docker-sponsored open source, by the policy's list.
    OpenSource,
    /// The policy's own.
    Internal,
    /// Everything else.
    Community,
}

impl Tier {
    pub(crate) const ALL: [Tier; 5] = [
        Tier::Official,
        Tier::Verified,
        Tier::OpenSource,
        Tier::Internal,
        Tier::Community,
    ];

    /// Docker Hub's identifier, as policy files say it.
    pub const fn key(self) -> &'static str {
        match self {
            Tier::Official => "docker-official-image",
            Tier::Verified => "verified-publisher",
            Tier::OpenSource => "open-source",
            Tier::Internal => "internal",
            Tier::Community => "community",
        }
    }
}

/// A checked policy. What a file doesn't say is `None`: where the policy stands alone the built-in default holds,
/// beside an organisation's it has no opinion.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub(crate) own: Settings,
    /// What the repository is called by exceptions.
    pub(crate) labels: Vec<String>,
    pub(crate) internal: Vec<Pattern>,
    pub(crate) verified: Vec<Pattern>,
    pub(crate) open_source: Vec<Pattern>,
    pub(crate) rewrites: Vec<Rewrite>,
    pub(crate) images: Vec<ImageRule>,
    pub(crate) registries: Registries,
    pub(crate) mirrors: Vec<Mirror>,
    /// `stages`, `platforms` and `paths`, each in the order of the file.
    pub(crate) profiles: Vec<Profile>,
    pub(crate) exceptions: Vec<Exception>,
    /// How many days an exception may last, from today.
    pub(crate) exceptions_max: Option<u32>,
    /// Where the settings of `tiers`, `base`, `mirrors`, `sources` and of the profiles stand, and `mode`:
    /// `base.digest`, `stages.final.base.digest`.
    pub(crate) settings: Vec<(String, Place)>,
}

/// `images:` what holds for some images.
#[derive(Debug, Clone)]
pub(crate) struct ImageRule {
    pub pattern: Pattern,
    pub tags: Option<Tags>,
    pub variants: Vec<String>,
    pub prefer: Option<ImageRef>,
    pub action: Option<Severity>,
    pub reason: Option<String>,
}

impl ImageRule {
    /// Do the rule's `tags` and `variants` allow this tag?
    pub fn allows(&self, tag: &str) -> bool {
        self.tags.as_ref().is_none_or(|tags| tags.allow(tag)) && self.allows_variant(tag)
    }

    pub fn allows_variant(&self, tag: &str) -> bool {
        let parts = TagParts::parse(tag);
        self.variants.is_empty()
            || self.variants.iter().any(|variant| match variant.as_str() {
                "default" => parts.variants.is_empty(),
                variant => parts.has_variant(variant),
            })
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Tags {
    Range(Range),
    Globs(Vec<String>),
}

impl Tags {
    pub fn allow(&self, tag: &str) -> bool {
        match self {
            Tags::Range(range) => range.holds(&TagParts::parse(tag).version),
            Tags::Globs(globs) => globs.iter().any(|glob| crate::glob::tag_glob(glob, tag)),
        }
    }
}

impl std::fmt::Display for Tags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Tags::Range(range) => range.fmt(f),
            Tags::Globs(globs) => f.write_str(&globs.join(", ")),
        }
    }
}

/// `registries:` where images may come from at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registries {
    /// Only from there; from anywhere when empty.
    pub allow: Vec<Pattern>,
    pub deny: Vec<Pattern>,
}

/// `mirrors:` a registry is pulled through another.
#[derive(Debug, Clone)]
pub(crate) struct Mirror {
    pub registry: String,
    pub prefix: String,
}

/// `exceptions:` what is let through for a time.
#[derive(Debug, Clone)]
pub(crate) struct Exception {
    pub pattern: Pattern,
    /// Where it is written.
    pub at: Option<Place>,
    /// The last day that it holds.
    pub until: Day,
    pub owner: String,
    pub reason: String,
    /// Only for these rules; for all when empty.
    pub rules: Vec<String>,
    /// Only in Dockerfiles whose path is one of these; in all when empty.
    pub files: Vec<Glob>,
    /// Only in repositories with one of these labels; in all when empty.
    pub labels: Vec<String>,
}

impl Policy {
    /// The policy that holds where there is no file: official images pass, verified publishers' and sponsored
    /// open-source ones warn, community ones are refused; an end of life and a deprecation warn.
    pub fn builtin() -> Policy {
        Policy::default()
    }
}
