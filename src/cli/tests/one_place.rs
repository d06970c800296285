//! The program opens files in one part of its code only.
#![cfg(test)]

use std::path::Path;

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn only_the_disk_module_opens_files() {
    let mut found = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&folder, &mut found);
    let opens = ["fs::", "File::open", "File::create"];
    let mut elsewhere = Vec::new();
    for (path, text) in &found {
        let product = text.split("#[cfg(test)]").next().unwrap_or(text);
        let is_allowed = path.contains("/src/disk/");
        for open in opens
            .iter()
            .filter(|open| !is_allowed && product.contains(**open))
        {
            elsewhere.push(format!("{path}: {open}"));
        }
    }
    assert!(found.len() > 30 && elsewhere.is_empty(), "{elsewhere:#?}");
}
