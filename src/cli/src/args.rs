//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::files::SearchArgs;
use crate::lock::args::LockArgs;
use crate::policy::args::PolicyCommand;
use crate::values::{BuildArgs, Format, FormatArg, LockArg, PolicyArg, TodayArg};

/// Check the images and other sources of Dockerfiles against a policy
#[derive(Debug, Parser)]
#[command(name = "fromtier", version, about, arg_required_else_help = true)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the images and other sources of Dockerfiles against the policy
    ///
    /// Exits with 0 if nothing is refused, 1 if something is or a file isn't a valid Dockerfile (with --deny-warnings: or there
    /// is a warning or an unknown reference), and 2 if a path, a policy, or a lock file can't be read.
    Check(CheckArgs),
    /// Write `fromtier.lock`, the digest of each image that Dockerfiles use
    ///
    /// Exits with 0 if every image is locked, 1 if an image can't be locked (with --check: isn't), and 2 if a registry
    /// doesn't answer or a file can't be read.
    Lock(LockArgs),
    /// Print the pages of codes such as FT101, or list all codes
    ///
    /// Exits with 0, or with 2 if there is no such code.
    Explain {
        /// Codes, as in `error[FT101]`
        #[arg(value_name = "CODE")]
        codes: Vec<String>,
    },
    /// Check, test, write, and explain policies
    #[command(subcommand)]
    Policy(PolicyCommand),
}

impl Command {
    /// The format of its output.
    pub fn format(&self) -> Format {
        match self {
            Command::Check(args) => args.format.format,
            Command::Lock(args) => args.format.format,
            Command::Explain { .. } => Format::Human,
            Command::Policy(policy) => policy.format(),
        }
    }
}

#[derive(Debug, Default, clap::Args)]
pub struct CheckArgs {
    /// Dockerfiles, and directories to search for Dockerfiles
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub search: SearchArgs,
    #[command(flatten)]
    pub policy: PolicyArg,
    #[command(flatten)]
    pub lock: LockArg,
    #[command(flatten)]
    pub build_args: BuildArgs,
    /// Check only what this stage needs instead of all stages
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    #[command(flatten)]
    pub today: TodayArg,
    #[command(flatten)]
    pub format: FormatArg,
    /// Exit with 1 for warnings too
    #[arg(long)]
    pub deny_warnings: bool,
}
