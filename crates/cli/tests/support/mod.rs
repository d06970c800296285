//! What the tests of `fromtier lock` share: folders, and a registry that does as it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "../folder/mod.rs"]
mod folder;
pub mod registry;

pub use folder::Folder;

/// Says which of the parts are not in a text.
#[track_caller]
pub fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}
