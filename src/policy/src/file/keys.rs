//! The keys of a policy file: the one table that files are read by and that the schema is made from.

use crate::settings::{Check, DigestRule, Kind as Source, SourceRule};
use crate::tier::Tier;
use crate::verdict::Severity;

/// A key of a mapping.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Version,
    Mode,
    /// A text that is not empty.
    Text,
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
    Registries,
    Tags,
    /// Globs of tags, each with the tag that it becomes.
    TagMap,
    /// What becomes of the asked digest.
    AskedDigest,
    Variants,
    /// Names of a repository.
    Names,
    /// Paths with stars.
    Paths,
    Codes,
    /// `KEY` or `KEY=GLOB`.
    Labels,
    /// Registries, each with the place that it is pulled through.
    Mirrors,
    Map(&'static [Key]),
    /// Several of them, in a list.
    List(&'static [Key]),
    /// Profiles by the part of the build that they are for.
    Profiles(Part),
}

/// The kinds of parts that profiles are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Stages,
    Platforms,
    Paths,
}

const fn key(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        required: false,
    }
}

const fn must(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        required: true,
    }
}

/// The file's own keys.
pub(super) static FILE: &[Key] = &[
    key("extends", Kind::Text),
    must("version", Kind::Version),
    key("description", Kind::Text),
    key("mode", Kind::Mode),
    key("labels", Kind::Names),
    key("tiers", Kind::Map(&TIERS)),
    key("internal", Kind::Patterns),
    key("verified-publisher", Kind::Patterns),
    key("open-source", Kind::Patterns),
    key("registries", Kind::Map(REGISTRIES)),
    key("rewrite", Kind::List(REWRITE)),
    key("images", Kind::List(IMAGE)),
    key("base", Kind::Map(&BASE)),
    key("mirrors", Kind::Mirrors),
    key("sources", Kind::Map(&SOURCES)),
    key("stages", Kind::Profiles(Part::Stages)),
    key("platforms", Kind::Profiles(Part::Platforms)),
    key("paths", Kind::Profiles(Part::Paths)),
    key("exceptions", Kind::List(EXCEPTION)),
    key("exceptions-max", Kind::Days),
];

/// The keys of a profile.
pub(super) static PROFILE: &[Key] = &[
    key("mode", Kind::Mode),
    key("tiers", Kind::Map(&TIERS)),
    key("images", Kind::List(IMAGE)),
    key("base", Kind::Map(&BASE)),
    key("sources", Kind::Map(&SOURCES)),
];

pub(super) static TIERS: [Key; 5] = [
    key(Tier::ALL[0].key(), Kind::Action),
    key(Tier::ALL[1].key(), Kind::Action),
    key(Tier::ALL[2].key(), Kind::Action),
    key(Tier::ALL[3].key(), Kind::Action),
    key(Tier::ALL[4].key(), Kind::Action),
];

pub(super) static REGISTRIES: &[Key] = &[
    key("allow", Kind::Registries),
    key("deny", Kind::Registries),
];

pub(super) static REWRITE: &[Key] = &[
    must("match", Kind::Pattern),
    must("to", Kind::Text),
    key("tags", Kind::TagMap),
    key("digest", Kind::AskedDigest),
    key("reason", Kind::Text),
];

pub(super) static IMAGE: &[Key] = &[
    must("match", Kind::Pattern),
    key("tags", Kind::Tags),
    key("variants", Kind::Variants),
    key("prefer", Kind::Text),
    key("action", Kind::Action),
    key("reason", Kind::Text),
];

pub(super) static BASE: [Key; 10] = [
    key("digest", Kind::Digest),
    key("max-age", Kind::Days),
    key(Check::ALL[0].key(), Kind::Action),
    key("end-of-life-notice", Kind::Days),
    key(Check::ALL[1].key(), Kind::Action),
    key(Check::ALL[2].key(), Kind::Action),
    key(Check::ALL[3].key(), Kind::Action),
    key(Check::ALL[4].key(), Kind::Action),
    key(Check::ALL[5].key(), Kind::Action),
    key("labels", Kind::Map(LABELS)),
];

pub(super) static LABELS: &[Key] = &[key("require", Kind::Labels), key("forbid", Kind::Labels)];

pub(super) static SOURCES: [Key; 7] = [
    source(Source::ALL[0]),
    source(Source::ALL[1]),
    source(Source::ALL[2]),
    source(Source::ALL[3]),
    source(Source::ALL[4]),
    source(Source::ALL[5]),
    source(Source::ALL[6]),
];

const fn source(kind: Source) -> Key {
    match kind.has_checksum() {
        true => key(kind.key(), Kind::Checked),
        false => key(kind.key(), Kind::Action),
    }
}

pub(super) static EXCEPTION: &[Key] = &[
    key("match", Kind::Pattern),
    key("files", Kind::Paths),
    key("labels", Kind::Names),
    must("until", Kind::Date),
    must("owner", Kind::Text),
    must("reason", Kind::Text),
    key("rules", Kind::Codes),
];

/// Words, and what each means.
pub(super) type Words<T> = [(&'static str, T)];

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

/// Is a digest refused?
pub(super) static ASKED_DIGESTS: &Words<bool> = &[("drop", false), ("refuse", true)];

/// The last of them for what can have a checksum only.
pub(super) static CHECKED: &Words<SourceRule> = &[
    ("allow", SourceRule::Say(Severity::Allow)),
    ("warn", SourceRule::Say(Severity::Warn)),
    ("deny", SourceRule::Say(Severity::Deny)),
    ("require-checksum", SourceRule::RequireChecksum),
];
