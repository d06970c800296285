//! The arguments of `fromtier lock`.

use std::path::PathBuf;

use fromtier_image::Platform;

use crate::files::SearchArgs;
use crate::values::{self, BuildArgs, FormatArg, LockArg, PolicyArg};

#[derive(Debug, Default, clap::Args)]
pub struct LockArgs {
    /// Dockerfiles, and directories to search for Dockerfiles [default: .]
    pub paths: Vec<PathBuf>,
    /// Write nothing, report each line that isn't correct, and exit with 1 if there is one
    #[arg(long)]
    pub check: bool,
    /// With --check: query no registry, only compare the lock file with the Dockerfiles
    #[arg(long, requires = "check")]
    pub offline: bool,
    /// Look up locked images again: this image (repeatable), or all
    #[arg(
        long,
        value_name = "IMAGE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with = "check"
    )]
    pub update: Vec<String>,
    /// Keep lines that no Dockerfile uses
    #[arg(long)]
    pub keep: bool,
    /// Lock this image too, which no Dockerfile names, such as that of a named context (repeatable)
    #[arg(long = "image", value_name = "IMAGE")]
    pub images: Vec<String>,
    #[command(flatten)]
    pub search: SearchArgs,
    #[command(flatten)]
    pub policy: PolicyArg,
    #[command(flatten)]
    pub lock: LockArg,
    #[command(flatten)]
    pub build_args: BuildArgs,
    /// Platforms to build for instead of this machine's
    #[arg(long, value_name = "PLATFORM", value_delimiter = ',', value_parser = normalized_platform)]
    pub platform: Vec<Platform>,
    /// Directory with `hosts.toml` or certificates for each registry [default: those of containerd, Docker, and Podman]
    #[arg(long, value_name = "DIR")]
    pub hosts_dir: Option<PathBuf>,
    #[command(flatten)]
    pub format: FormatArg,
}

impl LockArgs {
    /// Whether all locked images are looked up again.
    pub fn update_all(&self) -> bool {
        self.update.iter().any(String::is_empty)
    }

    /// The arguments for a run with the same files, policy, and images, each behind a space, as a shell takes them.
    pub fn repeated(&self) -> String {
        let path = |path: &PathBuf| path.display().to_string();
        let build_arg = |(name, value): &(String, String)| format!("{name}={value}");
        let mut options: Vec<(&str, String)> = Vec::new();
        let mut add = |name, values: Vec<String>| {
            options.extend(values.into_iter().map(|value| (name, value)));
        };
        add("", self.paths.iter().map(path).collect());
        add("--include", self.search.include.clone());
        add("--exclude", self.search.exclude.clone());
        add("--policy", self.policy.policy.iter().map(path).collect());
        add("--lock", self.lock.lock.iter().map(path).collect());
        let build_args = self.build_args.build_args.iter();
        add("--build-arg", build_args.map(build_arg).collect());
        let platforms = self.platform.iter().map(Platform::format);
        add("--platform", platforms.collect());
        add("--image", self.images.clone());
        add("--hosts-dir", self.hosts_dir.iter().map(path).collect());
        let mut out = String::new();
        for (name, value) in options {
            if !name.is_empty() {
                out.push_str(&format!(" {name}"));
            }
            out.push_str(&format!(" {}", shell_word(&value)));
        }
        if self.keep {
            out.push_str(" --keep");
        }
        out
    }
}

/// A text as one word of a shell's command line.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn normalized_platform(text: &str) -> Result<Platform, String> {
    values::platform(text).map(Platform::normalize)
}
