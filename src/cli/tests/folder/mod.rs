//! A folder with files, and the program run in it.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder that goes away with the test.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "fromtier-cli-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = Folder(std::env::temp_dir().join(name));
        // As the root of a repository: nothing above it is looked at.
        std::fs::create_dir_all(folder.0.join(".git")).unwrap();
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
        Answer::new(self.command(args).output().unwrap())
    }

    /// Runs `fromtier` with 2 GB of memory and 10 seconds, for input that may never end. The exit code is 124 after that.
    pub fn run_limited(&self, args: &[&str]) -> Answer {
        let mut command = Command::new("sh");
        let limited = "ulimit -v 2000000; exec timeout 10 \"$0\" \"$@\"";
        command.args(["-c", limited, env!("CARGO_BIN_EXE_fromtier")]);
        command.args(args).current_dir(&self.0).env("NO_COLOR", "1");
        Answer::new(command.output().unwrap())
    }

    /// Runs `fromtier` with colors.
    pub fn run_colored(&self, args: &[&str]) -> Answer {
        let mut command = self.command(args);
        command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
        Answer::new(command.output().unwrap())
    }

    /// Creates a link in the folder.
    pub fn link(&self, path: &str, target: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }

    /// Creates a named pipe in the folder.
    pub fn pipe(&self, path: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
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

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fromtier"));
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .args(args)
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env("DOCKER_CONFIG", self.0.join("docker"))
            .env("PATH", format!("{}:{path}", self.0.join("bin").display()));
        command
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Answer {
    fn new(output: Output) -> Answer {
        Answer {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }
}

/// The output of the program.
#[derive(Debug)]
pub struct Answer {
    pub out: String,
    pub err: String,
    pub code: i32,
}
