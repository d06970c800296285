//! What the tests of the program share: folders, runs, and a registry that does as it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

pub mod registry;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder that goes away with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "fromtier-lock-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = Folder(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&folder.0).unwrap();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn has(&self, path: &str) -> bool {
        self.0.join(path).exists()
    }

    /// Runs `fromtier` in the folder, with no login stored but those in its `docker/config.json`.
    pub fn run(&self, args: &[&str]) -> Answer {
        let Output {
            status,
            stdout,
            stderr,
        } = command(&self.0, args).output().unwrap();
        Answer {
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
            code: status.code().unwrap(),
        }
    }

    #[track_caller]
    pub fn runs(&self, args: &[&str]) -> String {
        let answer = self.run(args);
        assert_eq!(
            (answer.code, answer.err.as_str()),
            (0, ""),
            "{}",
            answer.out
        );
        answer.out
    }

    #[track_caller]
    pub fn fails(&self, args: &[&str], code: i32) -> String {
        let answer = self.run(args);
        assert_eq!(answer.code, code, "{}{}", answer.out, answer.err);
        answer.out
    }
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fromtier"));
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .args(args)
        .current_dir(folder)
        .env("DOCKER_CONFIG", folder.join("docker"))
        .env("PATH", format!("{}:{path}", folder.join("bin").display()));
    command
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Debug)]
pub struct Answer {
    pub out: String,
    pub err: String,
    pub code: i32,
}

/// Says which of the parts are not in a text.
#[track_caller]
pub fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}
