//! FT130: an official image, or a tag of it, that its maintainers have deprecated.

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::settings::Check;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let severity = context.policy.check(Check::Deprecated);
    let Some(notice) = context
        .official
        .and_then(|image| image.deprecation(context.tag()))
    else {
        return;
    };
    if severity == Severity::Allow {
        return;
    }
    let deprecated = match notice.since {
        "" => "is deprecated".to_owned(),
        since => format!("has been deprecated since {since}"),
    };
    let message = format!(
        "{} {deprecated}; {} deprecated images",
        context.display_name(),
        context.policy_verb(severity)
    );
    let finding = Finding::new(Code::DeprecatedImage, severity, message);
    drafts.push(finding.suggesting(SuggestionKind::Replacement(Some(notice))));
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied, passes, warned};

    #[test]
    fn a_deprecated_image_warns_and_names_its_successor() {
        let findings = warned("version: 1", "openjdk:17-jdk-slim");
        assert_eq!(findings[0].code, "FT130");
        assert!(findings[0].message.starts_with(
            "docker.io/library/openjdk:17-jdk-slim has been deprecated since 2022-07;"
        ));
        assert!(
            findings[0]
                .help
                .as_ref()
                .unwrap()
                .starts_with("use eclipse-temurin:17-jdk"),
            "{findings:?}"
        );
    }

    #[test]
    fn a_single_tag_can_be_deprecated() {
        assert_eq!(
            denied("version: 1\nbase: {deprecated: deny}", "amazonlinux:1").code,
            "FT130"
        );
        passes("version: 1\nbase: {deprecated: deny}", "amazonlinux:2023");
        passes("version: 1\nbase: {deprecated: allow}", "openjdk:21");
    }
}
