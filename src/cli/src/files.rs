//! Finds Dockerfiles.

use std::io;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

/// Directories of other people's files, which repositories often keep without ignoring them.
const SKIPPED: [&str; 3] = ["node_modules", "target", "vendor"];

/// The Dockerfiles of a path, at least one.
///
/// # Errors
/// The path can't be read, or there are none.
pub fn dockerfiles(path: &Path) -> Result<Vec<PathBuf>, String> {
    match find(path) {
        Ok(found) if found.is_empty() => Err("no Dockerfile found".to_owned()),
        found => found.map_err(|error| error.to_string()),
    }
}

/// The Dockerfiles of a path: the file itself whatever its name, or those in a directory and below, sorted. It skips
/// hidden directories, other people's, and what the repository's `.gitignore` files exclude, and follows no links to
/// directories. What only one machine ignores (git's global excludes, `.git/info/exclude`) is not skipped, so every
/// machine finds the same files.
///
/// # Errors
/// The path, or a directory below it, can't be read.
pub fn find(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let walk = WalkBuilder::new(path)
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .filter_entry(|entry| entry.depth() == 0 || !is_skipped_directory(entry))
        .build();
    let mut found = Vec::new();
    for entry in walk {
        let entry = entry.map_err(|error| io::Error::other(error.to_string()))?;
        let name = entry.file_name().to_str();
        if !is_directory(&entry) && name.is_some_and(is_dockerfile) {
            let path = entry.path();
            found.push(path.strip_prefix(".").unwrap_or(path).to_owned());
        }
    }
    found.sort();
    Ok(found)
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn is_skipped_directory(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_str();
    is_directory(entry) && name.is_none_or(|name| name.starts_with('.') || SKIPPED.contains(&name))
}

/// The path of a Dockerfile as policies use it: from the top of its repository, or else from the current directory.
/// `None` if it is below neither.
pub fn path_in_repository(path: &Path) -> Option<String> {
    let whole = path.canonicalize().ok()?;
    let top = whole
        .ancestors()
        .skip(1)
        .find(|dir| dir.join(".git").exists());
    let here;
    let top = match top {
        Some(top) => top,
        None => {
            here = std::env::current_dir().ok()?.canonicalize().ok()?;
            &here
        }
    };
    let parts: Option<Vec<&str>> = (whole.strip_prefix(top).ok()?.components())
        .map(|part| part.as_os_str().to_str())
        .collect();
    Some(parts?.join("/"))
}

/// `Dockerfile`, `Containerfile`, `api.Dockerfile`, `Dockerfile.dev` and so on.
fn is_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".dockerignore") || name.ends_with('~') {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|kind| {
        name == *kind
            || name
                .strip_prefix(kind)
                .is_some_and(|rest| rest.starts_with('.'))
            || name
                .strip_suffix(kind)
                .is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensible_names_are_dockerfiles() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "Containerfile",
            "api.Dockerfile",
            "Dockerfile.dev",
            "a.containerfile",
        ] {
            assert!(is_dockerfile(name), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "Dockerfiles",
            "MyDockerfile",
            "docker-compose.yml",
            "Dockerfile.bak~",
        ] {
            assert!(!is_dockerfile(name), "{name}");
        }
    }
}
