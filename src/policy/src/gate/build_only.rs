//! The settings that only a build can judge.

use super::Gate;
use crate::setting_key::SettingKey;
use crate::settings::{Check, Settings, SourceKind, SourceRule};
use crate::verdict::Severity;

/// The checks of an image's config, and of the finished image.
const CHECKS: [Check; 4] = [
    Check::Undated,
    Check::RootUser,
    Check::Onbuild,
    Check::FinalUser,
];

/// The sources that the client sends or names, and archives whose content is unknown.
const SOURCES: [SourceKind; 4] = [
    SourceKind::Local,
    SourceKind::OciLayout,
    SourceKind::RootFileSystem,
    SourceKind::CacheImport,
];

impl Gate {
    /// Returns the settings of the policies, their profiles, and their image rules that refuse or warn about what a
    /// Dockerfile alone doesn't show, such as the config of an image. Each is listed once.
    pub fn build_only_settings(&self) -> Vec<SettingKey> {
        let mut keys = Vec::new();
        for layer in &self.policies.layers {
            let policy = &layer.index.policy;
            let profiles = policy.profiles.iter();
            let rules = (policy.images.iter())
                .chain(profiles.clone().flat_map(|profile| &profile.images))
                .map(|rule| &rule.settings);
            let own = std::iter::once(&policy.settings);
            let profiles = profiles.map(|profile| &profile.settings);
            for settings in own.chain(profiles).chain(rules) {
                for key in build_only(settings) {
                    if !keys.contains(&key) {
                        keys.push(key);
                    }
                }
            }
        }
        keys
    }
}

fn build_only(settings: &Settings) -> impl Iterator<Item = SettingKey> + '_ {
    let max_age = settings.max_age.map(|_| SettingKey::MaxAge);
    let has_labels = !settings.require.is_empty() || !settings.forbid.is_empty();
    let labels = has_labels.then_some(SettingKey::Labels);
    let checks = CHECKS.into_iter().filter(|check| {
        let severity = settings.checks.get(*check);
        severity.is_some_and(|severity| severity > Severity::Allow)
    });
    let sources = SOURCES.into_iter().filter(|kind| {
        let rule = settings.sources.get(*kind);
        rule.is_some_and(|rule| rule != SourceRule::Action(Severity::Allow))
    });
    (max_age.into_iter().chain(labels))
        .chain(checks.map(SettingKey::Check))
        .chain(sources.map(SettingKey::Source))
}
