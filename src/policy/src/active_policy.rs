//! A policy as it applies to one request, with the profiles that apply there.

use crate::image_rule::ImageRule;
use crate::owner::Owner;
use crate::policy_index::PolicyIndex;
use crate::profile::ProfileMatch;
use crate::scope::Scope;
use crate::settings::{
    Check, DigestRule, EffectiveSettings, Gaps, LabelRule, Settings, SourceKind, SourceRule,
};
use crate::tier::Tier;
use crate::verdict::Severity;

/// The profiles of a policy that apply in a part of a build, and the settings that result.
#[derive(Debug, Clone)]
pub(crate) struct Resolution {
    pub effective: EffectiveSettings,
    /// The profiles that apply, by their position in the list.
    certain: Vec<usize>,
    /// The profiles that might apply, and can only tighten.
    possible: Vec<usize>,
}

impl Resolution {
    /// Finds the profiles that apply in a part of a build.
    pub fn new(index: &PolicyIndex, scope: &Scope<'_>) -> Resolution {
        let profiles = &index.policy.profiles;
        let matching = |wanted: ProfileMatch| {
            (profiles.iter().enumerate())
                .filter(|(_, profile)| profile.part.matches(scope) == wanted)
                .map(|(at, _)| at)
                .collect::<Vec<usize>>()
        };
        let (certain, possible) = (
            matching(ProfileMatch::Certain),
            matching(ProfileMatch::Possible),
        );
        let settings = |list: &[usize]| -> Vec<&Settings> {
            list.iter().map(|at| &profiles[*at].settings).collect()
        };
        let effective = if profiles.is_empty() {
            index.effective
        } else {
            (index.effective).with_profiles(&settings(&certain), &settings(&possible))
        };
        Resolution {
            effective,
            certain,
            possible,
        }
    }

    /// Returns the profiles that apply, by their position in the list, with `true` for those that can only tighten.
    pub fn profiles(&self) -> impl Iterator<Item = (usize, bool)> {
        let certain = self.certain.iter().map(|at| (*at, false));
        certain.chain(self.possible.iter().map(|at| (*at, true)))
    }
}

/// A policy as it applies to one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActivePolicy<'a> {
    pub owner: Owner,
    pub index: &'a PolicyIndex,
    pub resolution: &'a Resolution,
}

impl<'a> ActivePolicy<'a> {
    /// Returns "this policy refuses" or "this policy warns about".
    pub fn verb(&self, severity: Severity) -> String {
        let verb = if severity == Severity::Deny {
            "refuses"
        } else {
            "warns about"
        };
        format!("{} {verb}", self.owner)
    }

    pub fn tier_action(&self, tier: Tier) -> Severity {
        *self.resolution.effective.tiers.get(tier)
    }

    pub fn digest(&self) -> DigestRule {
        self.resolution.effective.digest
    }

    /// Returns the severity of look-alikes: that of community images, and at least a warning unless the policy applies next
    /// to an organization's.
    pub fn look_alike(&self) -> Severity {
        let at_least = match self.index.gaps {
            Gaps::BuiltIn => Severity::Warn,
            Gaps::NoOpinion => Severity::Allow,
        };
        self.tier_action(Tier::Community).max(at_least)
    }

    pub fn check(&self, check: Check) -> Severity {
        *self.resolution.effective.checks.get(check)
    }

    pub fn source(&self, kind: SourceKind) -> SourceRule {
        *self.resolution.effective.sources.get(kind)
    }

    pub fn warn_only(&self) -> bool {
        self.resolution.effective.warn_only
    }

    /// Returns all image rules that match: the policy's own, and those of its profiles.
    pub fn image_rules(
        &self,
        name: &str,
        tag: Option<&str>,
    ) -> impl Iterator<Item = &'a ImageRule> {
        let index = self.index;
        let Resolution {
            certain, possible, ..
        } = self.resolution;
        let of_profiles: Vec<&ImageRule> = (certain.iter().chain(possible))
            .flat_map(|profile| index.profile_image_rules(*profile, name, tag))
            .collect();
        index.image_rules(name, tag).chain(of_profiles)
    }

    /// Whether an image rule has an action, which replaces that of the tier.
    pub fn has_image_action(&self, name: &str, tag: Option<&str>) -> bool {
        let index = self.index;
        let certain = self.resolution.certain.iter();
        let of_profiles =
            certain.flat_map(|profile| index.profile_image_rules(*profile, name, tag));
        (index.image_rules(name, tag).chain(of_profiles)).any(|rule| rule.action.is_some())
    }

    /// Returns the labels that an image must have, by the policy and by its profiles.
    pub fn required_labels(&self) -> impl Iterator<Item = &'a LabelRule> {
        self.settings().flat_map(|settings| &settings.require)
    }

    /// Returns the labels that an image must not have.
    pub fn forbidden_labels(&self) -> impl Iterator<Item = &'a LabelRule> {
        self.settings().flat_map(|settings| &settings.forbid)
    }

    fn settings(&self) -> impl Iterator<Item = &'a Settings> + use<'a> {
        let policy = &self.index.policy;
        let Resolution {
            certain, possible, ..
        } = self.resolution;
        let profiles = certain.iter().chain(possible);
        std::iter::once(&policy.settings).chain(profiles.map(|at| &policy.profiles[*at].settings))
    }
}
