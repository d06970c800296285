//! The rules under `images:`.

use std::fmt;

use fromtier_catalog::TagParts;
use fromtier_image::ImageRef;

use crate::glob::tag_glob;
use crate::pattern::Pattern;
use crate::tag_range::TagRange;
use crate::verdict::Severity;

/// One rule under `images:`.
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
