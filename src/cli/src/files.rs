//! Finding Dockerfiles.

use std::io;
use std::path::{Path, PathBuf};

/// Folders that hold other people's files.
const SKIPPED: [&str; 3] = ["node_modules", "target", "vendor"];

/// The Dockerfiles of a path, at least one.
///
/// # Errors
/// The path can't be read, or there are none.
pub fn dockerfiles(path: &Path) -> Result<Vec<PathBuf>, String> {
    match find(path) {
        Ok(found) if found.is_empty() => Err("no Dockerfile in there".to_owned()),
        found => found.map_err(|error| error.to_string()),
    }
}

/// The Dockerfiles of a path: the file itself whatever its name, or those in a folder and below, sorted. Hidden
/// folders, other people's and links to folders are not looked into.
pub fn find(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", folder.display()))
        })?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let kind = entry.file_type()?;
            let path = if folder == Path::new(".") {
                PathBuf::from(name)
            } else {
                entry.path()
            };
            if kind.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name) {
                folders.push(path);
            } else if !kind.is_dir() && is_dockerfile(name) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A Dockerfile's path as policies know it: from the top of its repository, where it is in one; otherwise from here,
/// if it is below. None where neither can be told.
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

/// `Dockerfile`, `Containerfile`, `api.Dockerfile`, `Dockerfile.dev` and the like.
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
