//! The arguments of `fromtier lock`.

use std::path::PathBuf;

use fromtier_image::Platform;

use crate::values::{self, BuildArgs, FormatArg, LockArg, PolicyArg};

#[derive(Debug, Default, clap::Args)]
pub struct LockArgs {
    /// Dockerfiles, and folders to look for Dockerfiles in; the folder that it is called in when there are none
    pub paths: Vec<PathBuf>,
    /// Write nothing; say what is missing, not used, moved or gone, and exit with 1 if anything is
    #[arg(long)]
    pub check: bool,
    /// With --check: ask no registry, only hold the lock against the Dockerfiles
    #[arg(long, requires = "check")]
    pub offline: bool,
    /// Lock anew what is locked already: this image (may be given again), or all
    #[arg(
        long,
        value_name = "IMAGE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with = "check"
    )]
    pub update: Vec<String>,
    /// Keep the lines that nothing names any more
    #[arg(long)]
    pub keep: bool,
    /// Lock this as well: what no Dockerfile names, such as the image of a named context (may be given again)
    #[arg(long = "image", value_name = "IMAGE")]
    pub images: Vec<String>,
    #[command(flatten)]
    pub policy: PolicyArg,
    #[command(flatten)]
    pub lock: LockArg,
    #[command(flatten)]
    pub build_args: BuildArgs,
    /// The platforms to build for; otherwise this machine's
    #[arg(long, value_name = "PLATFORM", value_delimiter = ',', value_parser = normalized_platform)]
    pub platform: Vec<Platform>,
    #[command(flatten)]
    pub format: FormatArg,
}

impl LockArgs {
    /// Is every line to be locked anew?
    pub fn update_all(&self) -> bool {
        self.update.iter().any(String::is_empty)
    }
}

fn normalized_platform(text: &str) -> Result<Platform, String> {
    values::platform(text).map(Platform::normalize)
}
