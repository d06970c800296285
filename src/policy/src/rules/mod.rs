//! The rules: one file each, with its tests and its page in `docs/rules`.
//!
//! A rule looks at one image under one policy and may say something of it. Exceptions and `mode: warn` are dealt
//! with after all rules have spoken.

pub(crate) mod deprecated;
pub(crate) mod digest;
pub(crate) mod end_is_near;
pub(crate) mod end_of_life;
pub(crate) mod exception;
pub(crate) mod floating_tag;
pub(crate) mod image_rule;
pub(crate) mod labels;
pub(crate) mod lock;
pub(crate) mod look_alike;
pub(crate) mod max_age;
pub(crate) mod onbuild;
pub(crate) mod registry;
pub(crate) mod root_user;
pub(crate) mod sources;
pub(crate) mod tier;
pub(crate) mod unlisted_tag;

use crate::code::Code;
use crate::gate::Gate;
use crate::layer::{Layer, View};
use crate::lock::LockEntry;
use crate::policy_index::PolicyIndex;
use crate::said::Standpoint;
use crate::tier::Tier;
use crate::verdict::{Finding, Severity};
use fromtier_catalog::{self as catalog, Day, Image, TagParts};
use fromtier_image::{ImageConfig, ImageRef, Platform};

/// One image before one policy.
pub(crate) struct Case<'a> {
    /// Normalised and rewritten.
    pub image: &'a ImageRef,
    /// [`crate::pattern::identity`] of the image.
    pub name: &'a str,
    pub tier: Tier,
    pub official: Option<Image>,
    /// The policy, as it holds where the image is wanted.
    pub layer: View<'a>,
    /// Whose lists it goes by: its own and the organisation's, never the repository's on the organisation's behalf.
    pub lists: &'a [Layer],
    /// What the lock says of it.
    pub locked: Option<&'a LockEntry>,
    pub from: &'a Standpoint,
    pub gate: &'a Gate,
    /// Is it asked of an image whether it can be an advice? Then no rule gives one of its own.
    pub advice: bool,
}

/// A rule: what it has to say goes into the list.
pub(crate) type Rule = fn(&Case<'_>, &mut Vec<Finding>);

/// In the order in which they are said.
pub(crate) const RULES: [Rule; 11] = [
    look_alike::check,
    tier::check,
    registry::check,
    image_rule::check,
    deprecated::check,
    end_of_life::check,
    end_is_near::check,
    unlisted_tag::check,
    floating_tag::check,
    digest::check,
    lock::check,
];

/// What a place is judged by that only stands for another, as a mirror does: all but what hangs on the digest, which is
/// that of the image.
pub(crate) const PLACE_RULES: [Rule; 7] = [
    look_alike::of_place,
    tier::check,
    registry::check,
    image_rule::check,
    deprecated::check,
    end_of_life::check,
    unlisted_tag::check,
];

/// A rule about what the registry answered. No config: nothing is known of it, as of an image within a client's own
/// definition.
type ConfigRule = fn(&Case<'_>, Option<&ImageConfig>, &mut Vec<Finding>);

/// In the order in which they are said.
pub(crate) const CONFIG_RULES: [ConfigRule; 4] = [
    max_age::check,
    labels::check,
    root_user::check,
    onbuild::check,
];

/// Asks all rules about what the registry answered.
pub(crate) fn of_config(case: &Case<'_>, config: Option<&ImageConfig>, out: &mut Vec<Finding>) {
    for rule in CONFIG_RULES {
        rule(case, config, out);
    }
}

impl<'a> Case<'a> {
    /// An image before the gate's policy at this place among its policies; `name` is the image's identity.
    pub fn new(
        gate: &'a Gate,
        from: &'a Standpoint,
        (at, layer): (usize, View<'a>),
        image: &'a ImageRef,
        name: &'a str,
    ) -> Case<'a> {
        // A policy goes by its own lists and by the organisation's, never by the repository's on its behalf.
        let lists = &gate.layers[..=at];
        Case {
            image,
            name,
            tier: tier_of(lists.iter().map(|layer| &*layer.index), name, image.tag()),
            official: official(name),
            layer,
            lists,
            locked: gate.lock.get(image),
            from,
            gate,
            advice: false,
        }
    }

    pub fn tag(&self) -> Option<&'a str> {
        self.image.tag()
    }

    pub fn today(&self) -> Day {
        self.gate.today
    }

    /// What the image is for, where it is known.
    pub fn platform(&self) -> Option<&'a Platform> {
        self.from.platform.as_ref()
    }

    /// `docker.io/library/node:22`, or by its digest where it has no tag.
    pub fn shown(&self) -> String {
        match (self.image.tag(), self.image.digest()) {
            (Some(tag), _) => format!("{}:{tag}", self.name),
            (None, Some(digest)) => format!("{}@{}", self.name, digest.as_str()),
            (None, None) => self.name.to_owned(),
        }
    }

    /// "this policy refuses" or "this policy warns about".
    pub fn says(&self, severity: Severity) -> String {
        let verb = if severity == Severity::Deny {
            "refuses"
        } else {
            "warns about"
        };
        format!("{} {verb}", self.layer.owner)
    }
}

/// Who makes the image, by the lists of all policies together.
pub(crate) fn tier_of<'a>(
    policies: impl IntoIterator<Item = &'a PolicyIndex> + Clone,
    name: &str,
    tag: Option<&str>,
) -> Tier {
    if official(name).is_some() {
        return Tier::Official;
    }
    [Tier::Internal, Tier::Verified, Tier::OpenSource]
        .into_iter()
        .find(|tier| (policies.clone().into_iter()).any(|policy| policy.lists(*tier, name, tag)))
        .unwrap_or(Tier::Community)
}

/// The official image of a full name.
pub(crate) fn official(name: &str) -> Option<Image> {
    catalog::image(name.strip_prefix("docker.io/library/")?)
}

/// The parts of the case's tag.
pub(crate) fn parts<'a>(case: &Case<'a>) -> Option<TagParts<'a>> {
    case.tag().map(TagParts::parse)
}

/// The code of a rule that an exception may lift.
pub(crate) fn liftable(text: &str) -> Result<Code, String> {
    let code: Code = text.parse().map_err(|_| format!("`{text}` is no rule"))?;
    if code.is_liftable() {
        Ok(code)
    } else {
        Err(format!("`{code}` can't be lifted by an exception"))
    }
}
