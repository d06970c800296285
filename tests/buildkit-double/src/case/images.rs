//! The images that a case's registry has.

use std::collections::BTreeMap;

use fromtier_proto::{gw, pb};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Image configurations by reference, some of them for one platform only.
#[derive(Debug, Clone, Default)]
pub struct Images {
    by_name: BTreeMap<String, Vec<Image>>,
}

#[derive(Debug, Clone)]
struct Image {
    /// All if empty.
    platforms: Vec<String>,
    config: Value,
}

impl Images {
    /// Adds an image for `platforms` (for every platform if there are none). Missing `architecture`, `os` and `rootfs` are
    /// filled in when the image is requested.
    pub fn insert(&mut self, reference: &str, platforms: Vec<String>, config: Value) {
        self.by_name
            .entry(normalize(reference))
            .or_default()
            .insert(0, Image { platforms, config });
    }

    /// Adds what `other` has and this has not.
    pub fn add_missing(&mut self, other: &Self) {
        for (name, images) in &other.by_name {
            self.by_name
                .entry(name.clone())
                .or_insert_with(|| images.clone());
        }
    }

    /// The digest of an image's index; none if there is no such image.
    pub fn digest(&self, reference: &str) -> Option<String> {
        let name = normalize(reference);
        self.by_name.contains_key(&name).then(|| index_of(&name))
    }

    /// Digest and configuration of an image for a platform.
    ///
    /// # Errors
    /// BuildKit's error about a missing image.
    pub fn resolve(
        &self,
        reference: &str,
        platform: &pb::Platform,
    ) -> Result<(String, Vec<u8>), gw::Status> {
        let (name, digest) = match reference.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (reference, None),
        };
        let images = self
            .by_name
            .get(reference)
            .or_else(|| self.by_name.get(name))
            .or_else(|| digest.and_then(|_| self.by_name.get(&format!("{name}:latest"))))
            .ok_or_else(|| unknown(format!("{reference}: not found")))?;
        let wanted = format_platform(platform);
        let image = images
            .iter()
            .find(|image| image.platforms.is_empty() || image.platforms.contains(&wanted))
            .ok_or_else(|| {
                unknown(format!(
                    "{reference}: no match for platform in manifest: not found"
                ))
            })?;
        let mut config = image.config.clone();
        if let Value::Object(fields) = &mut config {
            fields
                .entry("architecture")
                .or_insert_with(|| json!(platform.architecture));
            fields.entry("os").or_insert_with(|| json!(platform.os));
            // BuildKit treats an image without layers as empty.
            fields.entry("rootfs").or_insert_with(|| {
                let layer = format!("sha256:{:x}", Sha256::digest(format!("layer of {name}")));
                json!({"type": "layers", "diff_ids": [layer]})
            });
            if !platform.variant.is_empty() {
                fields
                    .entry("variant")
                    .or_insert_with(|| json!(platform.variant));
            }
        }
        let digest = digest.map_or_else(|| index_of(name), str::to_owned);
        Ok((digest, config.to_string().into_bytes()))
    }
}

fn index_of(name: &str) -> String {
    format!("sha256:{:x}", Sha256::digest(format!("index of {name}")))
}

/// An error without a code of its own.
pub(crate) fn unknown(message: String) -> gw::Status {
    gw::Status {
        code: 2,
        message,
        details: vec![],
    }
}

/// `os/architecture[/variant]`.
pub fn format_platform(platform: &pb::Platform) -> String {
    let mut out = format!("{}/{}", platform.os, platform.architecture);
    if !platform.variant.is_empty() {
        out.push('/');
        out.push_str(&platform.variant);
    }
    out
}

/// Parses `os/architecture[/variant]`.
pub fn parse_platform(text: &str) -> pb::Platform {
    let mut parts = text.splitn(3, '/').map(str::to_owned);
    pb::Platform {
        os: parts.next().unwrap_or_default(),
        architecture: parts.next().unwrap_or_default(),
        variant: parts.next().unwrap_or_default(),
        ..Default::default()
    }
}

/// Adds the domain and tag that a short reference leaves out.
pub(crate) fn normalize(reference: &str) -> String {
    if reference.contains("://") {
        return reference.to_owned();
    }
    let first = reference.split('/').next().unwrap_or_default();
    let has_domain = reference.contains('/')
        && (first.contains('.') || first.contains(':') || first == "localhost");
    let mut out = match (has_domain, reference.contains('/')) {
        (true, _) => reference.to_owned(),
        (false, true) => format!("docker.io/{reference}"),
        (false, false) => format!("docker.io/library/{reference}"),
    };
    let last = out.rsplit('/').next().unwrap_or_default();
    if !last.contains(':') {
        out.push_str(":latest");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_filled_in_and_a_missing_one_refused() {
        let mut images = Images::default();
        images.insert("alpine", vec!["linux/arm64".into()], json!({"config": {}}));
        let name = "docker.io/library/alpine:latest";
        let (digest, config) = images
            .resolve(name, &parse_platform("linux/arm64"))
            .unwrap();
        assert!(digest.starts_with("sha256:"));
        let config: Value = serde_json::from_slice(&config).unwrap();
        assert_eq!(config["architecture"], "arm64");
        assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 1);
        let refused = images.resolve(name, &parse_platform("linux/amd64"));
        assert!(refused.unwrap_err().message.contains("no match"));
    }
}
