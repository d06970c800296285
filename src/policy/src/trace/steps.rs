//! The steps of a trace, as data.

use fromtier_catalog::{EndOfLife, Platforms};
use fromtier_image::{Digest, ImageRef};

use crate::code::Code;
use crate::exception_state::ExceptionState;
use crate::exception_subject::ExceptionSubject;
use crate::owner::Owner;
use crate::setting_key::SettingKey;
use crate::tier::Tier;
use crate::verdict::{Severity, Verdict};
use crate::{Day, Place};

/// The steps of the gate for one image.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The normalized reference; `None` if the reference isn't valid.
    pub normalized: Option<ImageRef>,
    /// The rewrites, in order.
    pub rewrites: Vec<Rewriting>,
    /// The alias that says what the image is.
    pub alias: Option<Rewriting>,
    /// The image that the rules judge: normalized and rewritten; for an alias, the image that it is.
    pub image: Option<ImageRef>,
    /// The profiles that apply where it is requested.
    pub profiles: Vec<AppliedProfile>,
    /// How each policy that restricts registries decides on the image's registry.
    pub registries: Vec<Origin>,
    /// The image's tier under each policy.
    pub tiers: Vec<Membership>,
    /// The rules under `images` that match.
    pub rules: Vec<MatchedRule>,
    /// The catalog's facts; `None` if the image isn't in it.
    pub facts: Option<Facts>,
    /// The digest and the day of the lock file's entry.
    pub locked: Option<(Digest, Day)>,
    /// The exceptions that match, whether or not they apply on the gate's day.
    pub exceptions: Vec<MatchedException>,
    /// The registry that the image is pulled through, and where that is written.
    pub mirror: Option<(String, Option<Place>)>,
    /// The checks that need the registry's answer.
    pub later: Vec<Later>,
    /// The reference that a build would request from the registry, if the image passes.
    pub pull: Option<ImageRef>,
    /// The digest that the lock file or the reference pins the image to.
    pub pinned: Option<Digest>,
    /// The gate's verdict.
    pub verdict: Verdict,
}

/// A rewrite rule, or an alias, that matched.
#[derive(Debug, Clone)]
pub struct Rewriting {
    /// Whose policy it is.
    pub policy: Owner,
    /// The rule's `match` and `to`.
    pub rule: (String, String),
    /// Where it is written.
    pub at: Option<Place>,
    /// The reason that the policy gives.
    pub reason: Option<String>,
    /// The image that it is rewritten to, or why it can't be rewritten.
    pub to: Result<ImageRef, String>,
}

/// A profile that applies.
#[derive(Debug, Clone)]
pub struct AppliedProfile {
    /// Whose policy it is.
    pub policy: Owner,
    /// The profile's name, such as `stages.final`, `platforms.linux/arm64`, or `paths.services/*`.
    pub part: String,
    /// Where its first setting is written.
    pub at: Option<Place>,
    /// Whether it can only tighten, because it might not apply.
    pub only_tightens: bool,
}

/// A check of an image's config, which only the registry has.
#[derive(Debug, Clone)]
pub struct Later {
    /// Whose policy it is.
    pub policy: Owner,
    /// The setting, such as `base.max-age`.
    pub setting: SettingKey,
    /// The condition: "built within 90 days".
    pub what: String,
    /// Where it is written.
    pub at: Option<Place>,
}

/// How the `registries` of a policy decide on the image.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Whose policy it is.
    pub policy: Owner,
    /// Whether the policy allows the registry.
    pub allowed: bool,
    /// The entry that decides, and where it is written; `None` if no entry of `allow` matches.
    pub by: Option<(String, Option<Place>)>,
}

/// The image's tier under one policy, and the policy's action for the tier.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Whose policy it is.
    pub policy: Owner,
    /// The tier.
    pub tier: Tier,
    /// Why the image has this tier.
    pub why: TierReason,
    /// The action of the policy for the tier.
    pub action: Severity,
    /// Where the action is set; `None` if no file sets it.
    pub action_at: Option<Place>,
}

/// Why an image has its tier.
#[derive(Debug, Clone)]
pub enum TierReason {
    /// It is in the catalog of official images.
    Catalog,
    /// It is in a list of a policy: the entry, and where the entry is written.
    List(String, Option<Place>),
    /// It is in no list.
    Unlisted,
}

/// A rule under `images` that matches.
#[derive(Debug, Clone)]
pub struct MatchedRule {
    /// Whose policy it is.
    pub policy: Owner,
    /// The images that it applies to, as written.
    pub pattern: String,
    /// Where it is written.
    pub at: Option<Place>,
    /// The tags that are allowed, as written.
    pub tags: Option<String>,
    /// The variants that are allowed, as written; any if empty.
    pub variants: Vec<String>,
    /// The image that is preferred.
    pub prefer: Option<String>,
    /// The action that replaces the tier's.
    pub action: Option<Severity>,
    /// The reason that the policy gives.
    pub reason: Option<String>,
    /// Whether its tags and variants allow the image's tag.
    pub fits: bool,
}

/// The catalog's facts about an official image and its tag.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The image's name, such as `node`.
    pub name: &'static str,
    /// The day that the facts are from.
    pub as_of: Day,
    /// The platforms that the tag is rebuilt for; `None` if the tag isn't supported.
    pub platforms: Option<Platforms>,
    /// The release cycle of the tag.
    pub cycle: Option<CycleFacts>,
    /// Since when the image or the tag is deprecated, and its replacements.
    pub deprecated: Option<(&'static str, Vec<&'static str>)>,
}

/// A release cycle on the day of the gate.
#[derive(Debug, Clone, Copy)]
pub struct CycleFacts {
    /// The cycle's name, such as `22`.
    pub name: &'static str,
    /// The cycle's codename, such as `bookworm`; empty if it has none.
    pub codename: &'static str,
    /// When it ends.
    pub end_of_life: EndOfLife,
    /// Whether it has reached its end of life.
    pub has_ended: bool,
    /// The days until its end of life; negative if that day has passed, `None` if it isn't known.
    pub days_left: Option<i32>,
}

/// An exception that matches.
#[derive(Debug, Clone)]
pub struct MatchedException {
    /// Whose policy it is.
    pub policy: Owner,
    /// What it is for.
    pub subject: ExceptionSubject,
    /// Whether it is only for some Dockerfiles, and the Dockerfile's path isn't known.
    pub lacks_path: bool,
    /// Where it is written.
    pub at: Option<Place>,
    /// Its last day.
    pub until: Day,
    /// Who is responsible for it.
    pub owner: String,
    /// The reason that the policy gives.
    pub reason: String,
    /// The codes that it lifts; all if empty.
    pub rules: Vec<Code>,
    /// Whether it applies on the gate's day.
    pub state: ExceptionState,
    /// Whether the image passes because of it.
    pub used: bool,
}
