//! Slash-separated paths as Go's `path` package cleans and joins them.

/// `path.IsAbs`.
pub fn is_abs(path: &str) -> bool {
    path.starts_with('/')
}

/// `path.Clean`: the shortest equivalent path; `.` for the empty one.
pub fn clean(path: &str) -> String {
    let rooted = is_abs(path);
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.last().is_some_and(|last| *last != "..") {
                    parts.pop();
                } else if !rooted {
                    parts.push("..");
                }
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// `path.Join`: empty elements are left out, the rest is cleaned; empty when all are.
pub fn join(elements: &[&str]) -> String {
    let mut all = String::new();
    for element in elements {
        if all.is_empty() {
            all.push_str(element);
        } else if !element.is_empty() {
            all.push('/');
            all.push_str(element);
        }
    }
    if all.is_empty() { all } else { clean(&all) }
}

#[cfg(test)]
mod tests {
    use super::{clean, join};

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
        ] {
            assert_eq!(clean(given), expected, "{given:?}");
        }
    }

    #[test]
    fn joins_as_go_does() {
        assert_eq!(join(&["", ""]), "");
        assert_eq!(join(&["/", "a", "", "../b"]), "/b");
        assert_eq!(join(&["linux", "arm64", ""]), "linux/arm64");
    }
}
