//! Scenes: files, a registry, and commands that are run among them.
//!
//! ```text
//! # A description of the scene.
//! put library/node:24 1
//! $ lock --check
//! $ cat fromtier.lock
//! -- Dockerfile --
//! FROM node:24
//! ```
//!
//! Lines before the first file are commands (`$ …`: arguments of `fromtier`, or `cat FILE`) and what
//! happens to the registry, in their order: `put NAME SALT [TRIGGER]`, `remove REPOSITORY REFERENCE`, `tamper REPOSITORY TAG`,
//! `login basic|anonymous|password`, `fail STATUS…`. In all texts, `{registry}` is the registry's name and
//! `{NAME SALT}` the digest of what was put so. The files are there from the start.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use fromtier_policy::Day;

use super::support::Folder;
use super::support::registry::{Auth, Registry};

/// A scene as it is written.
pub struct Scene {
    steps: Vec<String>,
    files: Vec<(String, String)>,
}

impl Scene {
    pub fn read(file: &Path) -> Scene {
        let text = std::fs::read_to_string(file).unwrap();
        let mut scene = Scene {
            steps: Vec::new(),
            files: Vec::new(),
        };
        for line in text.split_inclusive('\n') {
            let title = line
                .strip_prefix("-- ")
                .and_then(|l| l.trim_end().strip_suffix(" --"));
            match (title, scene.files.last_mut()) {
                (Some(path), _) => scene.files.push((path.to_owned(), String::new())),
                (None, Some((_, text))) => text.push_str(line),
                (None, None) if line.starts_with('#') || line.trim().is_empty() => {}
                (None, None) => scene.steps.push(line.trim_end().to_owned()),
            }
        }
        scene
    }

    /// The output of its commands.
    pub fn play(&self) -> String {
        let mut stage = Stage {
            registry: Registry::start(),
            folder: Folder::new(&[]),
            digests: BTreeMap::new(),
            printed: String::new(),
        };
        // Digests are known before files that name them are written.
        let is_put = |step: &&String| step.starts_with("put ");
        for step in self.steps.iter().take_while(is_put) {
            stage.step(step);
        }
        for (path, text) in &self.files {
            let text = stage.filled(text);
            stage.folder.write(path, &text);
        }
        for step in self.steps.iter().skip_while(is_put) {
            stage.step(step);
        }
        stage.printed
    }
}

struct Stage {
    registry: Registry,
    folder: Folder,
    /// By `NAME SALT`.
    digests: BTreeMap<String, String>,
    printed: String,
}

impl Stage {
    fn step(&mut self, step: &str) {
        let step = self.filled(step);
        if let Some(command) = step.strip_prefix('$') {
            return self.command(command.trim_start());
        }
        let words: Vec<&str> = step.split(' ').collect();
        match words.as_slice() {
            ["put", name, salt, trigger @ ..] => {
                let trigger = trigger.join(" ");
                let triggers = [trigger.as_str()];
                let triggers = if trigger.is_empty() {
                    &[][..]
                } else {
                    &triggers
                };
                let digest = self.registry.put(name, salt, triggers);
                self.digests.insert(format!("{name} {salt}"), digest);
            }
            ["remove", repository, reference] => self.registry.remove(repository, reference),
            ["tamper", repository, tag] => self.registry.tamper(repository, tag),
            ["login", "basic"] => self.registry.login(Auth::Basic("dTpw")),
            ["login", "anonymous"] => self.registry.login(Auth::Anonymous),
            ["login", "password"] => self.registry.login(Auth::Password("dTpw")),
            ["fail", statuses @ ..] => {
                let statuses: Vec<u16> = statuses.iter().map(|s| s.parse().unwrap()).collect();
                self.registry.fail(&statuses);
            }
            _ => panic!("no such step: {step}"),
        }
    }

    fn command(&mut self, command: &str) {
        let shown = self.scrubbed(command);
        if let Some(path) = command.strip_prefix("cat ") {
            let text = without_today(&self.scrubbed(&self.folder.read(path)));
            self.printed
                .push_str(&format!("$ cat {shown}\n{text}", shown = &shown[4..]));
            return;
        }
        let answer = self.folder.run(&arguments(command));
        let (mut out, err) = (self.scrubbed(&answer.out), self.scrubbed(&answer.err));
        if command.starts_with("lock") {
            out = without_today(&out);
        }
        self.printed.push_str(&format!("$ fromtier {shown}\n{out}"));
        if !err.is_empty() {
            self.printed.push_str(&format!("[stderr]\n{err}"));
        }
        self.printed
            .push_str(&format!("[exit {}]\n\n", answer.code));
    }

    fn filled(&self, text: &str) -> String {
        let mut text = text.replace("{registry}", &self.registry.name());
        for (name, digest) in &self.digests {
            text = text.replace(&format!("{{{name}}}"), digest);
        }
        text
    }

    /// Without what is different from run to run.
    fn scrubbed(&self, text: &str) -> String {
        text.replace(&self.registry.name(), "localhost:PORT")
            .replace(self.folder.0.to_str().unwrap(), "FOLDER")
    }
}

/// A lock file has the day of each line, and `lock` has no option for another day.
#[expect(
    clippy::disallowed_methods,
    reason = "a lock has the day of its making in it"
)]
fn without_today(text: &str) -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    text.replace(&Day::from_unix_seconds(seconds).to_string(), "TODAY")
}

/// Words of a command line; `'…'` is one word.
fn arguments(command: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for (index, part) in command.split('\'').enumerate() {
        match index % 2 {
            0 => out.extend(part.split_whitespace()),
            _ => out.push(part),
        }
    }
    out
}
