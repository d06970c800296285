//! The steps of a trace, as data.

use fromtier_catalog::{EndOfLife, Platforms};
use fromtier_image::{Digest, ImageRef};

use crate::code::Code;
use crate::exception_state::ExceptionState;
use crate::owner::Owner;
use crate::setting_key::SettingKey;
use crate::tier::Tier;
use crate::verdict::{Severity, Verdict};
use crate::{Day, Place};

/// The way of one image through the gate.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The reference in full; `None` when it is none.
    pub normalized: Option<ImageRef>,
    /// The rewriting, in the order in which it is done.
    pub rewrites: Vec<Rewriting>,
    /// What the rules judge: normalized and rewritten.
    pub image: Option<ImageRef>,
    /// The profiles that apply where it is requested.
    pub profiles: Vec<AppliedProfile>,
    /// Where images may come from at all, by each policy that says so.
    pub registries: Vec<Origin>,
    /// Who makes the image, by each policy.
    pub tiers: Vec<Membership>,
    /// The rules under `images` that match.
    pub rules: Vec<MatchedRule>,
    /// The catalog's facts; `None` for an image that is not in it.
    pub facts: Option<Facts>,
    /// The digest and the day of the lock file's entry.
    pub locked: Option<(Digest, Day)>,
    /// The exceptions that match, whether or not they apply on the gate's day.
    pub exceptions: Vec<MatchedException>,
    /// The registry that the image is pulled through, and where that is written.
    pub mirror: Option<(String, Option<Place>)>,
    /// The checks that are left until the registry has answered.
    pub later: Vec<Later>,
    /// The reference that a build would request from the registry, if the image passes.
    pub pull: Option<ImageRef>,
    /// The digest that the lock or the reference pins it to.
    pub pinned: Option<Digest>,
    /// The gate's verdict.
    pub verdict: Verdict,
}

/// One rewrite rule at work.
#[derive(Debug, Clone)]
pub struct Rewriting {
    /// Whose policy it is.
    pub policy: Owner,
    /// The rule's `match` and `to`.
    pub rule: (String, String),
    /// Where it is written.
    pub at: Option<Place>,
    /// Why, as the policy says it.
    pub reason: Option<String>,
    /// The image that it is rewritten to, or why it could not be.
    pub to: Result<ImageRef, String>,
}

/// A profile of a policy.
#[derive(Debug, Clone)]
pub struct AppliedProfile {
    /// Whose policy it is.
    pub policy: Owner,
    /// `stages.final`, `platforms.linux/arm64`, `paths.services/*`.
    pub part: String,
    /// Where its first setting is written.
    pub at: Option<Place>,
    /// Whether it only may apply, and so can only tighten.
    pub only_tightens: bool,
}

/// A check of an image's config, which only the registry knows.
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
    /// Whether the policy lets images come from there.
    pub allowed: bool,
    /// The entry that decides, and where it is written; `None` if no entry of `allow` has the image.
    pub by: Option<(String, Option<Place>)>,
}

/// The tier of the image by one policy, and the action of that policy for the tier.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Whose policy it is.
    pub policy: Owner,
    /// The tier.
    pub tier: Tier,
    /// Why it is of this tier.
    pub why: Why,
    /// The action of the policy for the tier.
    pub action: Severity,
    /// Where the action is set; `None` if no file sets it.
    pub action_at: Option<Place>,
}

/// Why an image is of its tier.
#[derive(Debug, Clone)]
pub enum Why {
    /// It is in the catalog of official images.
    Catalogue,
    /// A list of a policy has it: the entry, and where it is written.
    List(String, Option<Place>),
    /// No list has it.
    Nowhere,
}

/// A rule under `images` that matches.
#[derive(Debug, Clone)]
pub struct MatchedRule {
    /// Whose policy it is.
    pub policy: Owner,
    /// The images that it is for, as written.
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
    /// Why, as the policy says it.
    pub reason: Option<String>,
    /// Whether its tags and variants allow the image's tag.
    pub fits: bool,
}

/// What the catalog knows about an official image and its tag.
#[derive(Debug, Clone)]
pub struct Facts {
    /// `node`
    pub name: &'static str,
    /// The day that the facts are from.
    pub as_of: Day,
    /// The platforms that the tag is rebuilt for; `None`: it is not among the supported tags.
    pub platforms: Option<Platforms>,
    /// The release cycle of the tag: its name, its codename, its end, and the days that are left to it.
    pub cycle: Option<CycleFacts>,
    /// Since when the image or the tag is deprecated, and its replacements.
    pub deprecated: Option<(&'static str, Vec<&'static str>)>,
}

/// A release cycle on the day of the gate.
#[derive(Debug, Clone, Copy)]
pub struct CycleFacts {
    /// `22`
    pub name: &'static str,
    /// `bookworm`; empty if it has none.
    pub codename: &'static str,
    /// When it ends.
    pub end_of_life: EndOfLife,
    /// Whether it is past its end of life.
    pub over: bool,
    /// Days to the end; negative when it is past, `None` when it is not known.
    pub days_left: Option<i32>,
}

/// An exception that matches.
#[derive(Debug, Clone)]
pub struct MatchedException {
    /// Whose policy it is.
    pub policy: Owner,
    /// The images that it is for, as written.
    pub pattern: String,
    /// Where it is written.
    pub at: Option<Place>,
    /// Its last day.
    pub until: Day,
    /// Who asked for it.
    pub owner: String,
    /// Why it was asked for.
    pub reason: String,
    /// The codes that it is for; all if empty.
    pub rules: Vec<Code>,
    /// Whether it applies on the gate's day.
    pub state: ExceptionState,
    /// Whether it is what lets the image through.
    pub used: bool,
}
