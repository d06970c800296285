//! What the steps of a trace say.

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
    /// The profiles that hold where it is asked.
    pub profiles: Vec<AppliedProfile>,
    /// Where images may come from at all, by each policy that says so.
    pub registries: Vec<Origin>,
    /// Who makes the image, by each policy.
    pub tiers: Vec<Membership>,
    /// The rules under `images` that match.
    pub rules: Vec<MatchedRule>,
    /// What the catalogue knows; `None` for an image that is not in it.
    pub facts: Option<Facts>,
    /// What the lock file says.
    pub locked: Option<(Digest, Day)>,
    /// The exceptions that match, whether or not they hold today.
    pub exceptions: Vec<MatchedException>,
    /// The registry that the image is pulled through, and where that is said.
    pub mirror: Option<(String, Option<Place>)>,
    /// What is judged when the registry has answered.
    pub later: Vec<Later>,
    /// What a build would ask the registry for, if the image passes.
    pub pull: Option<ImageRef>,
    /// The digest that the lock or the reference pins it to.
    pub pinned: Option<Digest>,
    pub verdict: Verdict,
}

/// One rewrite rule at work.
#[derive(Debug, Clone)]
pub struct Rewriting {
    pub policy: Owner,
    /// The rule's `match` and `to`.
    pub rule: (String, String),
    pub at: Option<Place>,
    pub reason: Option<String>,
    /// What came out, or why nothing could.
    pub to: Result<ImageRef, String>,
}

/// A profile of a policy.
#[derive(Debug, Clone)]
pub struct AppliedProfile {
    pub policy: Owner,
    /// `stages.final`, `platforms.linux/arm64`, `paths.services/*`.
    pub part: String,
    /// Where its first setting stands.
    pub at: Option<Place>,
    /// It isn't known for certain that it holds, so it can only tighten.
    pub only_tightens: bool,
}

/// What a policy wants of an image's config, which only the registry knows.
#[derive(Debug, Clone)]
pub struct Later {
    pub policy: Owner,
    /// The setting, such as `base.max-age`.
    pub setting: SettingKey,
    /// What is wanted: "built within 90 days".
    pub what: String,
    pub at: Option<Place>,
}

/// What the `registries` of a policy say of the image's.
#[derive(Debug, Clone)]
pub struct Origin {
    pub policy: Owner,
    pub allowed: bool,
    /// The entry that says so, and where it stands; `None`: it is in no entry of `allow`.
    pub by: Option<(String, Option<Place>)>,
}

/// The tier of the image by one policy, and what that policy says of the tier.
#[derive(Debug, Clone)]
pub struct Membership {
    pub policy: Owner,
    pub tier: Tier,
    pub why: Why,
    /// What is said of the tier, and where; `None` where it is said nowhere.
    pub action: Severity,
    pub action_at: Option<Place>,
}

/// Why an image is of its tier.
#[derive(Debug, Clone)]
pub enum Why {
    /// It is in the catalogue of official images.
    Catalogue,
    /// A list of a policy has it: the pattern, and where it stands.
    List(String, Option<Place>),
    /// No list has it.
    Nowhere,
}

/// A rule under `images` that matches.
#[derive(Debug, Clone)]
pub struct MatchedRule {
    pub policy: Owner,
    pub pattern: String,
    pub at: Option<Place>,
    /// As the file says it; likewise the next ones.
    pub tags: Option<String>,
    pub variants: Vec<String>,
    pub prefer: Option<String>,
    pub action: Option<Severity>,
    pub reason: Option<String>,
    /// Do tags and variants allow the image's tag?
    pub fits: bool,
}

/// What the catalogue knows of an official image and its tag.
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
    /// The image or the tag is given up: since when, and for what.
    pub deprecated: Option<(&'static str, Vec<&'static str>)>,
}

/// A release cycle on the day of the gate.
#[derive(Debug, Clone, Copy)]
pub struct CycleFacts {
    pub name: &'static str,
    pub codename: &'static str,
    pub end_of_life: EndOfLife,
    pub over: bool,
    /// Days to the end; negative when it is past, `None` when it is not known.
    pub days_left: Option<i32>,
}

/// An exception that matches.
#[derive(Debug, Clone)]
pub struct MatchedException {
    pub policy: Owner,
    pub pattern: String,
    pub at: Option<Place>,
    pub until: Day,
    pub owner: String,
    pub reason: String,
    /// The codes that it is narrowed to; all when empty.
    pub rules: Vec<Code>,
    /// Whether it holds on the gate's day.
    pub state: ExceptionState,
    /// Is it what lets the image through?
    pub used: bool,
}
