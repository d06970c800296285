//! Reads the policies: the organization's is baked into the frontend image, the repository's is next to the Dockerfile.
//! Any error in either of them stops the build.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use fromtier_catalog::Day;
use fromtier_dockerfile::error::{Error, Origin, Result};
use fromtier_image::Digest;
use fromtier_policy::{Code, Gate, Lock, Organization, Policy, PolicyError};

/// The folder in the frontend image that an organization's policy and lock are baked into.
pub const BAKED: &str = "/etc/fromtier";
/// The organization's policy in [`BAKED`].
pub const POLICY_FILE: &str = "policy.yaml";
/// The lock, in [`BAKED`] or next to the Dockerfile.
pub const LOCK_FILE: &str = "fromtier.lock";
/// The repository's policy, next to the Dockerfile or above it.
pub const REPOSITORY_FILE: &str = ".fromtier.yaml";
/// A name that people give the repository's policy, and that is not its name.
pub const MISNAMED_POLICY: &str = ".fromtier.yml";

/// The organization's policy and lock. They are read before anything else.
#[derive(Debug, Default)]
pub struct OrganizationFiles {
    folder: PathBuf,
    organization: Organization,
    files: Vec<JudgingFile>,
}

/// A policy or lock file that a build was judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgingFile {
    pub owner: FileOwner,
    /// Its path in the frontend image or in the repository.
    pub path: String,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// Who put a file there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOwner {
    /// The organization, into the frontend's image.
    Organization,
    /// The repository.
    Repository,
}

impl FileOwner {
    /// Returns the word for it in data.
    pub const fn key(self) -> &'static str {
        match self {
            FileOwner::Organization => "organization",
            FileOwner::Repository => "repository",
        }
    }
}

impl JudgingFile {
    fn new(owner: FileOwner, path: &str, text: &str) -> JudgingFile {
        JudgingFile {
            owner,
            path: path.to_owned(),
            digest: Digest::sha256(text.as_bytes()),
        }
    }
}

impl OrganizationFiles {
    /// Reads the files of `folder`. Each is optional.
    pub fn read(folder: &Path) -> Result<OrganizationFiles> {
        let read_baked = |path: &str| baked_text(folder, path);
        let policy = read_text(&folder.join(POLICY_FILE))?;
        let lock = read_text(&folder.join(LOCK_FILE))?;
        let files = judging_files(
            FileOwner::Organization,
            policy.as_ref(),
            lock.as_ref(),
            read_baked,
        );
        let policy = policy.map(|file| read_policy(&file, read_baked));
        let lock = lock.as_ref().map(read_lock).transpose()?;
        Ok(OrganizationFiles {
            folder: folder.to_owned(),
            organization: Organization::new(policy.transpose()?, lock),
            files,
        })
    }

    /// Returns whose policies there are, and whom to ask, for a refused build.
    pub fn describe(&self, repository: &RepositoryFiles, contacts: &[&str]) -> String {
        let organization = (self.organization.has_policy())
            .then(|| format!("the organization's ({BAKED}/{POLICY_FILE} in the frontend image)"));
        let repository =
            (repository.policy.as_ref()).map(|(name, _)| format!("the repository's ({name})"));
        let policies: Vec<String> = organization.into_iter().chain(repository).collect();
        let mut out = match policies.as_slice() {
            [] => "policy: the built-in policy".to_owned(),
            policies => format!("policy: {}", policies.join(" and ")),
        };
        for contact in contacts {
            out.push_str(&format!("\ncontact: {contact}"));
        }
        out
    }

    /// Returns the files that a build is judged by.
    pub fn judging_files(&self, repository: &RepositoryFiles) -> Vec<JudgingFile> {
        let lock = (repository.lock.as_ref()).filter(|_| !self.organization.has_lock());
        let extended = |path: &str| self.extended(repository, path);
        let mut files = self.files.clone();
        files.extend(judging_files(
            FileOwner::Repository,
            repository.policy.as_ref(),
            lock,
            extended,
        ));
        files
    }

    /// Returns the text of a file that the repository's policy extends.
    fn extended(&self, repository: &RepositoryFiles, path: &str) -> Result<String, String> {
        if path.starts_with('/') {
            baked_text(&self.folder, path)
        } else {
            repository.extended(path)
        }
    }

    /// Creates the gate of a build: the organization's policy, tightened by the repository's. The repository's lock is
    /// used only if the organization has none.
    pub fn gate(&self, repository: &RepositoryFiles, today: Day) -> Result<Gate> {
        let extended = |path: &str| self.extended(repository, path);
        let policy = (repository.policy.as_ref()).map(|file| read_policy(file, extended));
        let policy = policy.transpose()?;
        let lock = (repository.lock.as_ref()).filter(|_| !self.organization.has_lock());
        let lock = lock.map(read_lock).transpose()?;
        Ok(self.organization.gate(policy, lock, today))
    }
}

/// The repository's policy and lock: the name and the text of each file that exists.
#[derive(Debug, Clone, Default)]
pub struct RepositoryFiles {
    /// The policy file.
    pub policy: Option<(String, String)>,
    /// The lock file.
    pub lock: Option<(String, String)>,
    /// The texts of the files that the policy extends, by path; none for a file that doesn't exist.
    pub extended: BTreeMap<String, Option<String>>,
}

impl RepositoryFiles {
    fn extended(&self, path: &str) -> Result<String, String> {
        match self.extended.get(path) {
            Some(Some(text)) => Ok(text.clone()),
            Some(None) => Err("no such file".into()),
            None => Err("it is outside the Dockerfile's folder".into()),
        }
    }

    /// Whether there is neither a policy nor a lock.
    pub fn is_empty(&self) -> bool {
        self.policy.is_none() && self.lock.is_none()
    }
}

/// The day by this machine's clock (UTC). A build argument can't change it.
#[expect(clippy::disallowed_methods, reason = "the frontend's clock")]
pub fn today() -> Day {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    Day::from_unix_seconds(seconds)
}

/// Returns a policy, the files that it extends, and a lock.
fn judging_files(
    owner: FileOwner,
    policy: Option<&(String, String)>,
    lock: Option<&(String, String)>,
    extended: impl Fn(&str) -> Result<String, String>,
) -> Vec<JudgingFile> {
    let mut files: Vec<JudgingFile> = Vec::new();
    let mut next = policy.cloned();
    while let Some((path, text)) = next {
        files.push(JudgingFile::new(owner, &path, &text));
        next = Policy::extended(&path, &text)
            .filter(|path| files.iter().all(|file| file.path != *path))
            .and_then(|path| Some((path.clone(), extended(&path).ok()?)));
    }
    files.extend(lock.map(|(path, text)| JudgingFile::new(owner, path, text)));
    files
}

/// Reads a file of the frontend image that a policy extends by its absolute path.
fn baked_text(folder: &Path, path: &str) -> Result<String, String> {
    let name = Path::new(path).strip_prefix(folder);
    let Ok(name) = name.or_else(|_| Path::new(path).strip_prefix(BAKED)) else {
        return Err(format!("only files in {BAKED} can be read"));
    };
    match read_text(&folder.join(name)) {
        Ok(Some((_, text))) => Ok(text),
        Ok(None) => Err("no such file".into()),
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

/// Parses a policy from its name and text. `extended` returns the text of a file that it extends.
fn read_policy(
    (name, text): &(String, String),
    mut extended: impl FnMut(&str) -> Result<String, String>,
) -> Result<Policy> {
    Policy::load(name, text, &mut extended).map_err(|e| invalid_file("policy", &e))
}

fn read_lock((name, text): &(String, String)) -> Result<Lock> {
    Lock::parse(name, text).map_err(|e| invalid_file("lock file", &e))
}

/// Returns the text of a policy or lock file. Bytes that are not UTF-8 are an error.
pub fn utf8(name: &str, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Error::new(format!("{name} is not valid UTF-8 (at byte {at})"))
    })
}

/// Returns one error for all errors in a file, each on its own line with its place.
fn invalid_file(what: &str, errors: &[PolicyError]) -> Error {
    let mut lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.insert(0, format!("invalid {what}; the build was stopped:"));
    Error {
        origin: Origin::Fromtier(Code::InvalidPolicy.as_str()),
        ..Error::new(lines.join("\n  "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that an organization bakes into the image. It is removed with the test.
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
    fn a_repositorys_policy_extends_a_baked_file_beside_the_organizations() {
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
