//! The checks that need the registry's answer, and where their settings are written.

use super::Later;
use crate::Place;
use crate::active_policy::ActivePolicy;
use crate::setting_key::SettingKey;
use crate::settings::{Check, LabelRule, Settings};
use crate::verdict::Severity;

impl ActivePolicy<'_> {
    /// Returns the checks of an image's config, in the order of the rules.
    pub(super) fn later(&self) -> Vec<Later> {
        let mut later = Vec::new();
        let mut add = |setting: SettingKey, what, sets: &dyn Fn(&Settings) -> bool| {
            later.push(Later {
                policy: self.owner,
                at: self.setting_place(&setting, sets).cloned(),
                setting,
                what,
            });
        };
        if let Some(days) = self.effective.max_age {
            let sets = |settings: &Settings| settings.max_age == Some(days);
            add(
                SettingKey::MaxAge,
                format!("built within {days} days"),
                &sets,
            );
        }
        for (check, what) in [
            (Check::RootUser, "not root"),
            (Check::Onbuild, "no ONBUILD triggers"),
        ] {
            let severity = self.check(check);
            if severity > Severity::Allow {
                let or = match severity {
                    Severity::Deny => "or it is refused",
                    _ => "or it warns",
                };
                let sets = move |settings: &Settings| *settings.checks.get(check) == Some(severity);
                add(SettingKey::Check(check), format!("{what}, {or}"), &sets);
            }
        }
        let texts = |rules: Vec<&LabelRule>| {
            let texts: Vec<&str> = rules.iter().map(|rule| rule.text.as_str()).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        };
        if let Some(labels) = texts(self.required_labels().collect()) {
            let sets = |settings: &Settings| !settings.require.is_empty();
            add(
                SettingKey::Labels,
                format!("has the labels {labels}"),
                &sets,
            );
        }
        if let Some(labels) = texts(self.forbidden_labels().collect()) {
            let sets = |settings: &Settings| !settings.forbid.is_empty();
            add(
                SettingKey::Labels,
                format!("has none of the labels {labels}"),
                &sets,
            );
        }
        later
    }

    /// Returns where a setting that applies here is written: in the image rule or the profile that sets it, or else in the
    /// policy itself.
    pub(super) fn setting_place(
        &self,
        key: &SettingKey,
        sets: impl Fn(&Settings) -> bool,
    ) -> Option<&Place> {
        let policy = &self.index.policy;
        let profiles = (self.resolution.profiles()).map(|(index, _)| &policy.profiles[index]);
        let of_profiles = profiles.map(|profile| (&profile.settings, &profile.places));
        let of_rules = (self.image_rules()).map(|rule| (&rule.settings, &rule.places));
        (of_rules.chain(of_profiles))
            .filter(|(settings, _)| sets(settings))
            .find_map(|(_, places)| places.get(key))
            .or_else(|| policy.setting_places.get(key))
    }
}
