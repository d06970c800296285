//! Images as their blobs, and the archive that carries one from place to place.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Value, json};

use crate::layer::{Blob, MTIME, Packed};

/// The media type of an image manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The media type of an index of manifests.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// An image, or several under one index: all blobs, and which is the top.
#[derive(Debug, Default, Clone)]
pub struct Image {
    /// Every blob by its digest.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// The descriptor of the manifest or index that a tag names.
    pub top: Value,
}

impl Image {
    /// A one-platform image of some layers and a config; `config` gets its `rootfs` filled in.
    ///
    /// # Errors
    /// When the config isn't a JSON object.
    pub fn single(layers: &[Packed], mut config: Value) -> io::Result<Self> {
        let mut image = Self::default();
        let Some(fields) = config.as_object_mut() else {
            return Err(io::Error::other("an image config must be a JSON object"));
        };
        let diff_ids: Vec<_> = layers.iter().map(|layer| layer.diff_id.clone()).collect();
        fields.insert(
            "rootfs".to_owned(),
            json!({"type": "layers", "diff_ids": diff_ids}),
        );
        let platform = platform_of(&config);
        let config = image.add(CONFIG, Blob::new(serde_json::to_vec(&config)?));
        let layers: Vec<_> = layers
            .iter()
            .map(|layer| image.add(LAYER, layer.blob.clone()))
            .collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config,
            "layers": layers,
        });
        image.top = image.add(MANIFEST, Blob::new(serde_json::to_vec(&manifest)?));
        image.top["platform"] = platform;
        Ok(image)
    }

    /// Several one-platform images under one index.
    ///
    /// # Errors
    /// When the index can't be written as JSON.
    pub fn index(images: Vec<Self>) -> io::Result<Self> {
        let mut all = Self::default();
        let mut manifests = Vec::new();
        for image in images {
            all.blobs.extend(image.blobs);
            manifests.push(image.top);
        }
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        all.top = all.add(INDEX, Blob::new(serde_json::to_vec(&index)?));
        Ok(all)
    }

    fn add(&mut self, media_type: &str, blob: Blob) -> Value {
        let descriptor = json!({
            "mediaType": media_type,
            "digest": blob.digest,
            "size": blob.bytes.len(),
        });
        self.blobs.insert(blob.digest, blob.bytes);
        descriptor
    }

    /// The bytes that a descriptor names.
    ///
    /// # Errors
    /// When they aren't among the blobs.
    pub fn blob(&self, descriptor: &Value) -> io::Result<&[u8]> {
        descriptor["digest"]
            .as_str()
            .and_then(|digest| self.blobs.get(digest))
            .map(Vec::as_slice)
            .ok_or_else(|| io::Error::other(format!("no blob for {descriptor}")))
    }

    /// The JSON that a descriptor names.
    ///
    /// # Errors
    /// When it isn't among the blobs or isn't JSON.
    pub fn json(&self, descriptor: &Value) -> io::Result<Value> {
        Ok(serde_json::from_slice(self.blob(descriptor)?)?)
    }

    /// The image as an OCI layout in a tar archive.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write_archive(&self, to: &Path) -> io::Result<()> {
        let mut tar = tar::Builder::new(Vec::new());
        let mut put = |path: &str, bytes: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            header.set_mtime(MTIME);
            header.set_size(bytes.len() as u64);
            header.set_entry_type(tar::EntryType::Regular);
            tar.append_data(&mut header, path, bytes)
        };
        put("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [self.top]});
        put("index.json", &serde_json::to_vec(&index)?)?;
        for (digest, bytes) in &self.blobs {
            put(&format!("blobs/{}", digest.replacen(':', "/", 1)), bytes)?;
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(to, tar.into_inner()?)
    }

    /// Reads such an archive back (also one that another tool made).
    ///
    /// # Errors
    /// When the file can't be read or isn't an OCI layout.
    pub fn read_archive(from: &Path) -> io::Result<Self> {
        let mut image = Self::default();
        let mut archive = tar::Archive::new(fs::File::open(from)?);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            if path == "index.json" {
                let mut index: Value = serde_json::from_slice(&bytes)?;
                image.top = index["manifests"][0].take();
            } else if let Some(name) = path.strip_prefix("blobs/")
                && !bytes.is_empty()
            {
                image.blobs.insert(name.replacen('/', ":", 1), bytes);
            }
        }
        if image.top.is_null() {
            return Err(io::Error::other(format!(
                "{} has no index.json with a manifest",
                from.display()
            )));
        }
        Ok(image)
    }
}

fn platform_of(config: &Value) -> Value {
    let mut platform = json!({});
    for key in ["architecture", "os", "os.version", "variant"] {
        if let Some(value) = config.get(key) {
            platform[key] = value.clone();
        }
    }
    platform
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Layer, Node};

    #[test]
    fn an_archive_reads_back_as_what_was_written() {
        let mut layer = Layer::default();
        layer.put("/bin/x", 0o755, (0, 0), Node::File(b"x".to_vec()));
        let config = json!({"architecture": "amd64", "os": "linux", "config": {}});
        let image = Image::single(&[layer.pack(6).unwrap()], config).unwrap();
        let file = std::env::temp_dir().join(format!("xtask-oci-{}.tar", std::process::id()));
        image.write_archive(&file).unwrap();
        let back = Image::read_archive(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(back.blobs, image.blobs);
        assert_eq!(back.top, image.top);
    }
}
