//! A policy at work in a gate: its gaps filled, its rules indexed by name.

use crate::index::Index;
use crate::pattern::Pattern;
use crate::policy::{DigestRule, Exception, ImageRule, Policy, Rewrite, SourceRule, Tier};
use crate::verdict::Severity;

/// Publishers that every policy knows to be verified: Docker's own organisation, which BuildKit's default SBOM
/// generator comes from.
const VERIFIED: [&str; 1] = ["docker/*"];

#[derive(Debug)]
pub(crate) struct Layer {
    pub policy: Policy,
    /// "this policy", or whose it is where there are two.
    pub who: &'static str,
    /// The whole of the layer's opinion when the file is silent: the built-in default, or none.
    alone: bool,
    internal: Index,
    verified: Index,
    open_source: Index,
    rewrites: Index,
    images: Index,
    exceptions: Index,
}

impl Layer {
    /// `alone`: what the policy doesn't say is as in the built-in default; otherwise it has no opinion there.
    pub fn new(mut policy: Policy, who: &'static str, alone: bool) -> Layer {
        policy
            .verified
            .extend(VERIFIED.iter().filter_map(|text| Pattern::parse(text).ok()));
        Layer {
            internal: Index::new(policy.internal.iter()),
            verified: Index::new(policy.verified.iter()),
            open_source: Index::new(policy.open_source.iter()),
            rewrites: Index::new(policy.rewrites.iter().map(|rule| &rule.pattern)),
            images: Index::new(policy.images.iter().map(|rule| &rule.pattern)),
            exceptions: Index::new(policy.exceptions.iter().map(|rule| &rule.pattern)),
            policy,
            who,
            alone,
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
        index
            .of(name, tag)
            .into_iter()
            .any(|i| list[i].matches(name, tag))
    }

    pub fn tier_action(&self, tier: Tier) -> Severity {
        let index = Tier::ALL
            .iter()
            .position(|t| *t == tier)
            .unwrap_or(Tier::ALL.len() - 1);
        self.policy.tiers[index].unwrap_or(match tier {
            _ if !self.alone => Severity::Allow,
            Tier::Official | Tier::Internal => Severity::Allow,
            Tier::Verified | Tier::OpenSource => Severity::Warn,
            Tier::Community => Severity::Deny,
        })
    }

    pub fn digest(&self) -> DigestRule {
        self.policy.base.digest.unwrap_or(DigestRule::Resolve)
    }

    pub fn end_of_life(&self) -> Severity {
        self.policy.base.end_of_life.unwrap_or(self.advice())
    }

    pub fn deprecated(&self) -> Severity {
        self.policy.base.deprecated.unwrap_or(self.advice())
    }

    pub fn unlisted_tag(&self) -> Severity {
        self.policy.base.unlisted_tag.unwrap_or(Severity::Allow)
    }

    pub fn floating_tag(&self) -> Severity {
        self.policy.base.floating_tag.unwrap_or(Severity::Allow)
    }

    /// What is said of look-alikes: as of community images, but no policy that speaks for itself is silent.
    pub fn look_alike(&self) -> Severity {
        self.tier_action(Tier::Community).max(self.advice())
    }

    fn advice(&self) -> Severity {
        if self.alone {
            Severity::Warn
        } else {
            Severity::Allow
        }
    }

    /// The first rewrite rule that matches.
    pub fn rewrite(&self, name: &str, tag: Option<&str>) -> Option<&Rewrite> {
        self.rewrites
            .of(name, tag)
            .into_iter()
            .map(|i| &self.policy.rewrites[i])
            .find(|rule| rule.pattern.matches(name, tag))
    }

    /// All image rules that match.
    pub fn image_rules(&self, name: &str, tag: Option<&str>) -> impl Iterator<Item = &ImageRule> {
        self.images
            .of(name, tag)
            .into_iter()
            .map(|i| &self.policy.images[i])
            .filter(move |rule| rule.pattern.matches(name, tag))
    }

    /// All exceptions that match.
    pub fn exceptions(&self, name: &str, tag: Option<&str>) -> impl Iterator<Item = &Exception> {
        self.exceptions
            .of(name, tag)
            .into_iter()
            .map(|i| &self.policy.exceptions[i])
            .filter(move |rule| rule.pattern.matches(name, tag))
    }

    /// The registry and path prefix that a registry is pulled through.
    pub fn mirror(&self, registry: &str) -> Option<&str> {
        self.policy
            .mirrors
            .iter()
            .find(|mirror| mirror.registry == registry)
            .map(|mirror| mirror.prefix.as_str())
    }

    pub fn source(&self, rule: Option<SourceRule>) -> SourceRule {
        rule.unwrap_or(SourceRule::Say(Severity::Allow))
    }
}
