//! A policy as it applies to one request, with the profiles that apply there.

use fromtier_image::Digest;

use crate::image_rule::ImageRule;
use crate::owner::Owner;
use crate::policy_index::PolicyIndex;
use crate::profile::ProfileMatch;
use crate::scope::Scope;
use crate::settings::{
    Check, DigestRule, EffectiveSettings, Gaps, LabelRule, Settings, SourceKind, SourceRule, Trap,
};
use crate::tier::Tier;
use crate::verdict::{Finding, Severity};

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

/// A rule under `images` that matches an image.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppliedRule<'a> {
    pub rule: &'a ImageRule,
    /// Whether it can only tighten, because it is in a profile that might not apply.
    only_tightens: bool,
}

/// A policy as it applies to one request, or to one image.
#[derive(Debug, Clone)]
pub(crate) struct ActivePolicy<'a> {
    pub owner: Owner,
    pub index: &'a PolicyIndex,
    pub resolution: &'a Resolution,
    pub effective: EffectiveSettings,
    /// The rules under `images` that match; none if the policy isn't looked at for an image.
    rules: Vec<AppliedRule<'a>>,
}

impl<'a> ActivePolicy<'a> {
    pub fn new(owner: Owner, index: &'a PolicyIndex, resolution: &'a Resolution) -> Self {
        ActivePolicy {
            owner,
            index,
            resolution,
            effective: resolution.effective,
            rules: Vec::new(),
        }
    }

    /// Returns the policy as it applies to an image: with the rules under `images` that match, and with their settings. The
    /// digest is `None` if it isn't known yet.
    #[must_use]
    pub fn for_image(self, name: &str, tag: Option<&str>, digest: Option<&Digest>) -> Self {
        let rules = self.matching_rules(name, tag, digest);
        let settings = |only_tightens: bool| {
            let rules = rules
                .iter()
                .filter(move |applied| applied.only_tightens == only_tightens);
            rules.map(|applied| &applied.rule.settings)
        };
        let effective = if rules.iter().any(|applied| applied.rule.has_settings()) {
            let profiles = &self.index.policy.profiles;
            let of = |list: &'a [usize]| list.iter().map(|at| &profiles[*at].settings);
            let Resolution {
                certain, possible, ..
            } = self.resolution;
            let overriding: Vec<&Settings> = of(certain).chain(settings(false)).collect();
            let tightening: Vec<&Settings> = of(possible).chain(settings(true)).collect();
            self.index.effective.with_profiles(&overriding, &tightening)
        } else {
            self.effective
        };
        ActivePolicy {
            effective,
            rules,
            ..self
        }
    }

    /// Returns the rules under `images` that match an image: the policy's own, and those of its profiles.
    fn matching_rules(
        &self,
        name: &str,
        tag: Option<&str>,
        digest: Option<&Digest>,
    ) -> Vec<AppliedRule<'a>> {
        let index = self.index;
        let own = index.image_rules(name, tag).map(|rule| (rule, false));
        let of_profiles = (self.resolution.profiles()).flat_map(|(profile, only_tightens)| {
            let rules = index.profile_image_rules(profile, name, tag);
            rules.map(move |rule| (rule, only_tightens))
        });
        (own.chain(of_profiles))
            .filter(|(rule, _)| rule.applies_to(digest))
            .map(|(rule, only_tightens)| AppliedRule {
                rule,
                only_tightens,
            })
            .collect()
    }

    /// Returns "this policy refuses" or "this policy warns about".
    pub fn verb(&self, severity: Severity) -> String {
        let verb = if severity == Severity::Deny {
            "refuses"
        } else {
            "warns about"
        };
        format!("{} {verb}", self.owner)
    }

    /// Returns the finding as this policy's own. A policy that only warns refuses nothing.
    pub fn own(&self, mut finding: Finding) -> Finding {
        if self.warn_only() {
            finding.severity = finding.severity.min(Severity::Warn);
        }
        finding.owned_by(self.owner)
    }

    pub fn tier_action(&self, tier: Tier) -> Severity {
        *self.effective.tiers.get(tier)
    }

    pub fn digest(&self) -> DigestRule {
        self.effective.digest
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
        *self.effective.checks.get(check)
    }

    pub fn source(&self, kind: SourceKind) -> SourceRule {
        *self.effective.sources.get(kind)
    }

    pub fn trap(&self, trap: Trap) -> Severity {
        *self.effective.traps.get(trap)
    }

    pub fn warn_only(&self) -> bool {
        self.effective.warn_only
    }

    /// Returns the rules under `images` that match the image.
    pub fn image_rules(&self) -> impl Iterator<Item = &'a ImageRule> + use<'a, '_> {
        self.rules.iter().map(|applied| applied.rule)
    }

    /// Returns the rules under `images` for single digests that match the name and the tag of an image.
    pub fn rules_by_digest(
        &self,
        name: &str,
        tag: Option<&str>,
    ) -> impl Iterator<Item = &'a ImageRule> {
        let index = self.index;
        let own = index.image_rules(name, tag);
        let profiles: Vec<usize> = self.resolution.profiles().map(|(at, _)| at).collect();
        let of_profiles: Vec<&ImageRule> = (profiles.into_iter())
            .flat_map(|at| index.profile_image_rules(at, name, tag))
            .collect();
        (own.chain(of_profiles)).filter(|rule| !rule.digests.is_empty())
    }

    /// Whether an image rule has an action, which replaces that of the tier.
    pub fn has_image_action(&self) -> bool {
        let mut rules = self.rules.iter().filter(|applied| !applied.only_tightens);
        rules.any(|applied| applied.rule.action.is_some())
    }

    /// Returns the labels that an image must have, by the policy and by its profiles.
    pub fn required_labels(&self) -> impl Iterator<Item = &'a LabelRule> + use<'a, '_> {
        self.settings().flat_map(|settings| &settings.require)
    }

    /// Returns the labels that an image must not have.
    pub fn forbidden_labels(&self) -> impl Iterator<Item = &'a LabelRule> + use<'a, '_> {
        self.settings().flat_map(|settings| &settings.forbid)
    }

    fn settings(&self) -> impl Iterator<Item = &'a Settings> + use<'a, '_> {
        let policy = &self.index.policy;
        let Resolution {
            certain, possible, ..
        } = self.resolution;
        let profiles = certain.iter().chain(possible);
        let rules = self.image_rules().map(|rule| &rule.settings);
        (std::iter::once(&policy.settings))
            .chain(profiles.map(|at| &policy.profiles[*at].settings))
            .chain(rules)
    }
}
