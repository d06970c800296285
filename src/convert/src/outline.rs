//! What a target can be given: arguments, secrets, SSH agents.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use fromtier_dockerfile::span::Range;

use crate::plan::{StageId, Stages};

/// An argument, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgInfo {
    pub key: String,
    pub description: String,
    pub value: String,
    /// The arguments in its default.
    pub deps: BTreeSet<String>,
    pub location: Vec<Range>,
}

/// A secret or an SSH agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Need {
    pub name: String,
    pub required: bool,
    pub location: Vec<Range>,
}

/// The parameters of a target (`frontend.outline`), each list by the place in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The stage's name; empty when it has none.
    pub name: String,
    pub description: String,
    pub args: Vec<ArgInfo>,
    pub secrets: Vec<Need>,
    pub ssh: Vec<Need>,
}

/// What one stage was seen to use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Capture {
    globals: Rc<HashMap<String, ArgInfo>>,
    own: HashMap<String, ArgInfo>,
    used: Seen<()>,
    secrets: Seen<Need>,
    ssh: Seen<Need>,
}

/// What was seen by name, in the order of the first time: the reference goes through a map, which a few names nearly
/// always leave in that order.
#[derive(Debug, Clone, Default)]
struct Seen<T> {
    list: Vec<(Rc<str>, T)>,
    names: HashSet<Rc<str>>,
}

impl<T> Seen<T> {
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

    /// An argument that the stage declares; `info` is left out where a global one speaks for it.
    pub fn arg(&mut self, key: &str, info: Option<ArgInfo>) {
        if let Some(info) = info {
            self.own.insert(key.to_owned(), info);
        }
        self.used.note(key, || ());
    }

    /// A secret; the first one to name it counts.
    pub fn secret(&mut self, name: &str, required: bool, location: &[Range]) {
        need(&mut self.secrets, name, required, location);
    }

    /// An SSH agent; the first one to name it counts.
    pub fn ssh(&mut self, name: &str, required: bool, location: &[Range]) {
        need(&mut self.ssh, name, required, location);
    }

    fn info(&self, key: &str) -> Option<&ArgInfo> {
        self.own.get(key).or_else(|| self.globals.get(key))
    }

    /// What is used, then what that is made of.
    fn all_used(&self) -> Vec<&str> {
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

fn need(needs: &mut Seen<Need>, name: &str, required: bool, location: &[Range]) {
    needs.note(name, || Need {
        name: name.to_owned(),
        required,
        location: location.to_vec(),
    });
}

/// The outline of `target`: its own parameters, then its base's, then those of the stages that it copies from.
pub(crate) fn of(stages: &Stages, target: StageId) -> Outline {
    let mut outline = Outline {
        name: stages[target].name.clone(),
        description: stages[target].doc_comment.clone(),
        ..Outline::default()
    };
    let (mut args, mut secrets, mut ssh) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut seen = vec![false; stages.len()];
    let mut todo = vec![target];
    while let Some(id) = todo.pop() {
        if std::mem::replace(&mut seen[id], true) {
            continue;
        }
        let stage = &stages[id];
        let capture = &stage.outline;
        let used = capture.all_used();
        for info in used.iter().filter_map(|name| capture.info(name)) {
            if args.insert(info.key.as_str()) {
                outline.args.push(info.clone());
            }
        }
        for (needs, seen, out) in [
            (&capture.secrets, &mut secrets, &mut outline.secrets),
            (&capture.ssh, &mut ssh, &mut outline.ssh),
        ] {
            for (_, need) in &needs.list {
                if seen.insert(need.name.as_str()) {
                    out.push(need.clone());
                }
            }
        }
        // Last in, first out: the base goes before the others.
        let mut next: Vec<StageId> = stage.base.into_iter().chain(stage.deps.ids()).collect();
        next.reverse();
        todo.extend(next);
    }
    outline.args.sort_by_key(|a| line(&a.location));
    outline.secrets.sort_by_key(|n| line(&n.location));
    outline.ssh.sort_by_key(|n| line(&n.location));
    outline
}

fn line(location: &[Range]) -> i32 {
    location.first().map_or(0, |r| r.start.line)
}
