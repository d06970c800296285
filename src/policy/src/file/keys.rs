//! The keys of a policy file. Files are read by this table, and the schema is generated from it.

use crate::rewrite::RequestedDigest;
use crate::settings::{Check, DigestRule, SourceKind, SourceRule, Trap};
use crate::tier::Tier;
use crate::verdict::Severity;

/// A key of a mapping.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub name: &'static str,
    pub kind: ValueKind,
    pub required: bool,
}

/// The kind of value that a key has.
#[derive(Debug, Clone, Copy)]
pub(super) enum ValueKind {
    Version,
    Mode,
    /// A text that is not empty.
    Text,
    /// One line: whom to ask about the policy.
    Contact,
    /// `90d`
    Days,
    /// `2027-03-31`
    Date,
    Action,
    /// An action, or `require-checksum`.
    Checked,
    Digest,
    Pattern,
    Patterns,
    /// A host and a path with stars.
    Url,
    Registries,
    Tags,
    /// Globs of tags, each with the tag that replaces it.
    TagMap,
    /// What happens to an image that is requested by digest.
    RequestedDigest,
    Variants,
    /// Digests in full.
    ImageDigests,
    /// Labels of a repository.
    Names,
    /// Paths with stars.
    Paths,
    Codes,
    /// `KEY` or `KEY=GLOB`.
    Labels,
    /// Registries and repositories, each with the place that they are pulled through.
    Mirrors,
    Boolean,
    Map(&'static [Key]),
    /// A list of mappings with these keys.
    List(&'static [Key]),
    /// Profiles, by the part of the build that they apply to.
    Profiles(ProfileKind),
}

/// The kinds of parts of a build that profiles apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProfileKind {
    Stages,
    Platforms,
    Paths,
}

const fn key(name: &'static str, kind: ValueKind) -> Key {
    Key {
        name,
        kind,
        required: false,
    }
}

const fn required(name: &'static str, kind: ValueKind) -> Key {
    Key {
        name,
        kind,
        required: true,
    }
}

/// The greatest length of `contact`, in characters.
pub(super) const MAX_CONTACT: usize = 200;

/// The keys at the top of a file.
pub(super) static FILE: &[Key] = &[
    key("extends", ValueKind::Text),
    required("version", ValueKind::Version),
    key("description", ValueKind::Text),
    key("contact", ValueKind::Contact),
    key("mode", ValueKind::Mode),
    key("labels", ValueKind::Names),
    key("frontends", ValueKind::Patterns),
    key("tiers", ValueKind::Map(TIERS)),
    key("internal", ValueKind::Patterns),
    key("verified-publisher", ValueKind::Patterns),
    key("open-source", ValueKind::Patterns),
    key("registries", ValueKind::Map(REGISTRIES)),
    key("rewrite", ValueKind::List(REWRITE)),
    key("images", ValueKind::List(IMAGE)),
    key("base", ValueKind::Map(BASE)),
    key("mirrors", ValueKind::Mirrors),
    key("aliases", ValueKind::List(ALIAS)),
    key("sources", ValueKind::Map(SOURCES)),
    key("dockerfile", ValueKind::Map(DOCKERFILE)),
    key("downloads", ValueKind::List(DOWNLOAD)),
    key("stages", ValueKind::Profiles(ProfileKind::Stages)),
    key("platforms", ValueKind::Profiles(ProfileKind::Platforms)),
    key("paths", ValueKind::Profiles(ProfileKind::Paths)),
    key("exceptions", ValueKind::List(EXCEPTION)),
    key("exceptions-max", ValueKind::Days),
];

/// The keys of a profile.
pub(super) static PROFILE: &[Key] = &[
    key("mode", ValueKind::Mode),
    key("tiers", ValueKind::Map(TIERS)),
    key("images", ValueKind::List(IMAGE)),
    key("base", ValueKind::Map(BASE)),
    key("sources", ValueKind::Map(SOURCES)),
    key("dockerfile", ValueKind::Map(DOCKERFILE)),
];

pub(super) static TIERS: &[Key] = &[
    tier(Tier::Official),
    tier(Tier::Verified),
    tier(Tier::OpenSource),
    tier(Tier::Internal),
    tier(Tier::Community),
];

const fn tier(tier: Tier) -> Key {
    key(tier.key(), ValueKind::Action)
}

pub(super) static REGISTRIES: &[Key] = &[
    key("allow", ValueKind::Registries),
    key("deny", ValueKind::Registries),
];

/// The keys of a mirror that is more than its place.
pub(super) static MIRROR: &[Key] = &[
    required("to", ValueKind::Text),
    key("fallback", ValueKind::Boolean),
];

pub(super) static REWRITE: &[Key] = &[
    required("match", ValueKind::Pattern),
    required("to", ValueKind::Text),
    key("tags", ValueKind::TagMap),
    key("digest", ValueKind::RequestedDigest),
    key("reason", ValueKind::Text),
];

pub(super) static ALIAS: &[Key] = &[
    required("match", ValueKind::Pattern),
    required("is", ValueKind::Text),
    key("reason", ValueKind::Text),
];

pub(super) static IMAGE: &[Key] = &[
    required("match", ValueKind::Pattern),
    key("digests", ValueKind::ImageDigests),
    key("tags", ValueKind::Tags),
    key("variants", ValueKind::Variants),
    key("prefer", ValueKind::Text),
    key("action", ValueKind::Action),
    key("base", ValueKind::Map(IMAGE_BASE)),
    key("reason", ValueKind::Text),
];

/// The settings of `base` that can differ by image.
pub(super) static IMAGE_BASE: &[Key] = &IMAGE_BASE_KEYS;

const IMAGE_BASE_KEYS: [Key; 11] = [
    key("digest", ValueKind::Digest),
    key("max-age", ValueKind::Days),
    check(Check::Undated),
    check(Check::EndOfLife),
    key("end-of-life-notice", ValueKind::Days),
    check(Check::UnlistedTag),
    check(Check::Deprecated),
    check(Check::FloatingTag),
    check(Check::RootUser),
    check(Check::Onbuild),
    key("labels", ValueKind::Map(LABELS)),
];

/// All settings of `base`: those of images, and that of the finished image.
pub(super) static BASE: &[Key] = &{
    let mut keys = [check(Check::FinalUser); IMAGE_BASE_KEYS.len() + 1];
    let mut at = 0;
    while at < IMAGE_BASE_KEYS.len() {
        keys[at] = IMAGE_BASE_KEYS[at];
        at += 1;
    }
    keys
};

const fn check(check: Check) -> Key {
    key(check.key(), ValueKind::Action)
}

pub(super) static LABELS: &[Key] = &[
    key("require", ValueKind::Labels),
    key("forbid", ValueKind::Labels),
];

pub(super) static SOURCES: &[Key] = &[
    source(SourceKind::Git),
    source(SourceKind::Http),
    source(SourceKind::Scratch),
    source(SourceKind::OciLayout),
    source(SourceKind::Local),
    source(SourceKind::RootFileSystem),
    source(SourceKind::CacheImport),
];

pub(super) static DOWNLOAD: &[Key] = &[
    required("match", ValueKind::Url),
    required("action", ValueKind::Checked),
    key("reason", ValueKind::Text),
];

const fn source(kind: SourceKind) -> Key {
    if kind.has_checksum() {
        key(kind.key(), ValueKind::Checked)
    } else {
        key(kind.key(), ValueKind::Action)
    }
}

pub(super) static DOCKERFILE: &[Key] = &[
    trap(Trap::HeredocBlank),
    trap(Trap::PlatformArgument),
    trap(Trap::StagePlatform),
    trap(Trap::JsonArray),
    trap(Trap::LateEscape),
];

const fn trap(trap: Trap) -> Key {
    key(trap.key(), ValueKind::Action)
}

pub(super) static EXCEPTION: &[Key] = &[
    key("match", ValueKind::Pattern),
    key("files", ValueKind::Paths),
    key("labels", ValueKind::Names),
    required("until", ValueKind::Date),
    required("owner", ValueKind::Text),
    required("reason", ValueKind::Text),
    key("rules", ValueKind::Codes),
];

/// Words with their meanings.
pub(super) type Words<T> = [(&'static str, T)];

pub(super) static BOOLEANS: &Words<bool> = &[("true", true), ("false", false)];

pub(super) static MODES: &Words<bool> = &[("enforce", false), ("warn", true)];

pub(super) static ACTIONS: &Words<Severity> = &[
    ("deny", Severity::Deny),
    ("warn", Severity::Warn),
    ("allow", Severity::Allow),
];

pub(super) static DIGESTS: &Words<DigestRule> = &[
    ("pin", DigestRule::Pin),
    ("require", DigestRule::Require),
    ("resolve", DigestRule::Resolve),
];

pub(super) static REQUESTED_DIGESTS: &Words<RequestedDigest> = &[
    ("drop", RequestedDigest::Drop),
    ("keep", RequestedDigest::Keep),
    ("refuse", RequestedDigest::Refuse),
];

/// The rules for sources that can't have a checksum.
pub(super) static UNCHECKED: &Words<SourceRule> = &[
    ("allow", SourceRule::Action(Severity::Allow)),
    ("warn", SourceRule::Action(Severity::Warn)),
    ("deny", SourceRule::Action(Severity::Deny)),
];

/// The rules for sources that can have a checksum.
pub(super) static CHECKED: &Words<SourceRule> = &[
    ("allow", SourceRule::Action(Severity::Allow)),
    ("warn", SourceRule::Action(Severity::Warn)),
    ("deny", SourceRule::Action(Severity::Deny)),
    ("require-checksum", SourceRule::RequireChecksum),
];
