//! Markdown: lines of prose have up to 120 columns, and a block of code names its language.

use std::io;
use std::path::{Path, PathBuf};

use super::Violation;

const COLUMNS: usize = 120;

/// Directories that are searched although their names begin with a dot.
const HIDDEN: [&str; 2] = [".ci", ".github"];

/// Checks all Markdown files below a root.
pub fn check(root: &Path) -> io::Result<Vec<Violation>> {
    let mut paths = Vec::new();
    find_pages(root, Path::new(""), &mut paths)?;
    let mut violations = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(root.join(&path))?;
        violations.extend(check_page(&path, &text));
    }
    Ok(violations)
}

/// Finds Markdown files, without what was built or is hidden.
fn find_pages(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = folder.join(&name);
        if entry.file_type()?.is_dir() {
            let is_hidden = name.starts_with('.') && !HIDDEN.contains(&name.as_str());
            if !is_hidden && name != "target" {
                find_pages(root, &path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    Ok(())
}

fn check_page(path: &Path, text: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut add = |line: usize, message: String| {
        let file = path.to_owned();
        violations.push(Violation {
            file,
            line,
            message,
        });
    };
    let mut is_code = false;
    for (index, line) in text.lines().enumerate() {
        let start = line.trim_start();
        if let Some(language) = start.strip_prefix("```") {
            if !is_code && language.is_empty() {
                let message = "the block of code has no language; write ```text if it has none";
                add(index + 1, message.to_owned());
            }
            is_code = !is_code;
            continue;
        }
        let columns = without_link_targets(line).chars().count();
        if !is_code && !start.starts_with('|') && columns > COLUMNS {
            add(
                index + 1,
                format!("the line has {columns} columns; wrap prose at {COLUMNS}"),
            );
        }
    }
    violations
}

/// Returns a line without the targets of its links, which can't be wrapped.
fn without_link_targets(line: &str) -> String {
    let mut parts = line.split("](");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("](");
        out.push_str(part.split_once(')').map_or(part, |(_, rest)| rest));
    }
    out
}
