//! Finds and reads the policies and the lock file of a Dockerfile.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use fromtier_policy::{Code, Day, Gate, Lock, Organization, Policy, PolicyError};

use crate::disk::{FileKind, ReadError, RootedPath};
use crate::memo::Memo;
use crate::parallel;

/// The file name of a repository's policy.
pub const POLICY: &str = ".fromtier.yaml";
/// The file name of a lock file.
pub const LOCK: &str = "fromtier.lock";

/// A name that people give the policy, and that is not its name.
const MISNAMED_POLICY: &str = ".fromtier.yml";
/// The directory of an organization's policy in the frontend image.
const BAKED: &str = "/etc/fromtier";

/// The texts of the files, by the names that errors use.
pub type Texts = BTreeMap<String, Arc<str>>;

/// Why a Dockerfile, a policy, or a lock file can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// The file can't be read.
    Unreadable {
        path: PathBuf,
        error: String,
        code: Option<Code>,
    },
    /// The file, or one that it extends, is not valid.
    Invalid {
        texts: Texts,
        errors: Vec<PolicyError>,
        code: Option<Code>,
    },
}

impl Hash for LoadError {
    /// Leaves out the texts: many directories can have the same large policy.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            LoadError::Unreadable {
                path,
                error,
                code: _,
            } => (path, error).hash(state),
            LoadError::Invalid { errors, .. } => errors.hash(state),
        }
    }
}

impl LoadError {
    /// The path can't be read.
    pub fn unreadable(path: &Path, error: impl ToString) -> LoadError {
        LoadError::Unreadable {
            path: path.to_owned(),
            error: error.to_string(),
            code: None,
        }
    }

    /// The policy or lock file can't be read.
    pub fn broken_policy(path: &Path, error: impl ToString) -> LoadError {
        LoadError::Unreadable {
            path: path.to_owned(),
            error: error.to_string(),
            code: Some(Code::InvalidPolicy),
        }
    }
}

/// A gate, and the files that it was made of.
#[derive(Debug)]
pub struct FoundGate {
    pub gate: Gate,
    pub policies: Vec<PathBuf>,
    /// The texts of the policies, and of those that they extend.
    pub texts: Texts,
    pub lock: Option<RootedPath>,
}

/// A policy with its texts, or why it can't be used.
type ReadPolicy = Result<(Policy, Texts), LoadError>;

/// The gate of some policies without a lock file, and the policies' texts.
type LocklessGate = Result<(Arc<Gate>, Texts), LoadError>;

/// A file or directory, and its name in messages: one can be named in several ways.
type NamedPath = (PathBuf, PathBuf);

/// Makes gates, one per directory. What several directories share is read once. Several threads can use it.
#[derive(Debug)]
pub struct GateLookup {
    policy: Result<Option<RootedPath>, LoadError>,
    lock: Result<Option<RootedPath>, LoadError>,
    today: Day,
    organization: OnceLock<Result<(Organization, Texts), LoadError>>,
    /// By the directory.
    found: Memo<NamedPath, Result<Arc<FoundGate>, LoadError>>,
    /// The nearest policy of a repository, by the directory.
    nearest: Memo<NamedPath, Result<Option<RootedPath>, LoadError>>,
    /// The paths by which repositories' policies are read, by the file.
    names: Memo<PathBuf, RootedPath>,
    /// By the file of the repository's policy.
    gates: Memo<Option<PathBuf>, LocklessGate>,
    /// By the file.
    locks: Memo<NamedPath, Result<Arc<Lock>, LoadError>>,
    /// Whether a named lock file may be missing.
    to_be_made: bool,
}

impl GateLookup {
    /// `policy` is the organization's; `lock` replaces the lock files next to the Dockerfiles.
    pub fn new(policy: Option<&Path>, lock: Option<&Path>, today: Day) -> GateLookup {
        GateLookup {
            policy: policy.map(named_file).transpose(),
            lock: lock.map(named_file).transpose(),
            today,
            organization: OnceLock::new(),
            found: Memo::default(),
            nearest: Memo::default(),
            names: Memo::default(),
            gates: Memo::default(),
            locks: Memo::default(),
            to_be_made: false,
        }
    }

    /// Allows a named lock file to be missing, for the command that writes it.
    #[must_use]
    pub fn for_locking(mut self) -> GateLookup {
        self.to_be_made = true;
        self
    }

    /// The path of a Dockerfile's lock file, whether it exists or not.
    pub fn lock_path(&self, dockerfile: &RootedPath) -> RootedPath {
        match &self.lock {
            Ok(Some(named)) => named.clone(),
            Ok(None) | Err(_) => dockerfile.sibling(LOCK),
        }
    }

    /// Finds the policies of many Dockerfiles. If a policy has several names, the first Dockerfile decides, whichever
    /// thread is the first to read it.
    pub fn find_policies(&self, dockerfiles: &[RootedPath]) {
        let found = parallel::map_on_all_cores(dockerfiles, |dockerfile| {
            self.repository_policy(&dockerfile.sibling(""))
        });
        for policy in found.into_iter().filter_map(|found| found.ok().flatten()) {
            self.first_name(policy);
        }
    }

    /// The gate for a Dockerfile: the named policy and the nearest `.fromtier.yaml` next to the Dockerfile or above it,
    /// and the named lock file or else the `fromtier.lock` next to the Dockerfile.
    pub fn gate(&self, dockerfile: &RootedPath) -> Result<Arc<FoundGate>, LoadError> {
        let folder = dockerfile.sibling("");
        let make = || self.make(&folder).map(Arc::new);
        self.found.get(named_path(&folder), make)
    }

    fn make(&self, folder: &RootedPath) -> Result<FoundGate, LoadError> {
        let named = self.policy.clone()?;
        let repository = self.repository_policy(folder)?.filter(|path| {
            let named = named.as_ref();
            named.is_none_or(|named| named.absolute() != path.absolute())
        });
        let lock = self.lock.clone()?;
        let lock = (lock.or_else(|| existing_file(folder, LOCK)))
            .filter(|path| !self.to_be_made || path.exists());
        let policies = named.iter().chain(&repository);
        let policies = policies.map(|path| path.shown().to_owned()).collect();
        let (gate, texts) = self.lockless_gate(repository)?;
        let parsed = lock.as_ref().map(|path| {
            let parse = || read(path, FileKind::LockFile, Lock::parse).map(Arc::new);
            self.locks.get(named_path(path), parse)
        });
        Ok(FoundGate {
            gate: gate.with_lock(parsed.transpose()?),
            policies,
            texts,
            lock,
        })
    }

    fn lockless_gate(&self, repository: Option<RootedPath>) -> LocklessGate {
        let (organization, texts) = self
            .organization
            .get_or_init(|| self.organization())
            .clone()?;
        let path = repository.as_ref().map(RootedPath::absolute);
        self.gates.get(path, || {
            let mut texts = texts;
            let policy = repository.map(|path| {
                let (policy, own) = read_policy(&self.first_name(path), self.named_policy())?;
                texts.extend(own);
                Ok(policy)
            });
            let gate = organization.gate(policy.transpose()?, None, self.today);
            Ok((Arc::new(gate), texts))
        })
    }

    fn organization(&self) -> Result<(Organization, Texts), LoadError> {
        let Some(named) = self.named_policy() else {
            return Ok((Organization::default(), Texts::new()));
        };
        let (policy, texts) = read_policy(named, Some(named))?;
        Ok((Organization::new(Some(policy), None), texts))
    }

    fn named_policy(&self) -> Option<&RootedPath> {
        self.policy.as_ref().ok().and_then(Option::as_ref)
    }

    fn first_name(&self, policy: RootedPath) -> RootedPath {
        self.names.get(policy.absolute(), || policy)
    }

    /// The policy in a directory, or else in the nearest one above it, up to the top of the repository.
    ///
    /// # Errors
    /// There is a file that only looks like one, and that would never be read.
    pub fn repository_policy(&self, folder: &RootedPath) -> Result<Option<RootedPath>, LoadError> {
        self.nearest.get(named_path(folder), || {
            if let Some(misnamed) = existing_file(folder, MISNAMED_POLICY) {
                let error =
                    format!("a policy with this name is never read; rename it to `{POLICY}`");
                return Err(LoadError::broken_policy(misnamed.shown(), error));
            }
            match (existing_file(folder, POLICY), folder.parent()) {
                (Some(found), _) => Ok(Some(found)),
                (None, Some(above)) => self.repository_policy(&above),
                (None, None) => Ok(None),
            }
        })
    }
}

fn named_path(path: &RootedPath) -> NamedPath {
    (path.absolute(), path.shown().to_owned())
}

/// A policy or a lock file of the command line.
///
/// # Errors
/// Its directory can't be read.
pub fn named_file(path: &Path) -> Result<RootedPath, LoadError> {
    RootedPath::named(path).map_err(|error| LoadError::broken_policy(path, error))
}

/// Reads and parses a file.
pub fn read<T>(
    path: &RootedPath,
    kind: FileKind,
    parse: impl Fn(&str, &str) -> Result<T, Vec<PolicyError>>,
) -> Result<T, LoadError> {
    let name = path.shown().display().to_string();
    let text = text_of(path, kind)?;
    parse(&name, &text).map_err(|errors| LoadError::Invalid {
        texts: Texts::from([(name, text.into())]),
        errors,
        code: kind.code(),
    })
}

/// Reads a policy and those that it extends, and returns their texts too. `baked` is the organization's policy, which is
/// in the frontend image in a build.
pub fn read_policy(path: &RootedPath, baked: Option<&RootedPath>) -> ReadPolicy {
    let name = path.shown().display().to_string();
    let text = text_of(path, FileKind::Policy)?;
    let mut texts = Texts::new();
    let policy = Policy::load(&name, &text, &mut |extended| {
        let text = extended_text(path, Path::new(extended), baked)?;
        texts.insert(extended.to_owned(), text.as_str().into());
        Ok(text)
    });
    texts.insert(name, text.into());
    match policy {
        Ok(policy) => Ok((policy, texts)),
        Err(errors) => Err(LoadError::Invalid {
            texts,
            errors,
            code: FileKind::Policy.code(),
        }),
    }
}

/// The text of a file that a policy extends, by its path in messages. A path in the frontend image is the organization's
/// policy, or a file in its directory; any other is a file in the policy's own repository or directory.
fn extended_text(
    policy: &RootedPath,
    extended: &Path,
    baked: Option<&RootedPath>,
) -> Result<String, String> {
    let file = match (extended.strip_prefix(BAKED), baked) {
        (Ok(name), Some(baked)) if name == Path::new("policy.yaml") => Ok(baked.clone()),
        (Ok(name), Some(baked)) => baked.resolve(name),
        (Ok(_), None) => {
            let help = "pass the organization's policy: --policy FILE";
            return Err(format!("it is in the frontend image; {help}"));
        }
        (Err(_), _) => match relative_to(extended, policy.shown()) {
            Some(written) => policy.resolve(&written),
            None => {
                return Err(format!(
                    "only files in the repository and in {BAKED} can be extended"
                ));
            }
        },
    };
    let text = file
        .and_then(|file| read_extended(&file))
        .map_err(|error| error.to_string())?;
    // A file of another kind is refused as a whole: errors would quote its lines.
    if is_policy(&text) {
        Ok(text)
    } else {
        Err("it isn't a policy: it has no `version`".to_owned())
    }
}

fn read_extended(file: &RootedPath) -> Result<String, ReadError> {
    let name = file.shown().file_name().and_then(|name| name.to_str());
    if name.is_some_and(|name| FileKind::ExtendedPolicy.can_be_named(name)) {
        file.read_text(FileKind::ExtendedPolicy)
    } else {
        Err(ReadError::NotNamed(FileKind::ExtendedPolicy))
    }
}

/// Whether a text sets the key `version`, as every policy does.
fn is_policy(text: &str) -> bool {
    let is_key = |part: &str| {
        let part = part.trim_start().trim_start_matches(['"', '\'']);
        let rest = part.strip_prefix("version").map(str::trim_start);
        rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
    };
    let in_braces = || text.trim_start().starts_with('{') && text.split(['{', ',']).any(is_key);
    text.lines()
        .any(|line| !line.starts_with([' ', '\t']) && is_key(line))
        || in_braces()
}

/// A path as a file at `from` would write it, if that is known: both are seen from the current directory, or both from
/// the top of the file system.
fn relative_to(path: &Path, from: &Path) -> Option<PathBuf> {
    if path.is_absolute() != from.is_absolute() {
        return None;
    }
    let mut path = path.components().peekable();
    let folder = from.parent().unwrap_or(from);
    let mut folder = folder.components().peekable();
    while path.peek().is_some() && path.peek() == folder.peek() {
        path.next();
        folder.next();
    }
    let up = folder.map(|_| Path::new(".."));
    Some(up.collect::<PathBuf>().join(path.collect::<PathBuf>()))
}

fn text_of(path: &RootedPath, kind: FileKind) -> Result<String, LoadError> {
    (path.read_text(kind)).map_err(|error| LoadError::Unreadable {
        path: path.shown().to_owned(),
        error: error.to_string(),
        code: kind.code(),
    })
}

/// The file with this name in a directory, if it exists. A link counts, wherever it leads: reading it reports an error.
pub fn existing_file(folder: &RootedPath, name: &str) -> Option<RootedPath> {
    Some(folder.join(name)).filter(RootedPath::exists)
}
