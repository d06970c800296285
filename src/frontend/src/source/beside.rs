//! Where the repository's policy and lock file are, and whether what is there can be read.
//!
//! A client sends a link without its target if the target is outside of the directory that it sends. Reading such a link
//! finds nothing, as if there were no file. The directory's entries show the difference.

use fromtier_dockerfile::error::{Error, Origin};
use fromtier_gateway::{self as gateway, Bridge, Ref};
use fromtier_gostd::path;
use fromtier_policy::Code;
use fromtier_proto::gw;

use super::{DOCKERIGNORE, Sources, is_absent, part, read_optional};
use crate::policy::{LOCK_FILE, MISNAMED_POLICY, REPOSITORY_FILE};
use crate::status::Failure;

/// Bits of Go's `fs.FileMode`.
const LINK: u32 = 1 << 27;
const DEVICE: u32 = 1 << 26;
const NAMED_PIPE: u32 = 1 << 25;
const SOCKET: u32 = 1 << 24;

/// The entries of a directory that are named as files of ours, or as the Dockerfile.
#[derive(Debug, Default)]
pub(super) struct Entries {
    folder: String,
    links: Vec<String>,
}

impl Entries {
    /// Lists a directory.
    ///
    /// # Errors
    /// Outside: there is a policy with a wrong name, or a file can't be read without waiting. Inside: the builder's error.
    pub(super) async fn list(
        bridge: &Bridge,
        from: &Ref,
        folder: &str,
        dockerfile: &str,
    ) -> Result<Result<Entries, gateway::Error>, Failure> {
        let mut entries = Entries {
            folder: folder.to_owned(),
            links: Vec::new(),
        };
        let listed = match bridge.read_dir(from, folder, "").await {
            Ok(listed) => listed,
            Err(error) if is_absent(&error) => return Ok(Ok(entries)),
            Err(error) => return Ok(Err(error)),
        };
        for entry in listed {
            let name = entry.path.as_str();
            if name == MISNAMED_POLICY {
                return Err(misnamed(&path::join(&[folder, name])));
            }
            let is_read = [REPOSITORY_FILE, LOCK_FILE].contains(&name)
                || name.eq_ignore_ascii_case(dockerfile)
                || name.strip_suffix(DOCKERIGNORE) == Some(dockerfile);
            if is_read {
                check_kind(&path::join(&[folder, name]), &entry)?;
                if entry.mode & LINK != 0 {
                    entries.links.push(name.to_owned());
                }
            }
        }
        Ok(Ok(entries))
    }

    /// Refuses a file that is there, and that reading didn't find.
    pub(super) fn check_absent(&self, name: &str) -> Result<(), Failure> {
        if !self.links.iter().any(|link| link == name) {
            return Ok(());
        }
        let path = path::join(&[&self.folder, name]);
        Err(unreadable(
            format!(
                "{path} can't be read: it is a link to a file that isn't in the directory of the build"
            ),
            "replace the link with the file, or build from a directory that contains both",
        ))
    }
}

impl Sources {
    /// Lists a directory of the Dockerfile's source.
    pub(super) async fn list(
        &self,
        bridge: &Bridge,
        from: &Ref,
        folder: &str,
    ) -> Result<Result<Entries, gateway::Error>, Failure> {
        let clean = path::clean(&self.filename);
        Entries::list(bridge, from, folder, path::base(&clean)).await
    }

    /// Reads the nearest policy above the Dockerfile's directory, as far as the build has these directories.
    pub(super) async fn policy_above(
        &self,
        bridge: &Bridge,
        from: &Ref,
    ) -> Result<Option<(String, String)>, Failure> {
        for folder in policy_folders(&self.filename).iter().skip(1) {
            let failed = |e| Failure::from(e).wrap(&format!("failed to read {folder}"));
            let entries = self.list(bridge, from, folder).await?.map_err(failed)?;
            let path = path::join(&[folder, REPOSITORY_FILE]);
            let read = read_optional(bridge, Some(from), &path).await;
            match part(&path, read)? {
                Some(policy) => return Ok(Some(policy)),
                None => entries.check_absent(REPOSITORY_FILE)?,
            }
        }
        Ok(None)
    }
}

/// Reads a file that a policy extends, if it is there. Its kind is known before it is read: a read of a named pipe
/// doesn't end.
pub(super) async fn read_extended_file(
    bridge: &Bridge,
    from: Option<&Ref>,
    path: &str,
) -> Result<Option<Vec<u8>>, Failure> {
    let Some(from) = from else {
        return Ok(None);
    };
    let failed = |e| Failure::from(e).wrap(&format!("failed to read {path}"));
    match bridge.stat_file(from, path).await {
        Ok(entry) => check_kind(path, &entry)?,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    read_optional(bridge, Some(from), path)
        .await
        .map_err(failed)
}

/// The directories in which a policy is looked for: the Dockerfile's, and those above it, as far as the build has them.
pub(super) fn policy_folders(filename: &str) -> Vec<String> {
    let mut folder = folder(filename);
    let mut folders = vec![folder.clone()];
    while folder != "." {
        folder = folder
            .rsplit_once('/')
            .map_or(".", |(above, _)| above)
            .to_owned();
        folders.push(folder.clone());
    }
    folders
}

/// The directory that a file is in. `Dockerfile/` and `Dockerfile/.` are other names of `Dockerfile`.
pub(super) fn folder(filename: &str) -> String {
    let clean = path::clean(filename);
    let clean = clean.trim_start_matches('/');
    clean
        .rsplit_once('/')
        .map_or(".", |(folder, _)| folder)
        .to_owned()
}

fn check_kind(path: &str, entry: &gw::Stat) -> Result<(), Failure> {
    let what = match entry.mode {
        mode if mode & NAMED_PIPE != 0 => "a named pipe",
        mode if mode & SOCKET != 0 => "a socket",
        mode if mode & DEVICE != 0 => "a device",
        _ => return Ok(()),
    };
    Err(unreadable(
        format!("{path} can't be read: expected a regular file, found {what}"),
        "replace it with a regular file",
    ))
}

fn misnamed(path: &str) -> Failure {
    unreadable(
        format!("{path}: a policy with this name is never read"),
        &format!("rename it to `{REPOSITORY_FILE}`"),
    )
}

fn unreadable(message: String, help: &str) -> Failure {
    let error = Error {
        origin: Origin::Fromtier(Code::InvalidPolicy.as_str()),
        help: Some(help.into()),
        ..Error::new(message)
    };
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_looked_for_from_the_dockerfile_upward() {
        for (filename, folders) in [
            ("Dockerfile", &["."][..]),
            ("Dockerfile/", &["."]),
            ("./Dockerfile/.", &["."]),
            ("/Dockerfile", &["."]),
            ("a//b/Dockerfile", &["a/b", "a", "."]),
            ("a/../b/Dockerfile", &["b", "."]),
        ] {
            assert_eq!(policy_folders(filename), folders, "{filename}");
        }
    }
}
