//! Stand-ins for well-known images, made of busybox as `tests/images` describes them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::layer::{Layer, Node, Packed};
use crate::oci::Image;
use crate::registry::Registry;

/// One `tests/images/NAME/image.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Spec {
    /// The repositories and tags that it's stored under.
    tags: Vec<String>,
    /// The stand-in that it is built on, as the name of a folder.
    base: Option<String>,
    /// Where busybox and its applets go, when it brings them.
    busybox: Option<String>,
    /// Folders, with their modes in octal and their owner.
    #[serde(default)]
    folders: BTreeMap<String, (String, u64)>,
    /// `os/architecture[/variant]`; one: a plain manifest, several: an index.
    platforms: Vec<String>,
    /// The config's own `config` object.
    config: Value,
    /// The time of its making that its config claims.
    created: Option<String>,
    /// More fields of the config's top level, such as `os.version`.
    #[serde(default)]
    extra: serde_json::Map<String, Value>,
}

/// Builds every stand-in below `folder` and stores it in the registry's folder.
///
/// # Errors
/// When a description is wrong or a file can't be read or written.
pub fn make(folder: &Path, busybox: &Path, registry: &Registry) -> io::Result<Vec<String>> {
    let mut specs = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let file = path.join("image.json");
        if !file.exists() {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let spec: Spec = serde_json::from_slice(&fs::read(&file)?)
            .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
        specs.insert(name.into_owned(), spec);
    }
    let applets = applets(busybox)?;
    let program = fs::read(busybox)?;
    let mut layers: BTreeMap<String, Vec<Packed>> = BTreeMap::new();
    let mut stored = Vec::new();
    while layers.len() < specs.len() {
        let ready = specs.iter().find(|(name, spec)| {
            !layers.contains_key(*name) && spec.base.as_ref().is_none_or(|b| layers.contains_key(b))
        });
        let Some((name, spec)) = ready else {
            return Err(io::Error::other("stand-ins whose bases are missing"));
        };
        let mut packed = spec
            .base
            .as_ref()
            .and_then(|base| layers.get(base))
            .cloned()
            .unwrap_or_default();
        let mut layer = Layer::default();
        for (path, (mode, owner)) in &spec.folders {
            let mode = u32::from_str_radix(mode, 8).map_err(io::Error::other)?;
            layer.put(path, mode, (*owner, *owner), Node::Dir);
        }
        if let Some(at) = &spec.busybox {
            let home = format!("{at}/busybox");
            layer.put(&home, 0o755, (0, 0), Node::File(program.clone()));
            for applet in applets.iter().filter(|applet| *applet != "busybox") {
                let path = format!("{at}/{applet}");
                layer.put(&path, 0o755, (0, 0), Node::Link(home.clone()));
            }
        }
        let rootfs = folder.join(name).join("rootfs");
        if rootfs.is_dir() {
            layer.add_tree(&rootfs)?;
        }
        if !layer.is_empty() {
            packed.push(layer.pack(6)?);
        }
        let image = image(spec, name, &packed)?;
        for tag in &spec.tags {
            registry.put(&image, tag)?;
            stored.push(tag.clone());
        }
        layers.insert(name.clone(), packed);
    }
    stored.sort();
    Ok(stored)
}

fn image(spec: &Spec, name: &str, layers: &[Packed]) -> io::Result<Image> {
    let created = spec.created.as_deref().unwrap_or("2024-01-01T00:00:00Z");
    let mut images = Vec::new();
    for platform in &spec.platforms {
        let mut parts = platform.split('/');
        let (os, architecture) = (parts.next(), parts.next());
        let mut config = json!({
            "created": created,
            "architecture": architecture,
            "os": os,
            "config": spec.config,
        });
        if let Some(variant) = parts.next() {
            config["variant"] = json!(variant);
        }
        for (key, value) in &spec.extra {
            config[key] = value.clone();
        }
        let history: Vec<_> = layers
            .iter()
            .map(|_| json!({"created": created, "created_by": format!("stand-in {name}")}))
            .collect();
        config["history"] = json!(history);
        images.push(Image::single(layers, config)?);
    }
    if images.len() == 1 {
        return Ok(images.remove(0));
    }
    Image::index(images)
}

fn applets(busybox: &Path) -> io::Result<Vec<String>> {
    let output = Command::new(busybox).arg("--list").output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!(
            "{} --list failed",
            busybox.display()
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect())
}
