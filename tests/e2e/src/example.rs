//! The policies of `examples`, as their users have them: baked into a frontend, with their own lock and registry.

use std::fs;
use std::path::{Path, PathBuf};

use crate::build::{Build, Outcome};
use crate::frontend::{Frontend, variable};

/// The registry of the examples; here it is the private one on loopback.
const REGISTRY: &str = "registry.example.com";

/// A folder of `examples`.
#[derive(Debug, Clone)]
pub struct Example {
    folder: PathBuf,
    policy: String,
    lock: Option<String>,
}

impl Example {
    /// The example of this name. Its policy and Dockerfiles name the private registry in place of
    /// `registry.example.com`, which has Docker Hub's images under `hub`; its lock has the digests of the images
    /// that are there.
    ///
    /// # Panics
    /// When it has no policy, or its lock names an image that isn't there.
    pub fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../examples")
            .join(name);
        let lock = folder.join("fromtier.lock");
        mirror("library", "hub/library");
        Self {
            policy: here(&read(&folder.join("policy.yaml"))),
            lock: lock.exists().then(|| relocked(&here(&read(&lock)))),
            folder,
        }
    }

    /// The same with something in its policy replaced.
    ///
    /// # Panics
    /// When it isn't there.
    #[must_use]
    #[track_caller]
    pub fn with(mut self, old: &str, new: &str) -> Self {
        assert!(self.policy.contains(old), "no {old} in:\n{}", self.policy);
        self.policy = self.policy.replace(old, new);
        self
    }

    /// The lock.
    pub fn lock(&self) -> &str {
        self.lock.as_deref().unwrap_or_default()
    }

    /// Its policy.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// The same with this lock.
    #[must_use]
    pub fn with_lock(mut self, lock: String) -> Self {
        self.lock = Some(lock);
        self
    }

    /// The build of one of its Dockerfiles; the context is the folder that it is in.
    pub fn build(&self, dockerfile: &str) -> Build {
        let (folder, name) = match dockerfile.rsplit_once('/') {
            Some((folder, name)) => (self.folder.join(folder), name),
            None => (self.folder.clone(), dockerfile),
        };
        Build::of_folder(&folder, here).opt(&format!("filename={name}"))
    }

    /// Builds one of its Dockerfiles under its policy.
    pub fn run(&self, dockerfile: &str) -> Outcome {
        self.build(dockerfile).run(&self.frontend())
    }

    /// Its policy and its lock, baked into a frontend.
    pub fn frontend(&self) -> Frontend {
        match &self.lock {
            Some(lock) => Frontend::with_lock(&self.policy, lock),
            None => Frontend::with_policy(&self.policy),
        }
    }

    /// Builds a Dockerfile that must be refused, and requires its README to show exactly that: the block that starts with
    /// the command that names the Dockerfile. Returns the text of the failure.
    ///
    /// # Panics
    /// When it's built, or the README shows something else or nothing.
    #[track_caller]
    pub fn refused(&self, dockerfile: &str) -> String {
        let text = self.run(dockerfile).failure();
        let text = text.replace(&variable("FROMTIER_REGISTRY"), REGISTRY);
        let readme = read(&self.folder.join("README.md"));
        let context = dockerfile
            .rsplit_once('/')
            .map_or(".", |(folder, _)| folder);
        let command = format!("$ docker buildx build -f {dockerfile} {context}\n");
        let shown = readme
            .split_once(&command)
            .and_then(|(_, rest)| rest.split_once("```"));
        let Some((shown, _)) = shown else {
            panic!("the README doesn't show {dockerfile}; it shows:\n{text}");
        };
        // buildctl and buildx start the line of the error differently.
        let prefix = "ERROR: failed to build: failed to solve: ";
        for line in shown.lines() {
            let line = line.trim_start_matches(prefix).trim_end();
            let there = text.lines().any(|printed| matches_shown(printed, line));
            assert!(there, "the README shows\n{line}\nand it is\n{text}");
        }
        text
    }
}

/// Whether a line is the one that is shown, where `…` is any text.
fn matches_shown(printed: &str, shown: &str) -> bool {
    let printed = printed
        .trim_start_matches("error: failed to solve: ")
        .trim_end();
    let mut rest = printed;
    let parts: Vec<&str> = shown.split('…').collect();
    for (index, part) in parts.iter().enumerate() {
        match rest.find(part) {
            Some(at) if at == 0 || index > 0 => rest = &rest[at + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty() || shown.ends_with('…')
}

/// A text of the examples with the private registry's name.
fn here(text: &str) -> String {
    text.replace(REGISTRY, &variable("FROMTIER_REGISTRY"))
}

/// Copies a path of the registry to another.
///
/// # Panics
/// When the registry's folder can't be read or written.
fn mirror(from: &str, to: &str) {
    let root = repositories();
    copy(&root.join(from), &root.join(to));
}

/// A lock with the digests that the registry's tags have.
fn relocked(lock: &str) -> String {
    lock.lines()
        .map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
            [image, _, day] if !line.starts_with('#') => {
                format!("{image} {} {day}\n", digest_of(image))
            }
            _ => format!("{line}\n"),
        })
        .collect()
}

/// The digest of an image that is named in full.
///
/// # Panics
/// When the registry doesn't have it.
pub fn digest_of(image: &str) -> String {
    let local = format!("{}/", variable("FROMTIER_REGISTRY"));
    let image = image
        .strip_prefix("docker.io/")
        .or(image.strip_prefix(local.as_str()))
        .unwrap_or(image);
    let (repository, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
    read(
        &repositories()
            .join(repository)
            .join("_manifests/tags")
            .join(tag)
            .join("current/link"),
    )
}

fn repositories() -> PathBuf {
    PathBuf::from(variable("FROMTIER_REGISTRY_DIR")).join("docker/registry/v2/repositories")
}

fn read(path: &Path) -> String {
    match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn copy(from: &Path, to: &Path) {
    let copied = fs::create_dir_all(to).and_then(|()| {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let target = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target)?;
            }
        }
        Ok(())
    });
    if let Err(error) = copied {
        panic!("{}: {error}", to.display());
    }
}
