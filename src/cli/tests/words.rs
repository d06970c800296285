//! Every word that a user of the command line can meet, one snapshot a scene.
//!
//! `words/*/NAME.scene` is a folder of files and the commands that are run in it; `NAME.snap` beside it is what they printed.
//! To accept new words: `INSTA_UPDATE=always cargo test -p fromtier --test words`, then read the diff.
#![cfg(test)]

#[path = "words/help.rs"]
mod help;
#[path = "words/rule_pages.rs"]
mod rule_pages;
#[path = "words/scene.rs"]
mod scene;
mod support;

use std::path::{Path, PathBuf};

use scene::Scene;

const WORDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/words");

/// Compares a text with the snapshot `folder/name.snap`.
fn assert_words(folder: &Path, name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The files with this extension below a folder, in order.
fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Runs the scenes of one folder; all of them, however many differ.
fn play(folder: &str) {
    let folder = Path::new(WORDS).join(folder);
    let files = files_below(&folder, "scene");
    assert!(!files.is_empty(), "no scene in {}", folder.display());
    let mut differ = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = Scene::read(&file).play();
        let compare = std::panic::AssertUnwindSafe(|| assert_words(&folder, &name, &text));
        if std::panic::catch_unwind(compare).is_err() {
            differ.push(name);
        }
    }
    assert!(differ.is_empty(), "other words in: {}", differ.join(", "));
}

#[test]
fn codes() {
    play("codes");
}

#[test]
fn wrong_usage() {
    play("usage");
}

#[test]
fn check() {
    play("check");
}

#[test]
fn policy_files() {
    play("policy-files");
}

#[test]
fn policy_commands() {
    play("policy");
}

#[test]
fn lock() {
    play("lock");
}

#[test]
fn explain() {
    play("explain");
}

/// Each code with a page is met by a user of the command line or in a build.
#[test]
fn every_code_has_a_snapshot() {
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontend/tests/words");
    let folders = [
        Path::new(WORDS).join("codes"),
        build.join("codes"),
        build.join("gate"),
    ];
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let mut lacking = Vec::new();
    for page in files_below(&pages, "md") {
        let code = page.file_stem().unwrap().to_str().unwrap();
        if !code.starts_with("FT") {
            continue;
        }
        let shown = folders.iter().any(|folder| {
            let text = std::fs::read_to_string(folder.join(format!("{code}.snap")));
            text.is_ok_and(|text| text.contains(code))
        });
        if !shown {
            lacking.push(code.to_owned());
        }
    }
    assert!(lacking.is_empty(), "in no snapshot: {}", lacking.join(", "));
}

/// A snapshot without a scene is a leftover.
#[test]
fn every_snapshot_has_a_scene() {
    for snapshot in files_below(Path::new(WORDS), "snap") {
        let help = snapshot
            .parent()
            .is_some_and(|folder| folder.ends_with("help"));
        assert!(
            help || snapshot.with_extension("scene").exists(),
            "{} has no scene",
            snapshot.display()
        );
    }
}
