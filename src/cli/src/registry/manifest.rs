//! Reads the parts of manifests and indexes that lead to the config of one platform.

use fromtier_image::{Digest, Platform};
use serde_json::Value;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Manifest {
    Index(Vec<Child>),
    Image {
        config: Digest,
    },
    /// Another artifact, which has no triggers.
    Other,
}

/// An entry of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Child {
    pub digest: Digest,
    platform: Platform,
}

/// The entry that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub digest: Digest,
    /// Whether it is for the requested platform, and not only the best match.
    pub exact: bool,
}

/// Reads a manifest or an index; none if it is neither, such as the web page of a proxy.
pub(super) fn read(bytes: &[u8]) -> Option<Manifest> {
    let json: Value = serde_json::from_slice(bytes).ok()?;
    if !json["schemaVersion"].is_u64() {
        return None;
    }
    let digest = |value: &Value| Digest::parse(value["digest"].as_str()?).ok();
    if let Some(children) = json["manifests"].as_array() {
        let child = |value: &Value| {
            let part = |key: &str| value["platform"][key].as_str().unwrap_or_default();
            let platform = Platform {
                variant: part("variant").to_owned(),
                ..Platform::new(part("os"), part("architecture"))
            };
            Some(Child {
                digest: digest(value)?,
                platform: platform.normalize(),
            })
        };
        return Some(Manifest::Index(children.iter().filter_map(child).collect()));
    }
    Some(match digest(&json["config"]) {
        Some(config) => Manifest::Image { config },
        None => Manifest::Other,
    })
}

/// The entry for a platform, else for its architecture, else the first one with a platform (attestations have none).
pub(super) fn choose(children: &[Child], platform: &Platform) -> Option<Chosen> {
    let wanted = platform.clone().normalize();
    let same = |child: &&Child| {
        child.platform.os == wanted.os && child.platform.architecture == wanted.architecture
    };
    let fitting = children
        .iter()
        .find(|child| same(child) && child.platform.variant == wanted.variant)
        .or_else(|| children.iter().find(same));
    let any = || {
        let mut children = children.iter();
        children.find(|child| !matches!(child.platform.os.as_str(), "" | "unknown"))
    };
    fitting.or_else(any).map(|child| Chosen {
        digest: child.digest.clone(),
        exact: fitting.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(of: char) -> String {
        format!("sha256:{}", of.to_string().repeat(64))
    }

    #[test]
    fn the_platforms_own_image_is_chosen() {
        let child = |of: char, os: &str, architecture: &str, variant: &str| serde_json::json!({"digest": digest(of), "platform": {"os": os, "architecture": architecture, "variant": variant}});
        let index = serde_json::json!({"schemaVersion": 2, "manifests": [
            child('a', "unknown", "unknown", ""),
            child('b', "linux", "amd64", ""),
            child('c', "linux", "arm", "v7"),
            child('d', "linux", "arm64", "v8"),
        ]});
        let Some(Manifest::Index(children)) = read(index.to_string().as_bytes()) else {
            panic!("no index");
        };
        let choice = |platform: &str| {
            let chosen = choose(&children, &Platform::parse(platform).unwrap()).unwrap();
            (chosen.digest.as_str().chars().last().unwrap(), chosen.exact)
        };
        assert_eq!(choice("linux/amd64"), ('b', true));
        assert_eq!(choice("linux/arm64"), ('d', true));
        assert_eq!(choice("linux/arm/v7"), ('c', true));
        assert_eq!(choice("linux/arm/v6"), ('c', true));
        assert_eq!(choice("linux/s390x"), ('b', false));
        assert_eq!(choose(&[], &Platform::new("linux", "amd64")), None);
    }

    #[test]
    fn an_images_config_is_found_and_other_things_have_none() {
        let image = serde_json::json!({"schemaVersion": 2, "config": {"digest": digest('e')}, "layers": []});
        let config = Digest::parse(&digest('e')).unwrap();
        assert_eq!(
            read(image.to_string().as_bytes()),
            Some(Manifest::Image { config })
        );
        assert_eq!(read(b"{\"schemaVersion\": 2}"), Some(Manifest::Other));
        for other in ["{}", "not json", "<html>", "[]", "null"] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }
}
