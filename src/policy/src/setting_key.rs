//! The names of single settings, and where a file sets them.

use std::fmt;

use crate::Place;
use crate::settings::{Check, SourceKind, Trap};
use crate::tier::Tier;

/// One setting of a policy or of one of its profiles. Displays as `base.digest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingKey {
    /// `mode`.
    Mode,
    /// One of `tiers`.
    Tier(Tier),
    /// `base.digest`
    Digest,
    /// `base.max-age`
    MaxAge,
    /// `base.end-of-life-notice`
    EndOfLifeNotice,
    /// The checks of `base` that allow, warn, or deny.
    Check(Check),
    /// `base.labels`
    Labels,
    /// One of `sources`.
    Source(SourceKind),
    /// One of `dockerfile`.
    Trap(Trap),
    /// One of `mirrors`, by its registry and path in the spelling that rules compare.
    Mirror(String),
}

impl fmt::Display for SettingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingKey::Mode => f.write_str("mode"),
            SettingKey::Tier(tier) => write!(f, "tiers.{}", tier.key()),
            SettingKey::Digest => f.write_str("base.digest"),
            SettingKey::MaxAge => f.write_str("base.max-age"),
            SettingKey::EndOfLifeNotice => f.write_str("base.end-of-life-notice"),
            SettingKey::Check(check) => write!(f, "base.{}", check.key()),
            SettingKey::Labels => f.write_str("base.labels"),
            SettingKey::Source(kind) => write!(f, "sources.{}", kind.key()),
            SettingKey::Trap(trap) => write!(f, "dockerfile.{}", trap.key()),
            SettingKey::Mirror(registry) => write!(f, "mirrors.{registry}"),
        }
    }
}

/// The places where a file sets the settings of a policy, or of one profile, in the order of the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct SettingPlaces(Vec<(SettingKey, Place)>);

impl SettingPlaces {
    /// Adds the place of a setting.
    pub fn push(&mut self, key: SettingKey, place: Place) {
        self.0.push((key, place));
    }

    /// Returns where a setting is set first.
    pub fn get(&self, key: &SettingKey) -> Option<&Place> {
        let mut places = self.0.iter();
        places
            .find(|(known, _)| known == key)
            .map(|(_, place)| place)
    }

    /// Returns where the first of all settings is set.
    pub fn first(&self) -> Option<&Place> {
        self.0.first().map(|(_, place)| place)
    }

    /// Adds the places of an extended file.
    pub fn append(&mut self, extended: SettingPlaces) {
        self.0.extend(extended.0);
    }
}
