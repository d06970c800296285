//! The platforms that a tag exists for.

use fromtier_image::Platform;

/// OS, architecture and variant in the order of the bits; `build.rs` has the same order in bashbrew's names.
const PLATFORMS: [(&str, &str, &str); 10] = [
    ("linux", "amd64", ""),
    ("linux", "arm", "v5"),
    ("linux", "arm", "v6"),
    ("linux", "arm", "v7"),
    ("linux", "arm64", ""),
    ("linux", "386", ""),
    ("linux", "ppc64le", ""),
    ("linux", "riscv64", ""),
    ("linux", "s390x", ""),
    ("windows", "amd64", ""),
];

/// The platforms that a tag exists for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platforms(pub(crate) u16);

impl Platforms {
    /// Whether there is an image for exactly this platform. 32-bit ARM without a variant is v7, 64-bit ARM is v8.
    pub fn has(self, platform: &Platform) -> bool {
        let variant = match (platform.architecture.as_str(), platform.variant.as_str()) {
            ("arm", "") => "v7",
            ("arm", variant) => variant,
            _ => "",
        };
        PLATFORMS
            .iter()
            .enumerate()
            .any(|(bit, (os, architecture, v))| {
                self.0 & (1 << bit) != 0
                    && *os == platform.os
                    && *architecture == platform.architecture
                    && *v == variant
            })
    }

    /// Returns the names of the platforms: `linux/amd64`, `linux/arm/v7`, …
    pub fn names(self) -> impl Iterator<Item = String> {
        PLATFORMS
            .iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, (os, arch, variant))| {
                if variant.is_empty() {
                    format!("{os}/{arch}")
                } else {
                    format!("{os}/{arch}/{variant}")
                }
            })
    }
}
