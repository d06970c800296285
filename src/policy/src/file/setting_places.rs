//! The places of settings, for `policy explain`.

use super::fields::Fields;
use super::report::Report;
use super::yaml::Value;
use crate::pattern::mirrored_part;
use crate::setting_key::{SettingKey, SettingPlaces};
use crate::settings::{Check, SourceKind, Trap};
use crate::tier::Tier;

/// Returns the place of each setting of a policy or of one of its profiles.
pub(super) fn read(fields: &Fields<'_>, report: &Report<'_>) -> SettingPlaces {
    let mut places = SettingPlaces::default();
    if let Some(node) = fields.get("mode") {
        places.push(SettingKey::Mode, report.place(node.span));
    }
    for section in ["tiers", "base", "mirrors", "sources", "dockerfile"] {
        let Some(Value::Map(entries)) = fields.get(section).map(|node| &node.value) else {
            continue;
        };
        for entry in entries {
            if let Some(key) = setting_key(section, &entry.key) {
                places.push(key, report.place(entry.key_span.to_end(entry.value.span)));
            }
        }
    }
    places
}

/// Returns the setting of this name in a section, if there is one.
fn setting_key(section: &str, name: &str) -> Option<SettingKey> {
    match (section, name) {
        ("tiers", _) => {
            let mut tiers = Tier::ALL.iter();
            let tier = tiers.find(|tier| tier.key() == name)?;
            Some(SettingKey::Tier(*tier))
        }
        ("base", "digest") => Some(SettingKey::Digest),
        ("base", "max-age") => Some(SettingKey::MaxAge),
        ("base", "end-of-life-notice") => Some(SettingKey::EndOfLifeNotice),
        ("base", "labels") => Some(SettingKey::Labels),
        ("base", _) => {
            let mut checks = Check::ALL.iter();
            let check = checks.find(|check| check.key() == name)?;
            Some(SettingKey::Check(*check))
        }
        ("sources", _) => {
            let mut kinds = SourceKind::ALL.iter();
            let kind = kinds.find(|kind| kind.key() == name)?;
            Some(SettingKey::Source(*kind))
        }
        ("dockerfile", _) => {
            let mut traps = Trap::ALL.iter();
            let trap = traps.find(|trap| trap.key() == name)?;
            Some(SettingKey::Trap(*trap))
        }
        ("mirrors", _) => Some(SettingKey::Mirror(mirrored_part(name)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{keys, yaml};
    use super::*;

    #[test]
    fn every_setting_of_the_key_tables_has_a_place() {
        for (section, keys) in [
            ("tiers", keys::TIERS),
            ("base", keys::BASE),
            ("sources", keys::SOURCES),
            ("dockerfile", keys::DOCKERFILE),
        ] {
            for key in keys {
                let text = format!("version: 1\n{section}: {{{}: {{}}}}", key.name);
                let mut report = Report::new("p", &text);
                let root = yaml::read(&text, &mut report).unwrap();
                let fields = Fields::with_any(&root, &mut report).unwrap();
                let places = read(&fields, &report);
                assert!(places.first().is_some(), "{section}.{}", key.name);
            }
        }
    }
}
