//! How much an image's publisher is trusted.

use crate::per_variant::per_variant;

/// How much an image's publisher is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    /// In the catalog, under `docker.io/library/`.
    Official,
    /// A verified publisher's, by the policy's list.
    Verified,
    /// Docker-sponsored open source, by the policy's list.
    OpenSource,
    /// The organization's own, by the policy's list.
    Internal,
    /// Everything else.
    Community,
}

impl Tier {
    pub(crate) const ALL: &[Tier] = &[
        Tier::Official,
        Tier::Verified,
        Tier::OpenSource,
        Tier::Internal,
        Tier::Community,
    ];

    /// Returns Docker Hub's identifier, which is the key in policy files.
    pub const fn key(self) -> &'static str {
        match self {
            Tier::Official => "docker-official-image",
            Tier::Verified => "verified-publisher",
            Tier::OpenSource => "open-source",
            Tier::Internal => "internal",
            Tier::Community => "community",
        }
    }
}

per_variant! {
    /// One value for each tier.
    struct PerTier of Tier {
        official: Official,
        verified: Verified,
        open_source: OpenSource,
        internal: Internal,
        community: Community,
    }
}
