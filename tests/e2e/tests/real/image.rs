//! The frontend's image itself.

use std::path::PathBuf;
use std::process::Command;

use xtask::oci::Image;

fn ours() -> Image {
    let archive = PathBuf::from(std::env::var_os("FROMTIER_IMAGE").unwrap());
    Image::read_archive(&archive).unwrap()
}

#[test]
fn it_is_small() {
    let image = ours();
    let manifest = image.json(&image.top).unwrap();
    let layers = manifest["layers"].as_array().unwrap();
    let size: u64 = layers
        .iter()
        .map(|layer| layer["size"].as_u64().unwrap())
        .sum();
    assert!(size <= 2 * 1024 * 1024, "{size} bytes to pull");
}

#[test]
fn it_says_what_it_can_and_that_it_needs_no_network() {
    let image = ours();
    let manifest = image.json(&image.top).unwrap();
    let config = image.json(&manifest["config"]).unwrap();
    let labels = &config["config"]["Labels"];
    assert_eq!(labels["moby.buildkit.frontend.network.none"], "true");
    let caps = labels["moby.buildkit.frontend.caps"].as_str().unwrap();
    for cap in ["inputs", "subrequests", "contexts"] {
        assert!(
            caps.contains(&format!("moby.buildkit.frontend.{cap}")),
            "{caps}"
        );
    }
}

#[test]
fn packing_it_again_gives_the_same_bytes() {
    let pack = || {
        xtask::frontend::image(&xtask::frontend::Parts {
            binary: PathBuf::from(std::env::var_os("FROMTIER_BINARY").unwrap()),
            at: "/bin/fromtier-frontend".to_owned(),
            policy: None,
            lock: None,
            caps: xtask::frontend::CAPS.to_owned(),
            platform: "linux/amd64".to_owned(),
        })
        .unwrap()
        .top
    };
    assert_eq!(pack(), pack());
}

#[test]
fn the_binary_run_by_hand_says_what_it_is_for() {
    let binary = std::env::var_os("FROMTIER_BINARY").unwrap();
    let output = Command::new(binary).env_clear().output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.to_lowercase().contains("buildkit"), "{said}");
}
