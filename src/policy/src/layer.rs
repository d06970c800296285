//! A policy at work in a gate, and what of it holds in a part of a build.

use std::sync::Arc;

use crate::image_rule::ImageRule;
use crate::owner::Owner;
use crate::policy::Policy;
use crate::policy_index::PolicyIndex;
use crate::profile::ProfileMatch;
use crate::scope::Scope;
use crate::settings::{
    Check, DigestRule, EffectiveSettings, Gaps, LabelRule, Settings, SourceKind, SourceRule,
};
use crate::tier::Tier;
use crate::verdict::Severity;

/// A policy in a gate: whose it is, and what all gates that it is in share.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub owner: Owner,
    pub index: Arc<PolicyIndex>,
}

impl Layer {
    /// A policy of this owner's, its gaps filled so.
    pub fn new(policy: Policy, owner: Owner, gaps: Gaps) -> Layer {
        Layer {
            owner,
            index: Arc::new(PolicyIndex::new(policy, gaps)),
        }
    }

    /// What of the policy holds in a part of a build.
    pub fn reading(&self, scope: &Scope<'_>) -> Reading {
        let profiles = &self.index.policy.profiles;
        let those = |wanted: ProfileMatch| {
            let holding = profiles.iter().enumerate();
            holding
                .filter(|(_, profile)| profile.part.matches(scope) == wanted)
                .map(|(at, _)| at)
                .collect::<Vec<usize>>()
        };
        if profiles.is_empty() {
            return Reading::of(self.index.effective);
        }
        let (holding, beside) = (those(ProfileMatch::Certain), those(ProfileMatch::Possible));
        let said = |list: &[usize]| list.iter().map(|at| &profiles[*at].settings).collect();
        let (in_place, tightening): (Vec<&Settings>, Vec<&Settings>) =
            (said(&holding), said(&beside));
        Reading {
            effective: self.index.effective.with_profiles(&in_place, &tightening),
            holding,
            beside,
        }
    }

    /// The same policy beside another, or alone.
    pub fn owned_by(&self, owner: Owner) -> Layer {
        Layer {
            owner,
            index: Arc::clone(&self.index),
        }
    }
}

/// What of a policy holds in a part of a build: its profiles weighed.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub effective: EffectiveSettings,
    /// The profiles that hold, by their place in the list.
    holding: Vec<usize>,
    /// Those that can only tighten.
    beside: Vec<usize>,
}

impl Reading {
    fn of(effective: EffectiveSettings) -> Reading {
        Reading {
            effective,
            holding: Vec::new(),
            beside: Vec::new(),
        }
    }
}

impl Reading {
    /// The profiles that hold, by their place in the list; true for those that can only tighten.
    pub fn profiles(&self) -> impl Iterator<Item = (usize, bool)> {
        let holding = self.holding.iter().map(|at| (*at, false));
        holding.chain(self.beside.iter().map(|at| (*at, true)))
    }
}

/// A policy as it holds in a part of a build.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub owner: Owner,
    pub index: &'a PolicyIndex,
    pub reading: &'a Reading,
}

impl<'a> View<'a> {
    pub fn tier_action(&self, tier: Tier) -> Severity {
        *self.reading.effective.tiers.get(tier)
    }

    pub fn digest(&self) -> DigestRule {
        self.reading.effective.digest
    }

    pub fn end_of_life(&self) -> Severity {
        self.check(Check::EndOfLife)
    }

    pub fn deprecated(&self) -> Severity {
        self.check(Check::Deprecated)
    }

    pub fn unlisted_tag(&self) -> Severity {
        self.check(Check::UnlistedTag)
    }

    pub fn floating_tag(&self) -> Severity {
        self.check(Check::FloatingTag)
    }

    /// What is said of look-alikes: as of community images, but no policy that speaks for itself is silent.
    pub fn look_alike(&self) -> Severity {
        let advice = match self.index.gaps {
            Gaps::BuiltIn => Severity::Warn,
            Gaps::NoOpinion => Severity::Allow,
        };
        self.tier_action(Tier::Community).max(advice)
    }

    pub fn check(&self, check: Check) -> Severity {
        *self.reading.effective.checks.get(check)
    }

    pub fn source(&self, kind: SourceKind) -> SourceRule {
        *self.reading.effective.sources.get(kind)
    }

    pub fn warn_only(&self) -> bool {
        self.reading.effective.warn_only
    }

    /// All image rules that match: the policy's own, and those of its profiles.
    pub fn image_rules(
        &self,
        name: &str,
        tag: Option<&str>,
    ) -> impl Iterator<Item = &'a ImageRule> {
        let index = self.index;
        let Reading {
            holding, beside, ..
        } = self.reading;
        let more: Vec<&ImageRule> = (holding.iter().chain(beside))
            .flat_map(|profile| index.profile_image_rules(*profile, name, tag))
            .collect();
        index.image_rules(name, tag).chain(more)
    }

    /// Does an image rule speak in the place of the tier?
    pub fn speaks(&self, name: &str, tag: Option<&str>) -> bool {
        let index = self.index;
        let holding = self.reading.holding.iter();
        let of_profiles =
            holding.flat_map(|profile| index.profile_image_rules(*profile, name, tag));
        (index.image_rules(name, tag).chain(of_profiles)).any(|rule| rule.action.is_some())
    }

    /// What labels an image must have, by the policy and by its profiles.
    pub fn required_labels(&self) -> impl Iterator<Item = &'a LabelRule> {
        self.settings().flat_map(|settings| &settings.require)
    }

    /// What labels an image must not have.
    pub fn forbidden_labels(&self) -> impl Iterator<Item = &'a LabelRule> {
        self.settings().flat_map(|settings| &settings.forbid)
    }

    fn settings(&self) -> impl Iterator<Item = &'a Settings> + use<'a> {
        let policy = &self.index.policy;
        let Reading {
            holding, beside, ..
        } = self.reading;
        let profiles = holding.iter().chain(beside);
        std::iter::once(&policy.settings).chain(profiles.map(|at| &policy.profiles[*at].settings))
    }
}
