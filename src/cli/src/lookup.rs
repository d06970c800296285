//! Finds and reads the policies and the lock file of a Dockerfile.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use fromtier_policy::{Day, Gate, Lock, Policy, PolicyError};

/// The file name of a repository's policy.
pub const POLICY: &str = ".fromtier.yaml";
/// The file name of a lock file.
pub const LOCK: &str = "fromtier.lock";

/// The directory of an organization's policy in the frontend image.
const BAKED: &str = "/etc/fromtier";

/// The texts of the files, by the names that errors use.
pub type Texts = BTreeMap<String, String>;

/// Why a Dockerfile, a policy, or a lock file can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// The file can't be read.
    Unreadable { path: PathBuf, error: String },
    /// The file, or one that it extends, is not valid.
    Invalid {
        texts: Texts,
        errors: Vec<PolicyError>,
    },
}

impl LoadError {
    /// The path can't be read.
    pub fn unreadable(path: &Path, error: impl ToString) -> LoadError {
        LoadError::Unreadable {
            path: path.to_owned(),
            error: error.to_string(),
        }
    }
}

/// A gate, and the files that it was made of.
#[derive(Debug)]
pub struct FoundGate {
    pub gate: Gate,
    pub policies: Vec<PathBuf>,
    pub lock: Option<PathBuf>,
}

/// Makes gates, one per directory.
#[derive(Debug)]
pub struct GateLookup<'a> {
    policy: Option<&'a Path>,
    lock: Option<&'a Path>,
    today: Day,
    made: HashMap<PathBuf, Result<FoundGate, LoadError>>,
    /// Whether a named lock file may be missing.
    to_be_made: bool,
}

impl<'a> GateLookup<'a> {
    /// `policy` is the organization's; `lock` replaces the lock files next to the Dockerfiles.
    pub fn new(policy: Option<&'a Path>, lock: Option<&'a Path>, today: Day) -> GateLookup<'a> {
        GateLookup {
            policy,
            lock,
            today,
            made: HashMap::new(),
            to_be_made: false,
        }
    }

    /// Allows a named lock file to be missing, for the command that writes it.
    #[must_use]
    pub fn for_locking(mut self) -> GateLookup<'a> {
        self.to_be_made = true;
        self
    }

    /// The path of a Dockerfile's lock file, whether it exists or not.
    pub fn lock_path(&self, dockerfile: &Path) -> PathBuf {
        match self.lock {
            Some(named) => named.to_owned(),
            None => within(folder_of(dockerfile), LOCK),
        }
    }

    /// The gate for a Dockerfile: the named policy and the `.fromtier.yaml` next to the Dockerfile, and the named
    /// lock file or else the `fromtier.lock` there. A build finds the same files.
    pub fn gate(&mut self, dockerfile: &Path) -> &Result<FoundGate, LoadError> {
        let folder = folder_of(dockerfile).to_owned();
        if !self.made.contains_key(&folder) {
            let found = self.make(&folder);
            self.made.insert(folder.clone(), found);
        }
        &self.made[&folder]
    }

    fn make(&self, folder: &Path) -> Result<FoundGate, LoadError> {
        let repository = existing_file(folder, POLICY)
            .filter(|path| !self.policy.is_some_and(|named| same(named, path)));
        let lock = self
            .lock
            .map(Path::to_owned)
            .or_else(|| existing_file(folder, LOCK))
            .filter(|path| !self.to_be_made || path.exists());
        let read_policy = |path: &Path| read_policy(path, self.policy).map(|(policy, _)| policy);
        let gate = Gate::new(
            self.policy.map(read_policy).transpose()?,
            repository.as_deref().map(read_policy).transpose()?,
            lock.as_deref()
                .map(|path| read(path, Lock::parse))
                .transpose()?,
            self.today,
        );
        Ok(FoundGate {
            gate,
            policies: self
                .policy
                .map(Path::to_owned)
                .into_iter()
                .chain(repository)
                .collect(),
            lock,
        })
    }
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Reads and parses a file.
pub fn read<T>(
    path: &Path,
    parse: impl Fn(&str, &str) -> Result<T, Vec<PolicyError>>,
) -> Result<T, LoadError> {
    let name = path.display().to_string();
    let text = text_of(path)?;
    parse(&name, &text).map_err(|errors| LoadError::Invalid {
        texts: Texts::from([(name, text)]),
        errors,
    })
}

/// Reads a policy and those that it extends, and returns their texts too. `baked` is the organization's policy, which is
/// in the frontend image in a build.
pub fn read_policy(path: &Path, baked: Option<&Path>) -> Result<(Policy, Texts), LoadError> {
    let name = path.display().to_string();
    let text = text_of(path)?;
    let mut texts = Texts::new();
    let policy = Policy::load(&name, &text, &mut |extended| {
        let text = extended_text(extended, baked)?;
        texts.insert(extended.to_owned(), text.clone());
        Ok(text)
    });
    texts.insert(name, text);
    match policy {
        Ok(policy) => Ok((policy, texts)),
        Err(errors) => Err(LoadError::Invalid { texts, errors }),
    }
}

/// The text of a file that a policy extends. A path in the frontend image is the organization's policy, or a file next to
/// it.
fn extended_text(path: &str, baked: Option<&Path>) -> Result<String, String> {
    let text = |path: &Path| std::fs::read_to_string(path).map_err(|error| error.to_string());
    let path = Path::new(path);
    let Ok(name) = path.strip_prefix(BAKED) else {
        return text(path);
    };
    match baked {
        Some(baked) if name == Path::new("policy.yaml") => text(baked),
        Some(baked) => text(&folder_of(baked).join(name)),
        None => {
            Err("it is in the frontend image; pass the organization's policy: --policy FILE".into())
        }
    }
}

fn text_of(path: &Path) -> Result<String, LoadError> {
    std::fs::read_to_string(path).map_err(|error| LoadError::unreadable(path, error))
}

/// The file with this name in a directory, if it exists.
pub fn existing_file(folder: &Path, name: &str) -> Option<PathBuf> {
    Some(within(folder, name)).filter(|path| path.exists())
}

fn within(folder: &Path, name: &str) -> PathBuf {
    match folder == Path::new(".") {
        true => PathBuf::from(name),
        false => folder.join(name),
    }
}

fn folder_of(dockerfile: &Path) -> &Path {
    let folder = dockerfile.parent();
    folder
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
