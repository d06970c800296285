//! The frontend's image: one static binary for `scratch`, with an organization's policy if it has one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::layer::{Layer, Node};
use crate::oci::Image;

/// The capabilities that the image declares.
pub const CAPS: &str = "moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts";

/// The parts of the image.
#[derive(Debug)]
pub struct Parts {
    /// The static binary on disk.
    pub binary: PathBuf,
    /// Its path in the image.
    pub at: String,
    /// Baked in as `/etc/fromtier/policy.yaml`.
    pub policy: Option<PathBuf>,
    /// Baked in as `/etc/fromtier/fromtier.lock`.
    pub lock: Option<PathBuf>,
    /// The declared capabilities, separated by commas.
    pub caps: String,
    /// `os/architecture`.
    pub platform: String,
}

/// Packs the frontend's image.
///
/// # Errors
/// When a part can't be read, or the binary isn't a static one.
pub fn image(parts: &Parts) -> io::Result<Image> {
    let binary = read(&parts.binary)?;
    if is_dynamic(&binary) {
        return Err(io::Error::other(format!(
            "{} needs a dynamic loader, which scratch doesn't have; build it with -C target-feature=+crt-static",
            parts.binary.display()
        )));
    }
    let mut program = Layer::default();
    program.put(&parts.at, 0o755, (0, 0), Node::File(binary));
    let mut layers = vec![program.pack(9)?];
    let mut rules = Layer::default();
    for (file, path) in [
        (&parts.policy, "/etc/fromtier/policy.yaml"),
        (&parts.lock, "/etc/fromtier/fromtier.lock"),
    ] {
        if let Some(file) = file {
            rules.put(path, 0o644, (0, 0), Node::File(read(file)?));
        }
    }
    if !rules.is_empty() {
        layers.push(rules.pack(9)?);
    }
    let (os, architecture) = parts
        .platform
        .split_once('/')
        .ok_or_else(|| io::Error::other("a platform is os/architecture"))?;
    let created = "2024-01-01T00:00:00Z";
    let history: Vec<_> = layers
        .iter()
        .map(|_| json!({"created": created, "created_by": "fromtier"}))
        .collect();
    let config = json!({
        "created": created,
        "architecture": architecture,
        "os": os,
        "config": {
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "Entrypoint": [parts.at],
            "WorkingDir": "/",
            "Labels": {
                "moby.buildkit.frontend.network.none": "true",
                "moby.buildkit.frontend.caps": parts.caps,
            },
        },
        "history": history,
    });
    Image::single(&layers, config)
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    fs::read(file).map_err(|error| io::Error::other(format!("{}: {error}", file.display())))
}

/// Whether an ELF file names an interpreter: then it can't run from `scratch`.
fn is_dynamic(elf: &[u8]) -> bool {
    let field = |at: usize, len: usize| {
        elf.get(at..at + len).map_or(0, |bytes| {
            bytes
                .iter()
                .rev()
                .fold(0usize, |number, byte| number << 8 | usize::from(*byte))
        })
    };
    if elf.get(..5) != Some(b"\x7fELF\x02") {
        return false;
    }
    let (table, size, count) = (field(32, 8), field(54, 2), field(56, 2));
    (0..count).any(|n| field(table + n * size, 4) == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_that_needs_a_loader_is_refused() {
        // The test itself is such a binary, unless it was built static.
        let own = fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(is_dynamic(&own), !cfg!(target_feature = "crt-static"));
    }
}
