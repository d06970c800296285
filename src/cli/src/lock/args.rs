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
}

fn normalized_platform(text: &str) -> Result<Platform, String> {
    values::platform(text).map(Platform::normalize)
}
