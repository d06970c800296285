//! The parameters that the instructions of one stage use.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use fromtier_dockerfile::span::Range;

/// A build argument of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgInfo {
    /// The name.
    pub key: String,
    /// The comment before the `ARG`.
    pub description: String,
    /// The value, or empty.
    pub value: String,
    /// The arguments in its default.
    pub deps: BTreeSet<String>,
    /// The `ARG` instruction.
    pub location: Vec<Range>,
}

/// A secret or an SSH agent that a target mounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CredentialMount {
    /// The id of the mount.
    pub name: String,
    /// Whether the build fails without it.
    pub required: bool,
    /// The first `RUN` that mounts it.
    pub location: Vec<Range>,
}

/// The parameters that one stage uses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Capture {
    globals: Rc<HashMap<String, ArgInfo>>,
    own: HashMap<String, ArgInfo>,
    used: FirstSeen<()>,
    pub secrets: FirstSeen<CredentialMount>,
    pub ssh: FirstSeen<CredentialMount>,
}

/// Values by name, in the order in which each name was first seen. BuildKit iterates over a Go map here, which nearly always
/// keeps that order for a few names.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstSeen<T> {
    pub list: Vec<(Rc<str>, T)>,
    names: HashSet<Rc<str>>,
}

impl<T> FirstSeen<T> {
    fn note(&mut self, name: &str, what: impl FnOnce() -> T) {
        if !self.names.contains(name) {
            let name: Rc<str> = name.into();
            self.names.insert(Rc::clone(&name));
            self.list.push((name, what()));
        }
    }
}

impl Capture {
    pub fn new(globals: HashMap<String, ArgInfo>) -> Capture {
        Capture {
            globals: Rc::new(globals),
            ..Capture::default()
        }
    }

    pub fn global_names(&self) -> impl Iterator<Item = &str> {
        self.globals.keys().map(String::as_str)
    }

    pub fn mark_used(&mut self, names: BTreeSet<String>) {
        for name in names {
            self.used.note(&name, || ());
        }
    }

    /// Adds an argument that the stage declares; without `info`, the global argument describes it.
    pub fn note_arg(&mut self, key: &str, info: Option<ArgInfo>) {
        if let Some(info) = info {
            self.own.insert(key.to_owned(), info);
        }
        self.used.note(key, || ());
    }

    /// Adds a secret; its first mount counts.
    pub fn note_secret(&mut self, name: &str, required: bool, location: &[Range]) {
        note_mount(&mut self.secrets, name, required, location);
    }

    /// Adds an SSH agent; its first mount counts.
    pub fn note_ssh(&mut self, name: &str, required: bool, location: &[Range]) {
        note_mount(&mut self.ssh, name, required, location);
    }

    pub fn info(&self, key: &str) -> Option<&ArgInfo> {
        self.own.get(key).or_else(|| self.globals.get(key))
    }

    /// The arguments that the stage uses, then those that their defaults use.
    pub fn all_used(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.used.list.iter().map(|(name, ())| &**name).collect();
        let mut seen: HashSet<&str> = all.iter().copied().collect();
        let mut at = 0;
        while let Some(name) = all.get(at) {
            let deps = self.info(name).map(|info| &info.deps);
            let new = deps.into_iter().flatten().map(String::as_str);
            all.extend(new.filter(|dep| seen.insert(dep)).collect::<Vec<_>>());
            at += 1;
        }
        all
    }
}

fn note_mount(
    mounts: &mut FirstSeen<CredentialMount>,
    name: &str,
    required: bool,
    location: &[Range],
) {
    mounts.note(name, || CredentialMount {
        name: name.to_owned(),
        required,
        location: location.to_vec(),
    });
}
