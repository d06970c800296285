//! The places of settings, for `policy explain` and for advice.

use super::fields::Fields;
use super::report::Report;
use super::yaml::Value;
use crate::Place;

/// Where each setting stands that is not a rule of a list.
pub(super) fn read(
    prefix: &str,
    fields: &Fields<'_>,
    settings: &mut Vec<(String, Place)>,
    report: &Report<'_>,
) {
    for key in ["mode", "tiers", "base", "mirrors", "sources"] {
        match fields.get(key).map(|node| (node, &node.value)) {
            Some((_, Value::Map(entries))) => {
                settings.extend(entries.iter().map(|entry| {
                    (
                        format!("{prefix}{key}.{}", entry.key),
                        report.place(entry.key_span.to_end(entry.value.span)),
                    )
                }));
            }
            Some((node, _)) => {
                settings.push((format!("{prefix}{key}"), report.place(node.span)));
            }
            None => {}
        }
    }
}
