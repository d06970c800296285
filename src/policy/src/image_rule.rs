//! The rules under `images:`.

use std::fmt;

use fromtier_catalog::TagParts;
use fromtier_image::{Digest, ImageRef};

use crate::glob::tag_glob;
use crate::pattern::Pattern;
use crate::setting_key::SettingPlaces;
use crate::settings::Settings;
use crate::tag_range::TagRange;
use crate::verdict::Severity;

/// One rule under `images:`.
#[derive(Debug, Clone)]
pub(crate) struct ImageRule {
    pub pattern: Pattern,
    /// The rule applies only to images with one of these digests; to all if empty.
    pub digests: Vec<Digest>,
    pub tags: Option<Tags>,
    pub variants: Vec<String>,
    pub prefer: Option<ImageRef>,
    pub action: Option<Severity>,
    pub reason: Option<String>,
    /// The settings of `base` that differ for these images.
    pub settings: Settings,
    /// Where the file sets them.
    pub places: SettingPlaces,
}

impl ImageRule {
    /// Whether the rule applies to a digest; `None` if it isn't known yet.
    pub fn applies_to(&self, digest: Option<&Digest>) -> bool {
        self.digests.is_empty() || digest.is_some_and(|digest| self.digests.contains(digest))
    }

    /// Whether this rule certainly applies to everything that `other` applies to.
    pub fn covers(&self, other: &ImageRule) -> bool {
        let digests = self.digests.is_empty()
            || !other.digests.is_empty()
                && (other.digests.iter()).all(|digest| self.digests.contains(digest));
        digests && self.pattern.covers(&other.pattern)
    }

    /// Whether the rule has a `base`.
    pub fn has_settings(&self) -> bool {
        self.places.first().is_some()
    }

    /// Whether the rule's `tags` and `variants` allow this tag.
    pub fn allows(&self, tag: &str) -> bool {
        self.tags.as_ref().is_none_or(|tags| tags.allows(tag)) && self.allows_variant(tag)
    }

    /// Whether the rule's `variants` allow this tag.
    pub fn allows_variant(&self, tag: &str) -> bool {
        let parts = TagParts::parse(tag);
        self.variants.is_empty()
            || self.variants.iter().any(|variant| match variant.as_str() {
                "default" => parts.variants.is_empty(),
                variant => parts.has_variant(variant),
            })
    }
}

/// The tags that a rule allows.
#[derive(Debug, Clone)]
pub(crate) enum Tags {
    Range(TagRange),
    Globs(Vec<String>),
}

impl Tags {
    /// Whether a tag is one of these.
    pub fn allows(&self, tag: &str) -> bool {
        match self {
            Tags::Range(range) => range.contains(&TagParts::parse(tag).version),
            Tags::Globs(globs) => globs.iter().any(|glob| tag_glob(glob, tag)),
        }
    }
}

impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tags::Range(range) => range.fmt(f),
            Tags::Globs(globs) => f.write_str(&globs.join(", ")),
        }
    }
}
