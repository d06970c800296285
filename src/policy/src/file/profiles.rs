//! Reads profiles: `stages`, `platforms`, and `paths`.

use fromtier_image::Platform;

use super::fields::{Fields, read_list};
use super::images::read_image_rule;
use super::keys::{self, ProfileKind};
use super::paths::read_dockerfile_path;
use super::report::{Report, Span};
use super::yaml::Node;
use super::{setting_places, settings};
use crate::glob::Glob;
use crate::profile::{BuildPart, Profile};

/// Reads the profiles of one kind, in the order of the file.
pub(super) fn read(
    node: &Node,
    kind: ProfileKind,
    profiles: &mut Vec<Profile>,
    report: &mut Report<'_>,
) {
    let Some(parts) = Fields::with_any(node, report) else {
        return;
    };
    for entry in parts.entries() {
        let part = build_part(kind, &entry.key, entry.key_span, report);
        let Some(fields) = Fields::with_keys(&entry.value, keys::PROFILE, report) else {
            continue;
        };
        let settings = settings::read(&fields, report);
        let mut images = Vec::new();
        if let Some(node) = fields.get("images") {
            for item in read_list(node, report) {
                images.extend(read_image_rule(item, report).map(|read| read.rule));
            }
        }
        if fields.entries().is_empty() {
            report.error(
                entry.key_span,
                format!("the profile `{}` is empty", entry.key),
                Some(format!(
                    "known keys: {}",
                    keys::PROFILE
                        .iter()
                        .map(|key| key.name)
                        .collect::<Vec<_>>()
                        .join(", ")
                )),
            );
        }
        let name = match kind {
            ProfileKind::Stages => "stages",
            ProfileKind::Platforms => "platforms",
            ProfileKind::Paths => "paths",
        };
        if let Some(part) = part {
            profiles.push(Profile {
                name: format!("{name}.{}", entry.key),
                part,
                settings,
                places: setting_places::read(&fields, report),
                images,
            });
        }
    }
}

fn build_part(
    kind: ProfileKind,
    text: &str,
    span: Span,
    report: &mut Report<'_>,
) -> Option<BuildPart> {
    let has_only = |allowed: &str| {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || allowed.contains(c);
        !text.is_empty() && text.chars().all(is_allowed)
    };
    match kind {
        ProfileKind::Stages if text == "final" => Some(BuildPart::Ships),
        ProfileKind::Stages if has_only("-_.*") => {
            Some(BuildPart::Stage(Glob::of_word(&text.to_ascii_lowercase())))
        }
        ProfileKind::Stages => {
            let help = "use `final` for what ships, or the name of a stage: \"build-*\"";
            report.error(
                span,
                format!("`{text}` is not a valid stage name, so this profile can never match"),
                Some(help.into()),
            );
            None
        }
        ProfileKind::Platforms if has_only("-_./*") && text.contains('/') => Some(
            BuildPart::Platform(Glob::of_path(&comparable_platform(text))),
        ),
        ProfileKind::Platforms => {
            report.error(
                span,
                format!("`{text}` is not a valid platform, so this profile can never match"),
                Some("write an operating system and an architecture: linux/arm64".into()),
            );
            None
        }
        ProfileKind::Paths => read_dockerfile_path(text, span, report).map(BuildPart::Path),
    }
}

/// Returns a platform in the spelling by which platforms are compared: `linux/amd64` for `linux/x86_64`, `linux/arm64` for
/// `linux/arm64/v8`. `linux/arm` means all of its variants.
fn comparable_platform(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let Ok(platform) = Platform::parse(&text) else {
        return text;
    };
    let platform = platform.normalize();
    let plain = format!("{}/{}", platform.os, platform.architecture);
    if text == plain {
        plain
    } else {
        platform.format()
    }
}
