//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::lock::args::LockArgs;
use crate::policy::args::PolicyCommand;
use crate::values::{BuildArgs, FormatArg, LockArg, PolicyArg, TodayArg};

/// Checks the images and other sources of Dockerfiles against a policy.
#[derive(Debug, Parser)]
#[command(name = "fromtier", version, about, arg_required_else_help = true)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what the policy says of every image and other source in Dockerfiles
    ///
    /// Exits with 0 when nothing is refused, 1 when something is, 2 when a path, a policy or a lock file can't be read.
    Check(CheckArgs),
    /// Write `fromtier.lock`: which digest each image of the Dockerfiles stands for, as the registries say
    ///
    /// Exits with 0 when all is locked, 1 when something can't be (or, with --check, isn't), 2 when that can't be found out.
    Lock(LockArgs),
    /// Explain a code such as FT101; without one, list them all
    Explain {
        /// The code, as in `error[FT101]`
        code: Option<String>,
    },
    /// Check, test, begin and explain policies
    #[command(subcommand)]
    Policy(PolicyCommand),
}

#[derive(Debug, Default, clap::Args)]
pub struct CheckArgs {
    /// Dockerfiles, and folders to look for Dockerfiles in
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub policy: PolicyArg,
    #[command(flatten)]
    pub lock: LockArg,
    #[command(flatten)]
    pub build_args: BuildArgs,
    /// Check only what this stage needs; otherwise all stages
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    #[command(flatten)]
    pub today: TodayArg,
    #[command(flatten)]
    pub format: FormatArg,
    /// Exit with 1 for warnings as well
    #[arg(long)]
    pub deny_warnings: bool,
}
