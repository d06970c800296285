//! FT132: a tag of an official image that is not among those that are rebuilt.

use super::Case;
use crate::code::Code;
use crate::suggest::another;
use crate::verdict::{Finding, Severity};
use fromtier_catalog::as_of;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Finding>) {
    let severity = case.layer.unlisted_tag();
    let (Some(image), Some(tag)) = (case.official, case.tag()) else {
        return;
    };
    // A deprecation or an end of life says it better.
    let said = out.iter().any(|finding| {
        matches!(finding.code, Code::DeprecatedImage | Code::EndOfLife)
            && finding.severity >= severity
    });
    if severity == Severity::Allow || said || image.tag(tag).is_some() {
        return;
    }
    let (help, suggestion) = another(case);
    out.push(Finding {
        code: Code::UnlistedTag,
        severity,
        message: format!(
            "{} is not among the supported tags of {} as of {}; {} tags that are not rebuilt",
            case.shown(),
            image.name(),
            as_of(),
            case.says(severity)
        ),
        help,
        suggestion,
    });
}

#[cfg(test)]
mod tests {
    use crate::testing::{denied, passes, warned};

    #[test]
    fn a_tag_that_is_not_rebuilt_is_said_when_the_policy_wants_it() {
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
    fn the_end_of_life_says_it_better() {
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
