//! The result of a build: the image's config, and its files as they would be unpacked.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;
use xtask::oci::Image;
use xtask::registry::Registry;

use crate::frontend::variable;

/// A built image, of one platform or of several.
#[derive(Debug)]
pub struct Built {
    image: Image,
}

/// One path of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// A file's content; of a link, what it points to.
    pub content: Vec<u8>,
    /// Its permissions, with the sticky, set-uid and set-gid bits.
    pub mode: u32,
    /// Its owner and group.
    pub owner: (u64, u64),
    /// The kind of entry that its tar gives it: `0` a file, `5` a folder, `2` a link.
    pub kind: char,
}

impl Entry {
    /// A file's content as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }
}

impl Built {
    pub(crate) fn read(archive: &Path) -> Self {
        match Image::read_archive(archive) {
            Ok(image) => Self { image },
            Err(error) => panic!("{}: {error}", archive.display()),
        }
    }

    /// Stores it in the private registry, as `repository:tag`.
    ///
    /// # Panics
    /// When it can't be written.
    pub fn store(&self, name: &str) {
        let registry = Registry::new(&PathBuf::from(variable("FROMTIER_REGISTRY_DIR")));
        if let Err(error) = registry.put(&self.image, name) {
            panic!("{name} can't be stored: {error}");
        }
    }

    /// The digest of its manifest or index.
    pub fn digest(&self) -> String {
        self.image.top["digest"].to_string()
    }

    /// Each platform's manifest, under its `os/architecture[/variant]` as its config has it.
    pub fn manifests(&self) -> Vec<(String, Value)> {
        let top = self.json(&self.image.top);
        let manifests = match top["manifests"].as_array() {
            Some(children) => children.iter().map(|child| self.json(child)).collect(),
            None => vec![top],
        };
        manifests
            .into_iter()
            .map(|manifest| {
                let config = self.json(&manifest["config"]);
                let parts = ["os", "architecture", "variant"].map(|key| config[key].as_str());
                let platform: Vec<_> = parts.into_iter().flatten().collect();
                (platform.join("/"), manifest)
            })
            .collect()
    }

    /// The whole image config of the only platform, or of the first.
    pub fn image_config(&self) -> Value {
        match self.manifests().first() {
            Some((_, manifest)) => self.json(&manifest["config"]),
            None => panic!("an image without a manifest"),
        }
    }

    /// The image config's own `config`.
    pub fn config(&self) -> Value {
        self.image_config()["config"].take()
    }

    /// The `created_by` of each line of its history.
    pub fn history(&self) -> Vec<String> {
        let config = self.image_config();
        let entries = config["history"].as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| entry["created_by"].as_str().unwrap_or("").to_owned())
            .collect()
    }

    /// A path of the only platform's file system, or of the first's.
    #[track_caller]
    pub fn entry(&self, path: &str) -> Entry {
        let files = self.files();
        match files.get(path.trim_matches('/')) {
            Some(entry) => entry.clone(),
            None => panic!(
                "no {path} in the image; it has {:?}",
                files.keys().collect::<Vec<_>>()
            ),
        }
    }

    /// A file's content as text.
    #[track_caller]
    pub fn text(&self, path: &str) -> String {
        self.entry(path).text()
    }

    /// Whether it has a path.
    pub fn has(&self, path: &str) -> bool {
        self.files().contains_key(path.trim_matches('/'))
    }

    /// Everything in the only platform's file system, or in the first's.
    pub fn files(&self) -> BTreeMap<String, Entry> {
        match self.manifests().first() {
            Some((_, manifest)) => self.unpacked(manifest),
            None => BTreeMap::new(),
        }
    }

    pub(crate) fn unpacked(&self, manifest: &Value) -> BTreeMap<String, Entry> {
        let mut files = BTreeMap::new();
        for layer in manifest["layers"].as_array().into_iter().flatten() {
            if let Err(error) = self.unpack(layer, &mut files) {
                panic!("a layer can't be read: {error}");
            }
        }
        files
    }

    fn unpack(&self, layer: &Value, files: &mut BTreeMap<String, Entry>) -> std::io::Result<()> {
        let mut archive = tar::Archive::new(GzDecoder::new(self.image.blob(layer)?));
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.to_string_lossy().trim_matches('/').to_owned();
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
            if let Some(gone) = name.strip_prefix(".wh.") {
                let gone = format!("{parent}/{gone}").trim_matches('/').to_owned();
                files.retain(|path, _| *path != gone && !path.starts_with(&format!("{gone}/")));
                continue;
            }
            let mut content = Vec::new();
            match entry.link_name()? {
                Some(target) => content.extend(target.to_string_lossy().bytes()),
                None => {
                    entry.read_to_end(&mut content)?;
                }
            }
            let header = entry.header();
            let found = Entry {
                content,
                mode: header.mode()?,
                owner: (header.uid()?, header.gid()?),
                kind: char::from(header.entry_type().as_byte()),
            };
            files.insert(path, found);
        }
        Ok(())
    }

    pub(crate) fn json(&self, descriptor: &Value) -> Value {
        match self.image.json(descriptor) {
            Ok(value) => value,
            Err(error) => panic!("{error}"),
        }
    }
}
