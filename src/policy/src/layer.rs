//! A policy at work in a gate: its gaps filled, its rules indexed by name.

use crate::image_rule::ImageRule;
use crate::index::Index;
use crate::pattern::Pattern;
use crate::policy::{Exception, Policy};
use crate::profile::Holds;
use crate::rewrite::Rewrite;
use crate::scope::Scope;
use crate::settings::{Check, DigestRule, Effective, Kind, LabelRule, Settings, SourceRule};
use crate::tier::Tier;
use crate::verdict::Severity;
use std::ops::Deref;
use std::sync::Arc;

/// Publishers that every policy knows to be verified: Docker's own organisation, which BuildKit's default SBOM
/// generator comes from.
const VERIFIED: [&str; 1] = ["docker/*"];

/// A policy in a gate: what messages call it, and what all gates that it is in share.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// "this policy", or whose it is where there are two.
    pub who: &'static str,
    shared: Arc<Indexed>,
}

impl Layer {
    /// `alone`: what the policy doesn't say is as in the built-in default; otherwise it has no opinion there.
    pub fn new(policy: Policy, who: &'static str, alone: bool) -> Layer {
        Layer {
            who,
            shared: Arc::new(Indexed::new(policy, alone)),
        }
    }

    /// The same policy by another name.
    pub fn called(&self, who: &'static str) -> Layer {
        Layer {
            who,
            shared: Arc::clone(&self.shared),
        }
    }
}

impl Deref for Layer {
    type Target = Indexed;
    fn deref(&self) -> &Indexed {
        &self.shared
    }
}

#[derive(Debug)]
pub(crate) struct Indexed {
    pub policy: Policy,
    /// The whole of the layer's opinion when the file is silent: the built-in default, or none.
    alone: bool,
    /// What holds where no profile does.
    pub own: Effective,
    internal: Index,
    verified: Index,
    open_source: Index,
    allowed: Index,
    denied: Index,
    rewrites: Index,
    images: Index,
    /// The image rules of each profile.
    profiles: Vec<Index>,
    exceptions: Index,
}

impl Indexed {
    fn new(mut policy: Policy, alone: bool) -> Indexed {
        policy
            .verified
            .extend(VERIFIED.iter().filter_map(|text| Pattern::parse(text).ok()));
        let rules = |rules: &[ImageRule]| Index::new(rules.iter().map(|rule| &rule.pattern));
        Indexed {
            alone,
            own: Effective::of(&policy.own, alone),
            internal: Index::new(policy.internal.iter()),
            verified: Index::new(policy.verified.iter()),
            open_source: Index::new(policy.open_source.iter()),
            allowed: Index::new(policy.registries.allow.iter()),
            denied: Index::new(policy.registries.deny.iter()),
            rewrites: Index::new(policy.rewrites.iter().map(|rule| &rule.pattern)),
            images: rules(&policy.images),
            profiles: (policy.profiles.iter())
                .map(|profile| rules(&profile.images))
                .collect(),
            exceptions: Index::new(policy.exceptions.iter().map(|rule| &rule.pattern)),
            policy,
        }
    }

    /// Is the image in the policy's list of this tier?
    pub fn lists(&self, tier: Tier, name: &str, tag: Option<&str>) -> bool {
        let (index, list) = match tier {
            Tier::Internal => (&self.internal, &self.policy.internal),
            Tier::Verified => (&self.verified, &self.policy.verified),
            Tier::OpenSource => (&self.open_source, &self.policy.open_source),
            Tier::Official | Tier::Community => return false,
        };
        first(index, list, name, tag).is_some()
    }

    /// Are only some registries allowed, and this image isn't from one of them?
    pub fn is_from_elsewhere(&self, name: &str, tag: Option<&str>) -> bool {
        let allowed = &self.policy.registries.allow;
        !allowed.is_empty() && first(&self.allowed, allowed, name, tag).is_none()
    }

    /// The denied registry that the image is from.
    pub fn denied_registry(&self, name: &str, tag: Option<&str>) -> Option<&Pattern> {
        first(&self.denied, &self.policy.registries.deny, name, tag)
    }

    /// The first rewrite rule that matches.
    pub fn rewrite(&self, name: &str, tag: Option<&str>) -> Option<&Rewrite> {
        self.rewrites
            .of(name, tag)
            .into_iter()
            .map(|i| &self.policy.rewrites[i])
            .find(|rule| rule.pattern.matches(name, tag))
    }

    /// The policy's own image rules that match, without those of its profiles.
    pub fn image_rules(&self, name: &str, tag: Option<&str>) -> impl Iterator<Item = &ImageRule> {
        matching(&self.images, &self.policy.images, name, tag)
    }

    /// All exceptions that match by name and tag, by their place in the list.
    pub fn exceptions(
        &self,
        name: &str,
        tag: Option<&str>,
    ) -> impl Iterator<Item = (usize, &Exception)> {
        self.exceptions
            .of(name, tag)
            .into_iter()
            .map(|i| (i, &self.policy.exceptions[i]))
            .filter(move |(_, rule)| rule.pattern.matches(name, tag))
    }

    /// The registry and path prefix that a registry is pulled through.
    pub fn mirror(&self, registry: &str) -> Option<&str> {
        self.policy
            .mirrors
            .iter()
            .find(|mirror| mirror.registry == registry)
            .map(|mirror| mirror.prefix.as_str())
    }

    /// What of the policy holds in a part of a build.
    pub fn reading(&self, scope: &Scope<'_>) -> Reading {
        let profiles = &self.policy.profiles;
        let those = |wanted: Holds| {
            let holding = profiles.iter().enumerate();
            holding
                .filter(|(_, profile)| profile.part.holds(scope) == wanted)
                .map(|(at, _)| at)
                .collect::<Vec<usize>>()
        };
        if profiles.is_empty() {
            return Reading::of(self.own);
        }
        let (holding, beside) = (those(Holds::Yes), those(Holds::Beside));
        let said = |list: &[usize]| list.iter().map(|at| &profiles[*at].settings).collect();
        let (in_place, tightening): (Vec<&Settings>, Vec<&Settings>) =
            (said(&holding), said(&beside));
        Reading {
            effective: self.own.with(&in_place, &tightening),
            holding,
            beside,
        }
    }
}

fn first<'l>(
    index: &Index,
    list: &'l [Pattern],
    name: &str,
    tag: Option<&str>,
) -> Option<&'l Pattern> {
    let mut found = index.of(name, tag).into_iter().map(|i| &list[i]);
    found.find(|pattern| pattern.matches(name, tag))
}

fn matching<'l>(
    index: &Index,
    rules: &'l [ImageRule],
    name: &str,
    tag: Option<&str>,
) -> impl Iterator<Item = &'l ImageRule> {
    let found = index.of(name, tag).into_iter().map(|i| &rules[i]);
    found.filter(move |rule| rule.pattern.matches(name, tag))
}

/// What of a policy holds in a part of a build: its profiles weighed.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub effective: Effective,
    /// The profiles that hold, by their place in the list.
    holding: Vec<usize>,
    /// Those that can only tighten.
    beside: Vec<usize>,
}

impl Reading {
    fn of(effective: Effective) -> Reading {
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
    pub layer: &'a Layer,
    pub reading: &'a Reading,
}

impl Deref for View<'_> {
    type Target = Layer;
    fn deref(&self) -> &Layer {
        self.layer
    }
}

impl<'a> View<'a> {
    pub fn tier_action(&self, tier: Tier) -> Severity {
        self.reading.effective.tier(tier)
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
        let advice = match self.layer.alone {
            true => Severity::Warn,
            false => Severity::Allow,
        };
        self.tier_action(Tier::Community).max(advice)
    }

    pub fn check(&self, check: Check) -> Severity {
        self.reading.effective.check(check)
    }

    pub fn source(&self, kind: Kind) -> SourceRule {
        self.reading.effective.source(kind)
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
        let Reading {
            holding, beside, ..
        } = self.reading;
        let more: Vec<&ImageRule> = (holding.iter().chain(beside))
            .flat_map(|at| self.of_profile(*at, name, tag))
            .collect();
        matching(&self.layer.images, &self.layer.policy.images, name, tag).chain(more)
    }

    /// Does an image rule speak in the place of the tier?
    pub fn speaks(&self, name: &str, tag: Option<&str>) -> bool {
        let holding = self.reading.holding.iter();
        self.layer
            .image_rules(name, tag)
            .chain(holding.flat_map(|at| self.of_profile(*at, name, tag)))
            .any(|rule| rule.action.is_some())
    }

    fn of_profile(
        &self,
        at: usize,
        name: &str,
        tag: Option<&str>,
    ) -> impl Iterator<Item = &'a ImageRule> + use<'a> {
        let rules = &self.layer.policy.profiles[at].images;
        let found: Vec<&ImageRule> = matching(&self.layer.profiles[at], rules, name, tag).collect();
        found.into_iter()
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
        let policy = &self.layer.policy;
        let Reading {
            holding, beside, ..
        } = self.reading;
        let profiles = holding.iter().chain(beside);
        std::iter::once(&policy.own).chain(profiles.map(|at| &policy.profiles[*at].settings))
    }
}
