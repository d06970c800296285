//! Who makes an image, and so how far it is trusted.

use crate::per_variant::per_variant;

/// How far an image is trusted, by who makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    /// In the catalog, under `docker.io/library/`.
    Official,
    /// A verified publisher's, by the policy's list.
    Verified,
    /// Docker-sponsored open source, by the policy's list.
    OpenSource,
    /// The policy's own.
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

    /// Docker Hub's identifier, which is the key in policy files.
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
