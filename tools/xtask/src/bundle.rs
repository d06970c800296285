//! Turns an image into a bundle for runc: its files in a folder, and its config as runc expects it.

use std::fs;
use std::io;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::oci::Image;

/// Unpacks a one-platform image into `folder/rootfs` and writes `folder/config.json`.
///
/// # Errors
/// When the image has no manifest of its own or a layer can't be unpacked.
pub fn write(image: &Image, folder: &Path) -> io::Result<()> {
    let manifest = image.json(&image.top)?;
    let config = image.json(&manifest["config"])?;
    let rootfs = folder.join("rootfs");
    fs::create_dir_all(&rootfs)?;
    for layer in manifest["layers"].as_array().into_iter().flatten() {
        let mut archive = tar::Archive::new(GzDecoder::new(image.blob(layer)?));
        archive.set_preserve_ownerships(true);
        archive.set_preserve_permissions(true);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.into_owned();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if let Some(gone) = name.strip_prefix(".wh.") {
                remove(&rootfs.join(path.with_file_name(gone)))?;
            } else {
                entry.unpack_in(&rootfs)?;
            }
        }
    }
    let text = serde_json::to_vec_pretty(&spec(&config["config"]))?;
    fs::write(folder.join("config.json"), text)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    }
}

/// runc's description of a container that runs the image's command, on the host's network.
fn spec(config: &Value) -> Value {
    let mut args: Vec<Value> = Vec::new();
    for key in ["Entrypoint", "Cmd"] {
        args.extend(config[key].as_array().into_iter().flatten().cloned());
    }
    let cwd = config["WorkingDir"].as_str().filter(|dir| !dir.is_empty());
    json!({
        "ociVersion": "1.0.2",
        "process": {
            "terminal": false,
            "user": {"uid": 0, "gid": 0},
            "args": args,
            "env": config["Env"],
            "cwd": cwd.unwrap_or("/"),
            "noNewPrivileges": true,
        },
        "root": {"path": "rootfs"},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            // The bundle may be in a file system without devices, as /tmp often is.
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
        ],
        "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}]},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file system without devices, such as a common `/tmp`, would make runc fail at `/dev/null`.
    #[test]
    fn a_container_has_its_devices_wherever_the_bundle_is() {
        let spec = spec(&json!({"Cmd": ["true"]}));
        let mounts = spec["mounts"].as_array().unwrap();
        let has = |path: &str, kind: &str| {
            mounts
                .iter()
                .any(|mount| mount["destination"] == path && mount["type"] == kind)
        };
        assert!(has("/dev", "tmpfs") && has("/proc", "proc"), "{mounts:?}");
    }
}
