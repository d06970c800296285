//! The rules: one file each, with its tests and its page in `docs/rules`.
//!
//! A rule looks at one image under one policy and reports what it finds. Suggestions are filled in afterwards; then
//! exceptions and `mode: warn` apply.

mod deprecated;
mod digest;
mod end_of_life;
mod end_of_life_near;
pub(crate) mod exception;
mod floating_tag;
mod image_rule;
mod labels;
mod lock;
mod look_alike;
mod max_age;
mod onbuild;
mod registry;
mod root_user;
pub(crate) mod sources;
mod tier;
mod unlisted_tag;

use fromtier_catalog::{Day, Image, TagParts};
use fromtier_image::{Digest, ImageConfig, ImageRef, Platform};
pub(crate) use root_user::root_found;

use crate::active_policy::ActivePolicy;
use crate::classify::{classify, official_image};
use crate::draft::Draft;
use crate::layer::Layer;
use crate::lock::{Lock, LockEntry};
use crate::pattern::Pattern;
use crate::policies::{Policies, RequestContext};
use crate::tier::Tier;
use crate::verdict::{Finding, Severity};

/// One image under one policy: everything that a rule knows.
pub(crate) struct RuleContext<'a> {
    /// The image, normalized and rewritten.
    pub image: &'a ImageRef,
    /// [`crate::pattern::identity`] of the image.
    pub name: &'a str,
    /// The image as it was named: an alias of the image, or the image itself.
    pub named: &'a ImageRef,
    pub tier: Tier,
    /// The list entry that decides the image's tier.
    pub tier_entry: Option<&'a Pattern>,
    pub official: Option<Image>,
    /// The policy, as it applies to the image and to the part of the build that uses it.
    pub policy: ActivePolicy<'a>,
    /// The policies whose lists decide the tier: this policy and those before it. For the organization's policy, the
    /// lists of the repository's policy don't count.
    pub listing: &'a [Layer],
    pub lock: &'a Lock,
    /// The entry of the lock file for the image.
    pub locked: Option<&'a LockEntry>,
    pub request: &'a RequestContext,
    pub today: Day,
}

/// A rule for images. It adds its findings to the list.
pub(crate) type Rule = fn(&RuleContext<'_>, &mut Vec<Draft>);

/// The rules for images, in the order in which they report.
pub(crate) const IMAGE_RULES: &[Rule] = &[
    look_alike::check,
    tier::check,
    registry::check,
    image_rule::check,
    deprecated::check,
    end_of_life::check,
    end_of_life_near::check,
    unlisted_tag::check,
    floating_tag::check,
    digest::check,
    lock::check,
];

/// The rules for a mirror, in the order in which they report. Rules about the digest are not among them: a mirror serves
/// the image's own digest.
pub(crate) const PLACE_RULES: &[Rule] = &[
    look_alike::check_place,
    tier::check,
    registry::check,
    image_rule::check,
    deprecated::check,
    end_of_life::check,
    unlisted_tag::check,
];

/// A rule about the config that the registry returned. The config is `None` for an image in a client's own definition,
/// whose config is unknown.
type ConfigRule = fn(&RuleContext<'_>, Option<&ImageConfig>, &mut Vec<Finding>);

/// The rules about configs, in the order in which they report.
const CONFIG_RULES: &[ConfigRule] = &[
    max_age::check,
    labels::check,
    root_user::check,
    onbuild::check,
];

/// Returns the findings of a policy's rules for images.
pub(crate) fn judge_image(context: &RuleContext<'_>) -> Vec<Draft> {
    judge_by(IMAGE_RULES, context)
}

/// Returns the findings of a policy's rules about a mirror.
pub(crate) fn judge_place(context: &RuleContext<'_>) -> Vec<Draft> {
    judge_by(PLACE_RULES, context)
}

fn judge_by(rules: &[Rule], context: &RuleContext<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for rule in rules {
        rule(context, &mut drafts);
    }
    drafts
}

/// Returns the findings of a policy's rules about the digest and the config that the registry returned; `None` for what is
/// unknown.
pub(crate) fn judge_answer(
    context: &RuleContext<'_>,
    digest: Option<&Digest>,
    config: Option<&ImageConfig>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    image_rule::check_digest(context, digest, &mut findings);
    for rule in CONFIG_RULES {
        rule(context, config, &mut findings);
    }
    findings
}

/// Returns the image under each policy, in the order of the policies. `name` is the image's identity; `resolved` is the digest
/// that the registry returned, if it has been asked.
pub(crate) fn contexts<'a>(
    policies: &'a Policies,
    request: &'a RequestContext,
    image: &'a ImageRef,
    name: &'a str,
    resolved: Option<&'a Digest>,
) -> impl Iterator<Item = RuleContext<'a>> {
    let active = request.active_policies(policies).enumerate();
    let locked = policies.lock.get(image);
    let pinned = image.digest().or(locked.map(|entry| &entry.digest));
    let digest = resolved.or(pinned);
    active.map(move |(at, policy)| {
        let listing = &policies.layers[..=at];
        let indexes = listing.iter().map(|layer| &*layer.index);
        let classification = classify(indexes, name, image.tag());
        RuleContext {
            image,
            name,
            named: image,
            tier: classification.tier,
            tier_entry: classification.entry,
            official: official_image(name),
            policy: policy.for_image(name, image.tag(), digest),
            listing,
            lock: &policies.lock,
            locked,
            request,
            today: policies.today,
        }
    })
}

impl<'a> RuleContext<'a> {
    pub fn tag(&self) -> Option<&'a str> {
        self.image.tag()
    }

    /// The parts of the image's tag.
    pub fn tag_parts(&self) -> Option<TagParts<'a>> {
        self.tag().map(TagParts::parse)
    }

    /// The platform that the image is for, if it is known.
    pub fn platform(&self) -> Option<&'a Platform> {
        self.request.platform.as_ref()
    }

    /// The image as messages show it: `docker.io/library/node:22`, or with its digest if it has no tag.
    pub fn display_name(&self) -> String {
        match (self.image.tag(), self.image.digest()) {
            (Some(tag), _) => format!("{}:{tag}", self.name),
            (None, Some(digest)) => format!("{}@{}", self.name, digest.as_str()),
            (None, None) => self.name.to_owned(),
        }
    }

    /// "this policy refuses" or "this policy warns about".
    pub fn policy_verb(&self, severity: Severity) -> String {
        self.policy.verb(severity)
    }
}
