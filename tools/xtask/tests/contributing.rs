//! The lists of CONTRIBUTING.md name the files that one really has to touch.
#![cfg(test)]

use std::path::{Path, PathBuf};

/// Where the files of the lists are.
const FOLDERS: [&str; 4] = ["src", "docs", "tests/differential", "tools/buildkit"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder, by its path from the root.
fn files(root: &Path, folder: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            files(root, &path, found);
        } else {
            found.push(path);
        }
    }
}

/// The words between backticks that are paths.
fn paths(text: &str) -> Vec<&str> {
    let words = text.split('`').skip(1).step_by(2);
    let is_path = |word: &&str| word.contains('/') && !word.contains([' ', '*']);
    words.filter(is_path).collect()
}

#[test]
fn every_file_that_contributing_names_exists() {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let missing: Vec<_> = paths(&text)
        .into_iter()
        .filter(|path| *path != "target/tools" && !root().join(path).exists())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A test that doesn't exist passes: cargo finds none of that name, and reports no failure.
#[test]
fn every_test_that_contributing_names_exists() {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let table = text.split("\n## Run one test\n").nth(1).unwrap();
    let table = table.split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let is_test = |word: &&str| word.contains('_');
    let named = rows.flat_map(|row| row.split([' ', '`', '=']).filter(is_test));
    let mut sources = Vec::new();
    for folder in ["src", "tests/e2e"] {
        files(&root(), folder, &mut sources);
    }
    sources.retain(|path| path.ends_with(".rs"));
    let read = |path: &String| std::fs::read_to_string(root().join(path)).unwrap();
    let sources: Vec<String> = sources.iter().map(read).collect();
    let mut count = 0;
    for name in named {
        let function = format!("fn {name}");
        let exists = sources.iter().any(|text| text.contains(&function));
        assert!(exists, "no test's name begins with {name}");
        count += 1;
    }
    assert!(count > 2, "{count}");
}

#[test]
fn the_lists_name_every_file_that_mentions_their_model() {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let mut all = Vec::new();
    for folder in FOLDERS {
        files(&root(), folder, &mut all);
    }
    let mut lists = 0;
    for section in text.split("\n## ") {
        let Some((_, marker)) = section.split_once("<!-- files with: ") else {
            continue;
        };
        let (marker, _) = marker.split_once(" -->").unwrap();
        let words: Vec<&str> = marker.split(" | ").collect();
        let named = paths(section);
        let mut found = 0;
        for path in &all {
            let bytes = std::fs::read(root().join(path)).unwrap();
            let content = String::from_utf8_lossy(&bytes);
            if words.iter().any(|word| content.contains(word)) {
                assert!(
                    named.contains(&path.as_str()),
                    "{path} mentions {marker}, but its list doesn't name it"
                );
                found += 1;
            }
        }
        assert!(found > 1, "nothing mentions {marker}");
        lists += 1;
    }
    assert_eq!(lists, 3);
}
