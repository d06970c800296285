//! A policy with its gaps filled and its lists indexed by image name.

use crate::image_rule::ImageRule;
use crate::index::Index;
use crate::pattern::Pattern;
use crate::policy::{Exception, Mirror, Policy};
use crate::rewrite::Rewrite;
use crate::settings::{EffectiveSettings, Gaps};
use crate::tier::Tier;

/// Publishers that are verified under every policy: Docker's own organization, which publishes BuildKit's default SBOM
/// generator.
const VERIFIED: [&str; 1] = ["docker/*"];

/// A policy whose gaps are filled, with an index of each of its lists.
#[derive(Debug)]
pub(crate) struct PolicyIndex {
    pub policy: Policy,
    pub gaps: Gaps,
    /// The settings that apply if no profile does.
    pub effective: EffectiveSettings,
    internal: Index,
    verified: Index,
    open_source: Index,
    allowed: Index,
    denied: Index,
    rewrites: Index,
    aliases: Index,
    images: Index,
    /// The image rules of each profile.
    profile_images: Vec<Index>,
    exceptions: Index,
}

/// The entry of `registries` that decides on an image.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RegistryEntry<'a> {
    /// An entry of `deny`.
    Denied(&'a Pattern),
    /// An entry of `allow`.
    Allowed(&'a Pattern),
    /// No entry matches, and only those of `allow` are allowed.
    Missing,
    /// No entry matches, and every registry is allowed.
    Unrestricted,
}

impl PolicyIndex {
    pub fn new(mut policy: Policy, gaps: Gaps) -> PolicyIndex {
        policy
            .verified
            .extend(VERIFIED.iter().filter_map(|text| Pattern::parse(text).ok()));
        let rules = |rules: &[ImageRule]| Index::new(rules.iter().map(|rule| &rule.pattern));
        PolicyIndex {
            gaps,
            effective: EffectiveSettings::new(&policy.settings, gaps),
            internal: Index::new(policy.internal.iter()),
            verified: Index::new(policy.verified.iter()),
            open_source: Index::new(policy.open_source.iter()),
            allowed: Index::new(policy.registries.allow.iter()),
            denied: Index::new(policy.registries.deny.iter()),
            rewrites: Index::new(policy.rewrites.iter().map(|rule| &rule.pattern)),
            aliases: Index::new(policy.aliases.iter().map(|rule| &rule.pattern)),
            images: rules(&policy.images),
            profile_images: (policy.profiles.iter())
                .map(|profile| rules(&profile.images))
                .collect(),
            exceptions: Index::new(policy.exceptions.iter().map(|rule| &rule.pattern)),
            policy,
        }
    }

    /// Returns the entry that matches the image in the policy's list of this tier.
    pub fn list_entry(&self, tier: Tier, name: &str, tag: Option<&str>) -> Option<&Pattern> {
        let (index, list) = match tier {
            Tier::Internal => (&self.internal, &self.policy.internal),
            Tier::Verified => (&self.verified, &self.policy.verified),
            Tier::OpenSource => (&self.open_source, &self.policy.open_source),
            Tier::Official | Tier::Community => return None,
        };
        first_match(index, list, name, tag)
    }

    /// Returns the entry of `registries` that decides on the image.
    pub fn registry_entry(&self, name: &str, tag: Option<&str>) -> RegistryEntry<'_> {
        let registries = &self.policy.registries;
        if let Some(denied) = first_match(&self.denied, &registries.deny, name, tag) {
            return RegistryEntry::Denied(denied);
        }
        match first_match(&self.allowed, &registries.allow, name, tag) {
            Some(allowed) => RegistryEntry::Allowed(allowed),
            None if registries.allow.is_empty() => RegistryEntry::Unrestricted,
            None => RegistryEntry::Missing,
        }
    }

    /// Returns the first rewrite rule that matches.
    pub fn rewrite(&self, name: &str, tag: Option<&str>) -> Option<&Rewrite> {
        first_rewrite(&self.rewrites, &self.policy.rewrites, name, tag)
    }

    /// Returns the first alias that matches.
    pub fn alias(&self, name: &str, tag: Option<&str>) -> Option<&Rewrite> {
        first_rewrite(&self.aliases, &self.policy.aliases, name, tag)
    }

    /// Returns the policy's own image rules that match, without those of its profiles.
    pub fn image_rules(&self, name: &str, tag: Option<&str>) -> impl Iterator<Item = &ImageRule> {
        matching_rules(&self.images, &self.policy.images, name, tag)
    }

    /// Returns the image rules that match of a profile, given by its position in the list.
    pub fn profile_image_rules(
        &self,
        profile: usize,
        name: &str,
        tag: Option<&str>,
    ) -> impl Iterator<Item = &ImageRule> {
        let rules = &self.policy.profiles[profile].images;
        matching_rules(&self.profile_images[profile], rules, name, tag)
    }

    /// Returns all exceptions that match by name and tag, with their positions in the list.
    pub fn exceptions(
        &self,
        name: &str,
        tag: Option<&str>,
    ) -> impl Iterator<Item = (usize, &Exception)> {
        self.exceptions
            .candidates(name, tag)
            .into_iter()
            .map(|i| (i, &self.policy.exceptions[i]))
            .filter(move |(_, rule)| rule.pattern.matches(name, tag))
    }

    /// Returns the mirror of an image: the one for the longest part of its name.
    pub fn mirror(&self, name: &str) -> Option<&Mirror> {
        // If one part has two mirrors, the first applies.
        (self.policy.mirrors.iter().rev())
            .filter(|mirror| mirror.rest(name).is_some())
            .max_by_key(|mirror| mirror.from.len())
    }
}

fn first_match<'l>(
    index: &Index,
    list: &'l [Pattern],
    name: &str,
    tag: Option<&str>,
) -> Option<&'l Pattern> {
    let mut found = index.candidates(name, tag).into_iter().map(|i| &list[i]);
    found.find(|pattern| pattern.matches(name, tag))
}

fn first_rewrite<'l>(
    index: &Index,
    rules: &'l [Rewrite],
    name: &str,
    tag: Option<&str>,
) -> Option<&'l Rewrite> {
    let mut found = index.candidates(name, tag).into_iter().map(|i| &rules[i]);
    found.find(|rule| rule.pattern.matches(name, tag))
}

fn matching_rules<'l>(
    index: &Index,
    rules: &'l [ImageRule],
    name: &str,
    tag: Option<&str>,
) -> impl Iterator<Item = &'l ImageRule> {
    let found = index.candidates(name, tag).into_iter().map(|i| &rules[i]);
    found.filter(move |rule| rule.pattern.matches(name, tag))
}
