//! Where the policy comes from: the organisation's is baked into the frontend image, the repository's stands next to
//! the Dockerfile. Any fault in any of them refuses the build.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use fromtier_catalog::Day;
use fromtier_dockerfile::error::{Error, Origin, Result};
use fromtier_policy::{Code, Gate, Lock, Organisation, Policy, PolicyError};

/// The folder in the frontend image that an organisation's policy and lock are baked into.
pub const BAKED: &str = "/etc/fromtier";
/// The organisation's policy in [`BAKED`].
pub const POLICY_FILE: &str = "policy.yaml";
/// The lock, in [`BAKED`] or next to the Dockerfile.
pub const LOCK_FILE: &str = "fromtier.lock";
/// The repository's policy, next to the Dockerfile.
pub const REPOSITORY_FILE: &str = ".fromtier.yaml";

/// The organisation's part, read before anything else.
#[derive(Debug, Default)]
pub struct OrganizationFiles {
    folder: PathBuf,
    organisation: Organisation,
}

impl OrganizationFiles {
    /// Reads the files of `folder`; an absent one is none.
    pub fn read(folder: &Path) -> Result<OrganizationFiles> {
        let policy = read_text(&folder.join(POLICY_FILE))?;
        let policy = policy
            .map(|file| read_policy(&file, |path| baked_text(folder, path)))
            .transpose()?;
        let lock = read_text(&folder.join(LOCK_FILE))?;
        let lock = lock.as_ref().map(read_lock).transpose()?;
        Ok(OrganizationFiles {
            folder: folder.to_owned(),
            organisation: Organisation::new(policy, lock),
        })
    }

    /// The gate of a build: the organisation's policy, tightened by the repository's. The organisation's lock is the
    /// lock; the repository's counts only where there is none.
    pub fn gate(&self, repository: &RepositoryFiles, today: Day) -> Result<Gate> {
        let extended = |path: &str| {
            if path.starts_with('/') {
                baked_text(&self.folder, path)
            } else {
                repository.extended(path)
            }
        };
        let policy = (repository.policy.as_ref()).map(|file| read_policy(file, extended));
        let policy = policy.transpose()?;
        let lock = (repository.lock.as_ref()).filter(|_| !self.organisation.has_lock());
        let lock = lock.map(read_lock).transpose()?;
        Ok(self.organisation.gate(policy, lock, today))
    }
}

/// The repository's part: name and text of each file that is there.
#[derive(Debug, Clone, Default)]
pub struct RepositoryFiles {
    pub policy: Option<(String, String)>,
    pub lock: Option<(String, String)>,
    /// The texts of the files that the policy extends, by their paths; none for one that isn't there.
    pub extended: BTreeMap<String, Option<String>>,
}

impl RepositoryFiles {
    fn extended(&self, path: &str) -> Result<String, String> {
        match self.extended.get(path) {
            Some(Some(text)) => Ok(text.clone()),
            Some(None) => Err("there is no such file".into()),
            None => Err("the folder that the Dockerfile is in has no such path".into()),
        }
    }

    /// Whether neither file is there.
    pub fn is_empty(&self) -> bool {
        self.policy.is_none() && self.lock.is_none()
    }
}

/// The day by this machine's clock (UTC). A build argument cannot move it.
#[expect(clippy::disallowed_methods, reason = "the frontend's clock")]
pub fn today() -> Day {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    Day::from_unix_seconds(seconds)
}

/// A file that a policy extends by its whole path: one of the frontend image's.
fn baked_text(folder: &Path, path: &str) -> Result<String, String> {
    let name = Path::new(path).strip_prefix(folder);
    let Ok(name) = name.or_else(|_| Path::new(path).strip_prefix(BAKED)) else {
        return Err(format!("only files in {BAKED} are"));
    };
    match read_text(&folder.join(name)) {
        Ok(Some((_, text))) => Ok(text),
        Ok(None) => Err("there is no such file".into()),
        Err(error) => Err(error.message),
    }
}

fn read_text(path: &Path) -> Result<Option<(String, String)>> {
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some((name.clone(), utf8(&name, bytes)?))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::new(format!("failed to read {name}: {e}"))),
    }
}

/// A policy's name and text, checked; `extended` gives the text of a file that it extends.
fn read_policy(
    (name, text): &(String, String),
    mut extended: impl FnMut(&str) -> Result<String, String>,
) -> Result<Policy> {
    Policy::load(name, text, &mut extended).map_err(|e| broken("policy", &e))
}

fn read_lock((name, text): &(String, String)) -> Result<Lock> {
    Lock::parse(name, text).map_err(|e| broken("lock file", &e))
}

/// Text of a policy or lock file; other bytes are refused.
pub fn utf8(name: &str, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Error::new(format!("{name} is not UTF-8 text (byte {at})"))
    })
}

/// One error for a file with faults, each on a line of its own with its place.
fn broken(what: &str, errors: &[PolicyError]) -> Error {
    let mut lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.insert(0, format!("the {what} is broken, so nothing is built:"));
    Error {
        origin: Origin::Fromtier(Code::InvalidPolicy.as_str()),
        ..Error::new(lines.join("\n  "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder as an organisation bakes it in; it goes away with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, files: &[(&str, &str)]) -> Folder {
            let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            for (name, text) in files {
                std::fs::write(folder.join(name), text).unwrap();
            }
            Folder(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn allows(gate: &Gate, reference: &str) -> bool {
        let request = fromtier_policy::gate::ImageRequest {
            reference,
            via: fromtier_policy::gate::Via::From,
            scope: fromtier_policy::Scope::UNKNOWN,
        };
        gate.request(&request).is_ok()
    }

    fn repository(text: &str) -> RepositoryFiles {
        RepositoryFiles {
            policy: Some((REPOSITORY_FILE.to_owned(), text.to_owned())),
            ..RepositoryFiles::default()
        }
    }

    #[test]
    fn a_baked_policy_extends_the_files_beside_it_and_no_others() {
        let base = "version: 1\ntiers: {community: allow}\n";
        for path in ["base.yaml", "/etc/fromtier/base.yaml", "./base.yaml"] {
            let own =
                format!("extends: {path}\nversion: 1\nimages: [{{match: acme/x, action: deny}}]\n");
            let files = [("policy.yaml", own.as_str()), ("base.yaml", base)];
            let folder = Folder::new("fromtier-baked", &files);
            let gate = (OrganizationFiles::read(&folder.0).unwrap())
                .gate(&RepositoryFiles::default(), today())
                .unwrap();
            assert!(
                allows(&gate, "acme/y") && !allows(&gate, "acme/x"),
                "{path}"
            );
        }
        for path in ["../base.yaml", "/etc/passwd", "missing.yaml"] {
            let own = format!("extends: {path}\nversion: 1\n");
            let folder = Folder::new("fromtier-outside", &[("policy.yaml", &own)]);
            let error = OrganizationFiles::read(&folder.0).unwrap_err();
            assert_eq!(error.code(), Some("FT001"), "{path}");
            assert!(error.message.contains("can't be read"), "{}", error.message);
        }
    }

    #[test]
    fn a_repositorys_policy_extends_a_baked_file_beside_the_organisations() {
        let files = [
            ("policy.yaml", "version: 1\ntiers: {community: allow}\n"),
            ("strict.yaml", "version: 1\ntiers: {community: deny}\n"),
        ];
        let folder = Folder::new("fromtier-both", &files);
        let baked = OrganizationFiles::read(&folder.0).unwrap();
        let strict = repository("extends: /etc/fromtier/strict.yaml\nversion: 1\n");
        assert!(!allows(&baked.gate(&strict, today()).unwrap(), "acme/x"));
        let plain = repository("version: 1\n");
        assert!(allows(&baked.gate(&plain, today()).unwrap(), "acme/x"));
        let other = repository("extends: /etc/fromtier/none.yaml\nversion: 1\n");
        assert_eq!(
            baked.gate(&other, today()).unwrap_err().code(),
            Some("FT001")
        );
    }
}
