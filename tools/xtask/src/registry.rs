//! Puts images straight into the folder that a registry serves from, with no registry running.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::oci::{INDEX, Image};

/// A registry's storage folder (the `rootdirectory` of its filesystem driver).
#[derive(Debug)]
pub struct Registry {
    root: PathBuf,
}

impl Registry {
    /// Names the folder; it isn't created yet.
    pub fn new(folder: &Path) -> Self {
        Self {
            root: folder.join("docker/registry/v2"),
        }
    }

    /// Stores an image under `repository:tag`.
    ///
    /// # Errors
    /// When the folder can't be written or the image lacks a blob that it names.
    pub fn put(&self, image: &Image, name: &str) -> io::Result<()> {
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            _ => (name, "latest"),
        };
        for (digest, bytes) in &image.blobs {
            let (algorithm, hex) = split(digest)?;
            let file = self
                .root
                .join("blobs")
                .join(algorithm)
                .join(&hex[..2])
                .join(hex)
                .join("data");
            if !file.exists() {
                write(&file, bytes)?;
            }
        }
        let at = self.root.join("repositories").join(repository);
        self.link(image, &at, &image.top)?;
        let digest = text(&image.top, "digest")?;
        let (algorithm, hex) = split(digest)?;
        let tag = at.join("_manifests/tags").join(tag);
        write(&tag.join("current/link"), digest.as_bytes())?;
        write(
            &tag.join("index").join(algorithm).join(hex).join("link"),
            digest.as_bytes(),
        )
    }

    /// Notes a manifest or index, and all below it, as belonging to the repository.
    fn link(&self, image: &Image, at: &Path, descriptor: &Value) -> io::Result<()> {
        let digest = text(descriptor, "digest")?;
        let (algorithm, hex) = split(digest)?;
        let revision = at.join("_manifests/revisions").join(algorithm).join(hex);
        write(&revision.join("link"), digest.as_bytes())?;
        let bytes = image
            .blobs
            .get(digest)
            .ok_or_else(|| io::Error::other(format!("{digest} is named but not there")))?;
        let manifest: Value = serde_json::from_slice(bytes)?;
        if descriptor["mediaType"] == INDEX || manifest.get("manifests").is_some() {
            for child in manifest["manifests"].as_array().into_iter().flatten() {
                self.link(image, at, child)?;
            }
            return Ok(());
        }
        let layers = manifest["layers"].as_array().into_iter().flatten();
        for blob in layers.chain(std::iter::once(&manifest["config"])) {
            let digest = text(blob, "digest")?;
            let (algorithm, hex) = split(digest)?;
            let layer = at.join("_layers").join(algorithm).join(hex);
            write(&layer.join("link"), digest.as_bytes())?;
        }
        Ok(())
    }
}

fn text<'a>(value: &'a Value, key: &str) -> io::Result<&'a str> {
    value[key]
        .as_str()
        .ok_or_else(|| io::Error::other(format!("a descriptor without {key}")))
}

fn split(digest: &str) -> io::Result<(&str, &str)> {
    digest
        .split_once(':')
        .filter(|(_, hex)| hex.len() > 2)
        .ok_or_else(|| io::Error::other(format!("{digest} is not a digest")))
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(file, bytes)
}
