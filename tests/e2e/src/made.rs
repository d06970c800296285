//! Images that a test makes for itself, in the private registry.

use std::path::PathBuf;

use serde_json::json;
use xtask::layer::{Layer, Node};
use xtask::oci::Image;
use xtask::registry::Registry;

use crate::frontend::variable;

/// A repository of the private registry as references name it.
pub fn here(name: &str) -> String {
    format!("{}/{name}", variable("FROMTIER_REGISTRY"))
}

/// Stores an image for two platforms under one index, with one file, `/version`, and these triggers. An existing tag
/// moves. Returns the digest of the index.
///
/// # Panics
/// When it can't be made or stored.
pub fn store(name: &str, version: &str, triggers: &[&str]) -> String {
    let of = |architecture: &str| {
        let mut layer = Layer::default();
        let file = Node::File(format!("{version}\n").into_bytes());
        layer.put("/version", 0o644, (0, 0), file);
        let config =
            json!({"architecture": architecture, "os": "linux", "config": {"OnBuild": triggers}});
        Image::single(&[layer.pack(6)?], config)
    };
    let stored = ["amd64", "arm64"]
        .map(of)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .and_then(Image::index)
        .and_then(|image| {
            let registry = Registry::new(&PathBuf::from(variable("FROMTIER_REGISTRY_DIR")));
            registry.put(&image, name)?;
            Ok(image.top["digest"].as_str().unwrap_or_default().to_owned())
        });
    match stored {
        Ok(digest) => digest,
        Err(error) => panic!("{name} can't be stored: {error}"),
    }
}

/// Removes a digest from a repository, as registries do with untagged images.
///
/// # Panics
/// When it isn't there.
pub fn forget(repository: &str, digest: &str) {
    let revision = PathBuf::from(variable("FROMTIER_REGISTRY_DIR"))
        .join("docker/registry/v2/repositories")
        .join(repository)
        .join("_manifests/revisions")
        .join(digest.replacen(':', "/", 1));
    if let Err(error) = std::fs::remove_dir_all(&revision) {
        panic!("{}: {error}", revision.display());
    }
}
