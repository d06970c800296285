//! FT101–FT105, FT107, FT108: the tier of the image, and the policy's action for it.

use fromtier_catalog::{self as catalog, Notice};

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::pattern::Pattern;
use crate::policy_index::RegistryEntry;
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
        Tier::Community => return check_community(context, action, severity, drafts),
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
    let finding = Finding {
        help: allowed_images(context)
            .map(|images| format!("use one of the images that the policy allows: {images}")),
        ..Finding::new(code, severity, message)
    };
    drafts.push(finding.suggesting(suggestion));
}

/// Returns the images that the policy lists as its own or allows by name: those with the name of this image first, else all
/// of up to three.
fn allowed_images(context: &RuleContext<'_>) -> Option<String> {
    let policy = &context.policy.index.policy;
    let internal =
        (context.policy.tier_action(Tier::Internal) == Severity::Allow).then_some(&policy.internal);
    let named = (policy.images.iter())
        .filter(|rule| rule.action == Some(Severity::Allow) && rule.digests.is_empty())
        .map(|rule| &rule.pattern);
    let patterns: Vec<&Pattern> = internal.into_iter().flatten().chain(named).collect();
    let last = context.name.rsplit('/').next().unwrap_or_default();
    let (alike, other): (Vec<&Pattern>, Vec<&Pattern>) =
        (patterns.into_iter()).partition(|pattern| pattern.text.contains(last));
    let mut nearest = alike
        .iter()
        .chain(&other)
        .map(|pattern| pattern.text.as_str());
    let shown: Vec<&str> = nearest.by_ref().take(3).collect();
    let more = nearest.count();
    match (shown.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(shown.join(", ")),
        (false, more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}

/// Whether the policy lets official images pass in principle: by their tier and by their registry.
fn allows_official_images(context: &RuleContext<'_>) -> bool {
    let policy = &context.policy;
    let is_reachable = matches!(
        policy.index.registry_entry("docker.io/library/x", None),
        RegistryEntry::Allowed(_) | RegistryEntry::Unrestricted
    );
    is_reachable && policy.tier_action(Tier::Official) < Severity::Deny
}

/// Returns what to do about an image that nothing stands in for.
fn community_help(context: &RuleContext<'_>) -> String {
    match (allows_official_images(context), allowed_images(context)) {
        (true, _) => "use an official image, or allow this one in the policy".to_owned(),
        (false, Some(images)) => format!("use one of the images that the policy allows: {images}"),
        (false, None) => "allow this image in the policy".to_owned(),
    }
}

/// The notice on an image that used to be official. It counts as deprecated, even if community images are allowed.
fn retired_notice(context: &RuleContext<'_>) -> Option<Notice> {
    let library = context.name.strip_prefix("docker.io/library/")?;
    (context.tier == Tier::Community)
        .then(|| catalog::retired(library))
        .flatten()
}

fn check_community(
    context: &RuleContext<'_>,
    action: Severity,
    severity: Severity,
    drafts: &mut Vec<Draft>,
) {
    // A look-alike is already reported.
    if drafts.iter().any(|Draft { finding, .. }| {
        finding.code == Code::LookAlike && finding.severity >= severity
    }) {
        return;
    }
    let group = if action == severity {
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
    let finding = Finding::new(code, severity, message).with_help(community_help(context));
    drafts.push(finding.suggesting(SuggestionKind::Replacement(retired)));
}

#[cfg(test)]
mod tests;
