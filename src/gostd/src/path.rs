//! As Go's `path`: slash-separated paths, cleaned, joined, and taken apart.

use std::borrow::Cow;

/// Whether the path begins with a slash (`path.IsAbs`).
pub fn is_abs(path: &str) -> bool {
    path.starts_with('/')
}

/// Returns the shortest equal path: no `.`, no `..` that can be resolved, no double or trailing slash; `.` for the
/// empty path (`path.Clean`).
pub fn clean(path: &str) -> Cow<'_, str> {
    if is_clean(path) {
        return Cow::Borrowed(path);
    }
    let rooted = is_abs(path);
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Cow::Owned(match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    })
}

fn is_clean(path: &str) -> bool {
    let rest = path.strip_prefix('/').unwrap_or(path);
    match rest {
        "" => path == "/",
        _ => rest.split('/').all(|part| !matches!(part, "" | "." | "..")),
    }
}

/// Joins the elements that aren't empty with slashes and cleans the result; empty if all are empty (`path.Join`).
pub fn join(elements: &[&str]) -> String {
    let full: Vec<&str> = elements.iter().copied().filter(|e| !e.is_empty()).collect();
    if full.is_empty() {
        return String::new();
    }
    clean(&full.join("/")).into_owned()
}

/// Returns the last element of a path: `.` for an empty path, `/` for a path of slashes only (`path.Base`).
pub fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        _ if path.is_empty() => ".",
        Some("") | None => "/",
        Some(last) => last,
    }
}

#[cfg(test)]
mod tests {
    use super::{base, clean, join};

    #[test]
    fn cleans_as_go_does() {
        for (given, expected) in [
            ("", "."),
            ("/", "/"),
            ("//a/./b/../c/", "/a/c"),
            ("/..", "/"),
            ("../../a", "../../a"),
            ("a/../..", ".."),
            ("./", "."),
            (".", "."),
            ("//", "/"),
            ("a/b", "a/b"),
            ("a//b/", "a/b"),
            ("./a", "a"),
            ("a/../b", "b"),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("/../a", "/a"),
            ("..", ".."),
            ("../..", "../.."),
            ("a/..", "."),
        ] {
            assert_eq!(clean(given), expected, "{given:?}");
        }
    }

    #[test]
    fn joins_as_go_does() {
        assert_eq!(join(&["", ""]), "");
        assert_eq!(join(&["/", "a", "", "../b"]), "/b");
        assert_eq!(join(&["linux", "arm64", ""]), "linux/arm64");
        assert_eq!(join(&["/", "a/../b"]), "/b");
    }

    #[test]
    fn the_base_is_the_last_element() {
        assert_eq!(
            ["", "/", "//", "a/b/", "a"].map(base),
            [".", "/", "/", "b", "a"]
        );
    }
}
