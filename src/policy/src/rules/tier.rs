//! FT101–FT105, FT107, FT108: the tier of the image, and the policy's action for it.

use fromtier_catalog::{self as catalog, Notice};

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::settings::Check;
use crate::tier::Tier;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let action = context.policy.tier_action(context.tier);
    let severity = match retired_notice(context) {
        Some(_) => action.max(context.policy.check(Check::Deprecated)),
        None => action,
    };
    if severity == Severity::Allow || context.policy.has_image_action() {
        return;
    }
    let (code, description, group) = match context.tier {
        Tier::Community => return check_community(context, severity, drafts),
        Tier::Verified => (
            Code::VerifiedPublisherImage,
            "a verified publisher's image",
            "verified publishers' images",
        ),
        Tier::OpenSource => (
            Code::OpenSourceImage,
            "a sponsored open-source image",
            "sponsored open-source images",
        ),
        Tier::Official => (Code::OfficialImage, "an official image", "official images"),
        Tier::Internal => (Code::InternalImage, "an internal image", "internal images"),
    };
    let message = format!(
        "{} is {description}; {} {group}",
        context.name,
        context.policy_verb(severity)
    );
    let suggestion = match context.tier {
        Tier::Official => SuggestionKind::Preferred,
        Tier::Verified | Tier::OpenSource | Tier::Internal | Tier::Community => {
            SuggestionKind::Replacement(None)
        }
    };
    drafts.push(Finding::new(code, severity, message).suggesting(suggestion));
}

/// The notice on an image that used to be official. It counts as deprecated, even if community images are allowed.
fn retired_notice(context: &RuleContext<'_>) -> Option<Notice> {
    let library = context.name.strip_prefix("docker.io/library/")?;
    (context.tier == Tier::Community)
        .then(|| catalog::retired(library))
        .flatten()
}

fn check_community(context: &RuleContext<'_>, severity: Severity, drafts: &mut Vec<Draft>) {
    // A look-alike is already reported.
    if drafts.iter().any(|Draft { finding, .. }| {
        finding.code == Code::LookAlike && finding.severity >= severity
    }) {
        return;
    }
    let group = if context.policy.tier_action(Tier::Community) == severity {
        "community"
    } else {
        "deprecated"
    };
    let policy = format!("{} {group} images", context.policy_verb(severity));
    let library = context.name.strip_prefix("docker.io/library/");
    let retired = retired_notice(context);
    let (code, message) = match (library, retired) {
        (_, Some(notice)) => (
            Code::RetiredOfficialImage,
            format!(
                "{} has not been an official image since {}; {policy}",
                context.name, notice.since
            ),
        ),
        (Some(name), None) => (
            Code::UnknownOfficialName,
            format!(
                "{} is not an official image as of {}{}; {policy}",
                context.name,
                catalog::as_of(),
                match catalog::similarly_named(name) {
                    Some(image) => format!(", but looks like `{}`", image.name()),
                    None => String::new(),
                }
            ),
        ),
        (None, None) => (
            Code::CommunityImage,
            format!("{} is a community image; {policy}", context.name),
        ),
    };
    let finding = Finding::new(code, severity, message)
        .with_help("use an official image, or allow this one in the policy");
    drafts.push(finding.suggesting(SuggestionKind::Replacement(retired)));
}

#[cfg(test)]
mod tests;
