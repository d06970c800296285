//! FT132: a tag of an official image that the catalog doesn't list as supported.

use fromtier_catalog::as_of;

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::settings::Check;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let severity = context.policy.check(Check::UnlistedTag);
    let (Some(image), Some(tag)) = (context.official, context.tag()) else {
        return;
    };
    // A deprecation or an end of life is the more useful finding.
    let is_reported = drafts.iter().any(|Draft { finding, .. }| {
        matches!(finding.code, Code::DeprecatedImage | Code::EndOfLife)
            && finding.severity >= severity
    });
    if severity == Severity::Allow || is_reported || image.tag(tag).is_some() {
        return;
    }
    let message = format!(
        "{} is not listed as a supported tag as of {}; {} unlisted tags",
        context.display_name(),
        as_of(),
        context.policy_verb(severity)
    );
    let finding = Finding::new(Code::UnlistedTag, severity, message);
    drafts.push(finding.suggesting(SuggestionKind::Another));
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied, passes, warned};

    #[test]
    fn a_policy_can_refuse_an_unlisted_tag() {
        let denial = denied(
            "version: 1\nbase: {unlisted-tag: deny}",
            "node:22.1.0-alpine3.18",
        );
        assert_eq!(denial.code, "FT132");
        assert_eq!(denial.help.as_deref(), Some("use node:22-alpine"));
        passes("version: 1\nbase: {unlisted-tag: deny}", "node:22-alpine");
        passes("version: 1", "node:22.1.0-alpine");
    }

    #[test]
    fn an_end_of_life_is_reported_instead() {
        let findings = warned("version: 1\nbase: {unlisted-tag: warn}", "node:18");
        assert_eq!(
            findings.iter().map(|f| f.code).collect::<Vec<_>>(),
            ["FT131"]
        );
        assert_eq!(
            denied("version: 1\nbase: {unlisted-tag: deny}", "node:18").code,
            "FT132"
        );
    }
}
