//! One build, as `buildctl build` makes it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::frontend::{Frontend, variable};
use crate::result::Built;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A Dockerfile, the files around it and the options of its build.
#[derive(Debug, Clone)]
pub struct Build {
    folder: PathBuf,
    args: Vec<String>,
    /// Whether the Dockerfile's own `# syntax=` is followed, as `docker build` does, instead of naming the frontend.
    by_syntax: bool,
}

/// The outcome of a build.
#[derive(Debug)]
pub struct Outcome {
    /// Whether it went through.
    pub ok: bool,
    /// Everything that `buildctl` printed.
    pub log: String,
    /// Where the image is, if one was made.
    archive: PathBuf,
    metadata: PathBuf,
}

impl Build {
    /// A build of this Dockerfile, with no other file in its context.
    pub fn new(dockerfile: &str) -> Self {
        let folder = scratch();
        let build = Self {
            folder,
            args: Vec::new(),
            by_syntax: false,
        };
        build.file("Dockerfile", dockerfile)
    }

    /// A build in a copy of a folder, each text in it as `change` makes it. Its Dockerfile is the one of that name, or
    /// the one that the option `filename` names.
    pub fn of_folder(folder: &Path, change: impl Fn(&str) -> String) -> Self {
        let build = Self {
            folder: scratch(),
            args: Vec::new(),
            by_syntax: false,
        };
        let mut folders = vec![folder.to_owned()];
        while let Some(at) = folders.pop() {
            let entries = match fs::read_dir(&at) {
                Ok(entries) => entries,
                Err(error) => panic!("{}: {error}", at.display()),
            };
            for path in entries.flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                match (fs::read_to_string(&path), path.strip_prefix(folder)) {
                    (Ok(text), Ok(name)) => {
                        write(&build.folder.join(name), change(&text).as_bytes(), 0o644);
                    }
                    (text, _) => panic!("{}: {text:?}", path.display()),
                }
            }
        }
        build
    }

    /// Adds a file to the context.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.file_with_mode(path, content, 0o644)
    }

    /// Adds a file with a mode of its own to the context.
    #[must_use]
    pub fn file_with_mode(self, path: &str, content: impl AsRef<[u8]>, mode: u32) -> Self {
        write(&self.folder.join(path), content.as_ref(), mode);
        self
    }

    /// Adds a symbolic link to the context.
    #[must_use]
    pub fn link(self, path: &str, to: &str) -> Self {
        let at = self.folder.join(path);
        if let Err(error) = std::os::unix::fs::symlink(to, &at) {
            panic!("{}: {error}", at.display());
        }
        self
    }

    /// Adds a frontend option, such as `build-arg:A=1`.
    #[must_use]
    pub fn opt(self, option: &str) -> Self {
        self.arg("--opt").arg(option)
    }

    /// Adds an argument of `buildctl build`.
    #[must_use]
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// Makes the daemon's built-in frontend read the Dockerfile's `# syntax=` line, as it is with `docker build`.
    #[must_use]
    pub fn by_syntax(mut self) -> Self {
        self.by_syntax = true;
        self
    }

    /// The folder that is its context.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs it with a frontend.
    pub fn run(&self, frontend: &Frontend) -> Outcome {
        self.run_showing(frontend, "plain")
    }

    /// Runs it and gives the warnings that reach the client, each with its place in the source.
    pub fn warnings(&self, frontend: &Frontend) -> Vec<serde_json::Value> {
        let outcome = self.run_showing(frontend, "rawjson");
        assert!(outcome.ok, "the build failed:\n{}", outcome.log);
        let mut warnings = Vec::new();
        for line in outcome.log.lines() {
            let status: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
            for warning in status["warnings"].as_array().into_iter().flatten() {
                let text = decoded(warning["short"].as_str().unwrap_or(""));
                let detail = warning["detail"].as_array().into_iter().flatten();
                let detail: Vec<_> = detail
                    .filter_map(|line| line.as_str())
                    .map(decoded)
                    .collect();
                let warning = serde_json::json!({
                    "short": text,
                    "detail": detail,
                    "url": warning["url"],
                    "level": warning["level"],
                    "range": warning["range"],
                    "file": warning["sourceInfo"]["filename"],
                    "source": warning["sourceInfo"]["data"],
                    "language": warning["sourceInfo"]["language"],
                });
                warnings.push(warning);
            }
        }
        warnings
    }

    fn run_showing(&self, frontend: &Frontend, progress: &str) -> Outcome {
        let out = scratch();
        let (archive, metadata) = (out.join("image.oci.tar"), out.join("metadata.json"));
        let mut command = Command::new("buildctl");
        command.arg("build").arg(format!("--progress={progress}"));
        if self.by_syntax {
            command.args(["--frontend", "dockerfile.v0"]);
        } else {
            command.args(["--frontend", "gateway.v0", "--opt"]);
            command.arg(format!("source={}", frontend.name()));
        }
        for name in ["context", "dockerfile"] {
            command.arg("--local");
            command.arg(format!("{name}={}", self.folder.display()));
        }
        command.args(&self.args);
        command.arg("--output");
        command.arg(format!("type=oci,dest={}", archive.display()));
        command.arg("--metadata-file").arg(&metadata);
        match command.output() {
            Ok(output) => Outcome {
                ok: output.status.success(),
                log: format!(
                    "{}{}",
                    String::from_utf8_lossy(&output.stderr),
                    String::from_utf8_lossy(&output.stdout)
                ),
                archive,
                metadata,
            },
            Err(error) => panic!("buildctl does not start: {error}"),
        }
    }
}

impl Outcome {
    /// The image, when the build was meant to make one.
    #[track_caller]
    pub fn image(&self) -> Built {
        assert!(self.ok, "the build failed:\n{}", self.log);
        Built::read(&self.archive)
    }

    /// The text of the failure, from the source's excerpt on.
    #[track_caller]
    pub fn failure(&self) -> String {
        assert!(!self.ok, "the build was meant to fail:\n{}", self.log);
        let lines: Vec<&str> = self.log.lines().collect();
        let start = match lines.iter().rposition(|line| *line == "------") {
            Some(rule) => rule + 1,
            None => lines
                .iter()
                .position(|line| line.starts_with("Dockerfile") || line.starts_with("error:"))
                .unwrap_or(0),
        };
        lines[start..].join("\n")
    }

    /// The result's metadata that the daemon sent to the client, by key.
    pub fn metadata(&self) -> serde_json::Value {
        fs::read(&self.metadata)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }
}

/// A new folder that goes with the daemon.
pub(crate) fn scratch() -> PathBuf {
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(variable("FROMTIER_RUN"))
        .join("e2e")
        .join(format!("{}-{number}", std::process::id()));
    if let Err(error) = fs::create_dir_all(&folder) {
        panic!("{}: {error}", folder.display());
    }
    folder
}

fn write(path: &Path, content: &[u8], mode: u32) {
    let result = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, content))
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(mode)));
    if let Err(error) = result {
        panic!("{}: {error}", path.display());
    }
}

/// Base 64, as JSON carries bytes; what isn't base 64 stays as it is.
fn decoded(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::new());
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let Some(value) = ALPHABET.iter().position(|known| *known == letter) else {
            return text.to_owned();
        };
        bits = bits << 6 | u32::try_from(value).unwrap_or(0);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
