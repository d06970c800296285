//! The common part of the tests of `fromtier lock`: folders, and a registry that a test controls.
#![allow(dead_code)]

#[path = "../folder/mod.rs"]
mod folder;
pub mod registry;

pub use folder::Folder;

/// Says which of the parts are not in a text.
#[track_caller]
pub fn assert_contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}

/// The lines of a lock, without what changes from day to day.
pub fn lines(lock: &str) -> Vec<(String, String)> {
    let lines = lock
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let fields: Vec<_> = line.split(' ').collect();
            assert_eq!((fields.len(), fields[2].len()), (3, 10), "{line}");
            (fields[0].to_owned(), fields[1].to_owned())
        })
        .collect()
}
