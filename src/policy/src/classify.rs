//! Who makes an image: its tier, by the catalog and by the lists of policies.

use fromtier_catalog::{self as catalog, Image};

use crate::pattern::Pattern;
use crate::policy_index::PolicyIndex;
use crate::tier::Tier;

/// The tier of an image, and why it is of this tier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classification<'a> {
    pub tier: Tier,
    /// The entry of a policy's list that matches the image.
    pub entry: Option<&'a Pattern>,
}

/// Classifies an image by the lists of all these policies together. An image in the catalog is official, even if it is in
/// a list.
pub(crate) fn classify<'a>(
    policies: impl Iterator<Item = &'a PolicyIndex> + Clone,
    name: &str,
    tag: Option<&str>,
) -> Classification<'a> {
    if official_image(name).is_some() {
        return Classification {
            tier: Tier::Official,
            entry: None,
        };
    }
    let listed = [Tier::Internal, Tier::Verified, Tier::OpenSource]
        .into_iter()
        .find_map(|tier| {
            let mut policies = policies.clone();
            let entry = policies.find_map(|policy| policy.list_entry(tier, name, tag))?;
            Some((tier, entry))
        });
    Classification {
        tier: listed.map_or(Tier::Community, |(tier, _)| tier),
        entry: listed.map(|(_, entry)| entry),
    }
}

/// Returns the official image of this name. `name` is from [`crate::pattern::identity`].
pub(crate) fn official_image(name: &str) -> Option<Image> {
    catalog::image(name.strip_prefix("docker.io/library/")?)
}
