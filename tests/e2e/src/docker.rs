//! A build as `docker build` and `docker buildx build` make it, on the builder that `scripts/builders.sh` brought up.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::build::{Build, scratch};
use crate::frontend::{Frontend, variable};
use crate::result::Built;

/// The kind of builder that the tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builder {
    /// A BuildKit daemon, v0.12.
    OldBuildKit,
    /// Any other BuildKit daemon.
    BuildKit,
    /// A Docker Engine that keeps images in its own store, as it does by default before Docker Engine 29.
    Engine,
    /// A Docker Engine that keeps images in containerd's store.
    EngineWithContainerd,
}

impl Builder {
    /// The builder of this run.
    ///
    /// # Panics
    /// When the tests were not started by `scripts/builders.sh`.
    pub fn here() -> Self {
        match variable("FROMTIER_BUILDER").as_str() {
            "docker" => Self::Engine,
            "docker-containerd" => Self::EngineWithContainerd,
            version if version.starts_with("v0.12.") => Self::OldBuildKit,
            _ => Self::BuildKit,
        }
    }
}

/// The way in which a build names its frontend.
#[derive(Debug, Clone, Copy)]
pub enum Choice<'a> {
    /// Not at all: the builder's own Dockerfile frontend.
    BuiltIn,
    /// A `# syntax=` line before the Dockerfile.
    SyntaxLine(&'a Frontend),
    /// The build argument `BUILDKIT_SYNTAX`.
    BuildArgument(&'a Frontend),
}

/// A Dockerfile, the files around it and the options of `docker build`.
#[derive(Debug, Clone)]
pub struct DockerBuild {
    dockerfile: String,
    build: Build,
    args: Vec<String>,
}

/// The outcome of `docker build`.
#[derive(Debug)]
pub struct DockerOutcome {
    /// Whether it succeeded.
    pub ok: bool,
    /// Everything that the client printed, standard error first.
    pub log: String,
    /// Its standard output.
    pub stdout: String,
    folder: PathBuf,
}

impl DockerBuild {
    /// A build of this Dockerfile, with no other file in its context.
    pub fn new(dockerfile: &str) -> Self {
        Self {
            dockerfile: dockerfile.to_owned(),
            build: Build::new(dockerfile),
            args: Vec::new(),
        }
    }

    /// Adds a file to the context.
    #[must_use]
    pub fn file(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.build = self.build.file(path, content);
        self
    }

    /// Adds an option of `docker build`.
    #[must_use]
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// The folder that is its context.
    pub fn folder(&self) -> &std::path::Path {
        self.build.folder()
    }

    /// Builds the image and keeps it where the builder keeps images, or as an archive.
    pub fn run(&self, choice: Choice<'_>) -> DockerOutcome {
        let folder = scratch();
        let output = match Builder::here() {
            Builder::OldBuildKit | Builder::BuildKit => {
                format!("type=oci,dest={}", folder.join("image.oci.tar").display())
            }
            Builder::Engine | Builder::EngineWithContainerd => "type=image".to_owned(),
        };
        self.run_to(choice, folder, &["--output", &output])
    }

    /// Builds the files of the image into a folder.
    pub fn files(&self, choice: Choice<'_>) -> DockerOutcome {
        let folder = scratch();
        let output = format!("type=local,dest={}", folder.join("files").display());
        self.run_to(choice, folder, &["--output", &output])
    }

    /// Asks the frontend instead of building, as `--call=check` does. buildx before 0.15 has `--print` instead, as an
    /// experiment, and names the frontend's request: `lint`.
    pub fn call(&self, choice: Choice<'_>, request: &str) -> DockerOutcome {
        if client_version() >= (0, 15) {
            return self.run_to(choice, scratch(), &[&format!("--call={request}")]);
        }
        let request = request.replace("check", "lint");
        self.run_to(choice, scratch(), &[&format!("--print={request}")])
    }

    fn run_to(&self, choice: Choice<'_>, folder: PathBuf, args: &[&str]) -> DockerOutcome {
        let mut command = Command::new("docker");
        match Builder::here() {
            Builder::OldBuildKit | Builder::BuildKit => {
                command.args(["buildx", "build", "--builder", "fromtier"])
            }
            Builder::Engine | Builder::EngineWithContainerd => {
                command.args(["build", "--network", "host"])
            }
        };
        command.env("BUILDX_EXPERIMENTAL", "1");
        command.arg("--progress=plain").arg("--metadata-file");
        command.arg(folder.join("metadata.json")).args(args);
        let mut text = self.dockerfile.clone();
        match choice {
            Choice::BuiltIn => {}
            Choice::SyntaxLine(frontend) => text = format!("# syntax={}\n{text}", frontend.name()),
            Choice::BuildArgument(frontend) => {
                let argument = format!("BUILDKIT_SYNTAX={}", frontend.name());
                command.arg("--build-arg").arg(argument);
            }
        }
        if let Err(error) = fs::write(self.folder().join("Dockerfile"), text) {
            panic!("{}: {error}", self.folder().display());
        }
        command.args(&self.args).arg(self.folder());
        match command.output() {
            Ok(output) => DockerOutcome {
                ok: output.status.success(),
                log: format!(
                    "{}{}",
                    String::from_utf8_lossy(&output.stderr),
                    String::from_utf8_lossy(&output.stdout)
                ),
                stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                folder,
            },
            Err(error) => panic!("docker does not start: {error}"),
        }
    }
}

impl DockerOutcome {
    /// The image's digest as the client reports it. The Docker Engine's own store reports the image ID.
    ///
    /// # Panics
    /// When the build failed.
    #[track_caller]
    pub fn digest(&self) -> String {
        assert!(self.ok, "the build failed:\n{}", self.log);
        let metadata: Value = fs::read(self.folder.join("metadata.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        match metadata["containerimage.digest"].as_str() {
            Some(digest) => digest.to_owned(),
            None => panic!("no digest in {metadata}:\n{}", self.log),
        }
    }

    /// The image, of a builder that makes an archive of it.
    ///
    /// # Panics
    /// When the build failed.
    #[track_caller]
    pub fn image(&self) -> Built {
        assert!(self.ok, "the build failed:\n{}", self.log);
        Built::read(&self.folder.join("image.oci.tar"))
    }

    /// The text of a file that [`DockerBuild::files`] built.
    ///
    /// # Panics
    /// When the build failed, or there is no such file.
    #[track_caller]
    pub fn text(&self, path: &str) -> String {
        assert!(self.ok, "the build failed:\n{}", self.log);
        let path = self.folder.join("files").join(path);
        match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }

    /// The client's output, if the build was meant to fail.
    ///
    /// # Panics
    /// When it succeeded.
    #[track_caller]
    pub fn failure(&self) -> &str {
        assert!(!self.ok, "the build was meant to fail:\n{}", self.log);
        &self.log
    }
}

/// The version of buildx that builds, such as `(0, 36)`.
///
/// # Panics
/// When it can't be asked, or answers something else.
pub fn client_version() -> (u32, u32) {
    let output = match Command::new("docker").args(["buildx", "version"]).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => panic!("docker does not start: {error}"),
    };
    let word = output.split(' ').nth(1).unwrap_or_default();
    let mut numbers = word.trim_start_matches('v').split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
        _ => panic!("not a version of buildx: {output}"),
    }
}
