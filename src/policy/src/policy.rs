//! A policy, read from its file and checked.

use fromtier_catalog::Day;

use crate::Place;
use crate::code::Code;
use crate::glob::Glob;
use crate::image_rule::ImageRule;
use crate::pattern::Pattern;
use crate::profile::Profile;
use crate::rewrite::Rewrite;
use crate::setting_key::SettingPlaces;
use crate::settings::Settings;

/// A checked policy. A setting that the file doesn't set is `None`: a policy on its own uses the built-in default there;
/// beside an organization's policy it has no opinion.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The settings that every part of a build has.
    pub(crate) settings: Settings,
    /// The names by which exceptions refer to the repository.
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
    /// Where the file sets `mode`, `tiers`, `base`, `mirrors` and `sources`.
    pub(crate) setting_places: SettingPlaces,
}

/// `registries:`, the registries that images may come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registries {
    /// Only from there; from anywhere when empty.
    pub allow: Vec<Pattern>,
    pub deny: Vec<Pattern>,
}

/// `mirrors:`, a registry that is pulled through another.
#[derive(Debug, Clone)]
pub(crate) struct Mirror {
    pub registry: String,
    pub prefix: String,
}

/// `exceptions:`, what is let through for a limited time.
#[derive(Debug, Clone)]
pub(crate) struct Exception {
    pub pattern: Pattern,
    /// Where it is written.
    pub at: Option<Place>,
    /// The last day on which it applies.
    pub until: Day,
    pub owner: String,
    pub reason: String,
    /// Only for these rules; for all when empty.
    pub rules: Vec<Code>,
    /// Only in Dockerfiles whose path is one of these; in all when empty.
    pub files: Vec<Glob>,
    /// Only in repositories with one of these labels; in all when empty.
    pub labels: Vec<String>,
}

impl Policy {
    /// The policy that applies where there is no file: official images pass, verified publishers' and sponsored
    /// open-source ones warn, community ones are refused; an end of life and a deprecation warn.
    pub fn builtin() -> Policy {
        Policy::default()
    }
}
