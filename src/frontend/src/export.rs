//! The result of a build: one file system, or one for each platform, with the metadata that exporters read.

use std::collections::BTreeMap;

use fromtier_gateway::{BuildResult, Ref, Refs};
use fromtier_gostd::json::{Object, Value};
use fromtier_gostd::time::Time;
use fromtier_image::{ImageConfig, Platform};
use fromtier_proto::gw;

/// The image of one platform.
#[derive(Debug)]
pub struct PlatformImage {
    pub reference: Option<Ref>,
    pub image: ImageConfig,
    pub base_image: Option<ImageConfig>,
    pub epoch: Option<Time>,
    /// The requested platform; none is the builder's own.
    pub platform: Option<Platform>,
}

impl PlatformImage {
    /// The platform's id in the result, such as `linux/arm64`.
    pub fn id(&self) -> String {
        self.requested().format_all()
    }

    fn requested(&self) -> Platform {
        match &self.platform {
            Some(platform) => platform.clone().normalize(),
            None => Platform::host(),
        }
    }

    /// The exported platform. On Windows, the version is the image's if none was requested.
    fn exported(&self) -> Platform {
        let mut platform = self.requested();
        let image = &self.image.platform;
        if platform.os == "windows" && image.os == platform.os {
            if platform.os_version.is_empty() {
                platform.os_version.clone_from(&image.os_version);
            }
            let features = image.os_features.as_ref().filter(|f| !f.is_empty());
            if platform.os_features.is_none() {
                platform.os_features = features.cloned();
            }
        }
        platform.normalize()
    }
}

/// Returns the whole result. With `multi_platform`, it is an index even for one platform.
pub fn result(
    images: Vec<PlatformImage>,
    multi_platform: bool,
    attestations: BTreeMap<String, Vec<gw::Attestation>>,
    mut metadata: BTreeMap<String, Vec<u8>>,
) -> BuildResult {
    let mut platforms = Vec::new();
    let mut many = BTreeMap::new();
    let mut single = None;
    for image in images {
        let id = image.id();
        platforms.push(
            Object::new()
                .set("ID", id.as_str())
                .set("Platform", platform_json(&image.exported())),
        );
        let key = |name: &str| {
            if multi_platform {
                format!("{name}/{id}")
            } else {
                name.to_owned()
            }
        };
        metadata.insert(key("containerimage.config"), image.image.to_json());
        if let Some(base) = &image.base_image {
            metadata.insert(key("containerimage.base.config"), base.to_json());
        }
        if let Some(epoch) = &image.epoch {
            let seconds = epoch.unix_nano().div_euclid(1_000_000_000).to_string();
            metadata.insert(key("source.date.epoch"), seconds.into_bytes());
        }
        if multi_platform {
            many.insert(id, image.reference);
        } else {
            single = image.reference;
        }
    }
    let json = Object::new().set("Platforms", Value::from_iter(platforms));
    metadata.insert("refs.platforms".into(), json.compact().into_bytes());
    BuildResult {
        refs: if multi_platform {
            Refs::Many(many)
        } else {
            Refs::Single(single)
        },
        metadata,
        attestations,
    }
}

fn platform_json(platform: &Platform) -> Object {
    let features = platform.os_features.iter().flatten();
    Object::new()
        .set("architecture", platform.architecture.as_str())
        .set("os", platform.os.as_str())
        .opt_str("os.version", &platform.os_version)
        .opt_array("os.features", features)
        .opt_str("variant", &platform.variant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(platform: Option<&str>) -> PlatformImage {
        PlatformImage {
            reference: None,
            image: ImageConfig::default(),
            base_image: None,
            epoch: None,
            platform: platform.map(|p| Platform::parse(p).unwrap()),
        }
    }

    #[test]
    fn one_platform_has_plain_keys() {
        let result = result(
            vec![built(Some("linux/arm64"))],
            false,
            BTreeMap::new(),
            BTreeMap::new(),
        );
        assert!(matches!(result.refs, Refs::Single(None)));
        assert_eq!(
            String::from_utf8_lossy(&result.metadata["refs.platforms"]),
            r#"{"Platforms":[{"ID":"linux/arm64","Platform":{"architecture":"arm64","os":"linux"}}]}"#
        );
        assert!(result.metadata.contains_key("containerimage.config"));
    }

    #[test]
    fn several_platforms_have_keys_of_their_own() {
        let both = vec![built(Some("linux/arm64")), built(Some("linux/arm/v7"))];
        let result = result(both, true, BTreeMap::new(), BTreeMap::new());
        let Refs::Many(refs) = result.refs else {
            unreachable!("an index was asked for")
        };
        assert_eq!(
            refs.keys().collect::<Vec<_>>(),
            ["linux/arm/v7", "linux/arm64"]
        );
        assert!(
            result
                .metadata
                .contains_key("containerimage.config/linux/arm64")
        );
    }
}
