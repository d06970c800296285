//! A policy, read from its file and checked.

use fromtier_catalog::Day;

use crate::Place;
use crate::code::Code;
use crate::download::DownloadRule;
use crate::exception_subject::ExceptionSubject;
use crate::glob::Glob;
use crate::image_rule::ImageRule;
use crate::pattern::Pattern;
use crate::profile::Profile;
use crate::rewrite::Rewrite;
use crate::setting_key::SettingPlaces;
use crate::settings::Settings;

/// A checked policy. A setting that the file doesn't set is `None`. If the policy is the only one, the built-in default
/// applies instead. Next to an organization's policy, the setting has no effect.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The settings that every part of a build has.
    pub(crate) settings: Settings,
    /// Whom to ask about it.
    pub(crate) contact: Option<String>,
    /// The names by which exceptions refer to the repository.
    pub(crate) labels: Vec<String>,
    /// The organization's own frontends.
    pub(crate) frontends: Vec<Pattern>,
    pub(crate) internal: Vec<Pattern>,
    pub(crate) verified: Vec<Pattern>,
    pub(crate) open_source: Vec<Pattern>,
    pub(crate) rewrites: Vec<Rewrite>,
    pub(crate) images: Vec<ImageRule>,
    pub(crate) registries: Registries,
    pub(crate) downloads: Vec<DownloadRule>,
    pub(crate) mirrors: Vec<Mirror>,
    /// `aliases:`, images under other names. Each rule's `to` is the image that it is.
    pub(crate) aliases: Vec<Rewrite>,
    /// `stages`, `platforms`, and `paths`, each in the order of the file.
    pub(crate) profiles: Vec<Profile>,
    pub(crate) exceptions: Vec<Exception>,
    /// How many days an exception may last, from today.
    pub(crate) exceptions_max: Option<u32>,
    /// The places where the file sets `mode`, `tiers`, `base`, `mirrors`, `sources`, and `dockerfile`.
    pub(crate) setting_places: SettingPlaces,
}

/// `registries:`, the registries that are allowed or refused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registries {
    /// Only these are allowed; all if empty.
    pub allow: Vec<Pattern>,
    pub deny: Vec<Pattern>,
}

/// `mirrors:`, a registry, or some repositories of one, pulled through another.
#[derive(Debug, Clone)]
pub(crate) struct Mirror {
    /// The registry, or the registry and a path, in the spelling that rules compare.
    pub from: String,
    /// The registry and path that takes its place, as written.
    pub prefix: String,
    /// The same in the spelling that rules compare.
    pub place: String,
    /// Whether an image that can't be pulled from the mirror is pulled from its own registry.
    pub fallback: bool,
}

impl Mirror {
    /// Returns what follows the mirrored part in an image's name: empty, or a path that begins with `/`.
    pub fn rest<'n>(&self, name: &'n str) -> Option<&'n str> {
        after_path(name, &self.from)
    }

    /// Returns the name under which an image is in the registry of its own, for a name in the mirror in the spelling that
    /// rules compare.
    pub fn own_name(&self, name: &str) -> Option<String> {
        let rest = after_path(name, &self.place)?;
        Some(format!("{}{rest}", self.from))
    }
}

/// Returns what follows a path in a longer one: empty, or something that begins with `/`.
fn after_path<'n>(name: &'n str, path: &str) -> Option<&'n str> {
    name.strip_prefix(path)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An entry of `exceptions:`, which lets images pass for a limited time.
#[derive(Debug, Clone)]
pub(crate) struct Exception {
    /// The images that it is for; every image if it has no `match`.
    pub pattern: Pattern,
    /// Whether `match` is written.
    pub has_match: bool,
    /// Where it is written.
    pub at: Option<Place>,
    /// The last day on which it applies.
    pub until: Day,
    pub owner: String,
    pub reason: String,
    /// The codes that it lifts; all if empty.
    pub rules: Vec<Code>,
    /// The Dockerfiles that it applies to, by path; all if empty.
    pub files: Vec<Glob>,
    /// The repositories that it applies to, by label; all if empty.
    pub labels: Vec<String>,
}

impl Exception {
    /// Returns what it is for, as written.
    pub fn subject(&self) -> ExceptionSubject {
        ExceptionSubject {
            pattern: self.has_match.then(|| self.pattern.text.clone()),
            files: self.files.iter().map(Glob::to_string).collect(),
            labels: self.labels.clone(),
        }
    }
}

impl Policy {
    /// Returns the policy that applies if there is no file. Official images pass, and community images are refused.
    /// Images of verified publishers and sponsored open-source projects cause a warning, and so do images that are
    /// deprecated or have reached their end of life.
    pub fn builtin() -> Policy {
        Policy::default()
    }
}
