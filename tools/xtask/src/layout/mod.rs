//! Checks that the source is laid out as ARCHITECTURE.md and STYLE.md require; `make check` runs it.
//!
//! Each rule has a file: sizes of files and functions (`size`), the order of the floors (`floors`), circles of files
//! (`circles`), type names (`names`), the order of imports (`imports`), the modules of tests (`modules`), and the lines of
//! Markdown (`prose`).

mod circles;
mod floors;
mod imports;
mod modules;
mod names;
mod prose;
mod size;
mod source;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use source::SourceFile;

/// The crates of `src/`, lowest first: each uses only those before it.
const FLOORS: [&str; 11] = [
    "gostd",
    "image",
    "catalog",
    "dockerfile",
    "policy",
    "proto",
    "llb",
    "convert",
    "gateway",
    "frontend",
    "cli",
];

/// The folders whose Rust files are checked.
const FOLDERS: [&str; 3] = ["src", "tests", "tools"];

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The file, from the top of the repository.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// The problem, and what to do.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// Returns every violation below `root`, in the order of files and lines.
///
/// # Errors
/// A file or folder that can't be read, or Rust that can't be parsed.
pub fn check(root: &Path) -> io::Result<Vec<Violation>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        source::read_folder(root, Path::new(folder), &mut files)?;
    }
    let mut violations = floors::check(root)?;
    violations.extend(prose::check(root)?);
    for file in &files {
        violations.extend(size::check(file));
        violations.extend(imports::check(file));
        violations.extend(modules::check(file));
    }
    for floor in product_crates(root)? {
        let folder = Path::new("src").join(&floor).join("src");
        let own = files.iter().filter(|file| file.path.starts_with(&folder));
        let own: Vec<&SourceFile> = own.collect();
        violations.extend(names::check(&own));
        violations.extend(circles::check(&floor, &folder, &own));
    }
    violations.sort();
    Ok(violations)
}

/// The names of the folders of `src/`.
fn product_crates(root: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join("src"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
