//! Paths as the image's operating system has them: slashes, drive letters, the default `PATH`.

use std::borrow::Cow;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::path;
use fromtier_gostd::strconv::quote;

pub(crate) const WINDOWS: &str = "windows";

/// The default `PATH` of an image without one.
pub fn default_path_env(os: &str) -> &'static str {
    if os == WINDOWS {
        "c:\\Windows\\System32;c:\\Windows;C:\\Windows\\System32\\WindowsPowerShell\\v1.0"
    } else {
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    }
}

/// Replaces backslashes with slashes, on Windows only.
pub fn to_slash<'a>(path: &'a str, os: &str) -> Cow<'a, str> {
    if os == WINDOWS && path.contains('\\') {
        Cow::Owned(path.replace('\\', "/"))
    } else {
        Cow::Borrowed(path)
    }
}

/// Removes the system drive's letter from a Windows path, and cleans the path. Other systems' paths don't change.
///
/// Errors: a drive without a path, another drive, a UNC path.
pub fn strip_drive(path: &str, os: &str, keep_slash: bool) -> Result<String> {
    if os != WINDOWS {
        return Ok(path.to_owned());
    }
    let bytes = path.as_bytes();
    if bytes.len() == 2 && bytes[1] == b':' {
        return Err(Error::new(format!(
            "No relative path specified in {}",
            quote(path)
        )));
    }
    let is_slash = |b: u8| b == b'/' || b == b'\\';
    if bytes.len() >= 2 && is_slash(bytes[0]) && is_slash(bytes[1]) {
        return Err(Error::new("UNC paths are not supported"));
    }
    match path.split_once(':') {
        None => Ok(clean(path, keep_slash)),
        Some((drive, rest)) if drive.eq_ignore_ascii_case("c") => Ok(clean(rest, keep_slash)),
        Some(_) => Err(Error::new(
            "The specified path is not on the system drive (C:)",
        )),
    }
}

/// Cleans a Windows path and gives it slashes. Keeps a trailing slash if requested.
fn clean(path: &str, keep_slash: bool) -> String {
    let path = to_slash(path, WINDOWS);
    let mut cleaned = path::clean(&path).into_owned();
    if keep_slash && cleaned.len() > 1 && path.ends_with('/') {
        cleaned.push('/');
    }
    cleaned
}

/// Whether a path is absolute in the image, with or without a drive letter.
pub fn is_absolute(path: &str, os: &str) -> bool {
    strip_drive(path, os, false).is_ok_and(|p| p.starts_with('/'))
}

/// Makes `path` absolute below `parent`, cleans it, gives it slashes, and removes the drive. With `keep_slash`, a
/// trailing `/` or `/.` of `path` is kept: for `COPY`, it marks a directory.
pub fn normalize(parent: &str, path: &str, os: &str, keep_slash: bool) -> Result<String> {
    let drive = |e: Error| e.wrap("removing drive letter");
    let original = to_slash(path, os);
    let parent = match to_slash(parent, os) {
        p if p.is_empty() => "/".to_owned(),
        p => strip_drive(&p, os, keep_slash).map_err(drive)?,
    };
    let parent = if is_absolute(&parent, os) {
        parent
    } else {
        path::join(&["/", &parent])
    };
    let wanted = if original.is_empty() {
        parent.as_str()
    } else {
        &original
    };
    let mut result = strip_drive(wanted, os, keep_slash).map_err(drive)?;
    if !is_absolute(&result, os) {
        result = path::join(&[&parent, &result]);
    }
    if keep_slash {
        if original.ends_with('/') && !result.ends_with('/') {
            result.push('/');
        } else if original.ends_with("/.") {
            if result != "/" {
                result.push('/');
            }
            result.push('.');
        }
    }
    Ok(to_slash(&result, os).into_owned())
}

/// Returns the working directory `wd` below `current`, with the image's own separators (backslashes on Windows).
pub fn normalize_workdir(current: &str, wd: &str, os: &str) -> Result<String> {
    let path =
        normalize(current, wd, os, false).map_err(|e| e.wrap("normalizing working directory"))?;
    Ok(if os == WINDOWS {
        path.replace('/', "\\")
    } else {
        path
    })
}

/// Whether a source path has unescaped wildcards.
pub fn has_wildcards(path: &str) -> bool {
    let mut bytes = path.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'*' | b'?' | b'[' => return true,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_paths_join_the_working_directory() {
        assert_eq!(
            normalize("/app", "x/../y", "linux", true).unwrap(),
            "/app/y"
        );
        assert_eq!(normalize("/app", "./", "", true).unwrap(), "/app/");
        assert_eq!(
            normalize("/app", "dir/.", "linux", true).unwrap(),
            "/app/dir/."
        );
        assert_eq!(normalize("", "", "linux", true).unwrap(), "/");
        assert_eq!(normalize("/", "/a//b/", "linux", false).unwrap(), "/a//b/");
        assert_eq!(
            normalize_workdir("/app", "sub", "linux").unwrap(),
            "/app/sub"
        );
    }

    #[test]
    fn windows_paths_lose_their_drive() {
        assert_eq!(
            normalize_workdir("C:\\app", "sub", "windows").unwrap(),
            "\\app\\sub"
        );
        assert_eq!(normalize("/", "c:/a/b/", "windows", true).unwrap(), "/a/b/");
        assert!(is_absolute("C:\\app", "windows"));
        assert!(!is_absolute("app", "windows"));
        for (path, message) in [
            (
                "d:\\x",
                "The specified path is not on the system drive (C:)",
            ),
            ("C:", "No relative path specified in \"C:\""),
            ("\\\\host\\share", "UNC paths are not supported"),
        ] {
            assert_eq!(
                strip_drive(path, "windows", false).unwrap_err().message,
                message
            );
        }
    }

    #[test]
    fn wildcards_can_be_escaped() {
        assert!(has_wildcards("a/*.txt"));
        assert!(!has_wildcards("a/\\*.txt"));
    }
}
