//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use fromtier_policy::Day;

/// Checks the images and other sources of Dockerfiles against a policy.
#[derive(Debug, Parser)]
#[command(name = "fromtier", version, about, arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what the policy says of every image and other source in Dockerfiles
    ///
    /// Exits with 0 when nothing is refused, 1 when something is, 2 when a path, a policy or a lock file can't be read.
    Check(Check),
    /// Write `fromtier.lock`: which digest each image of the Dockerfiles stands for, as the registries say
    ///
    /// Exits with 0 when all is locked, 1 when something can't be (or, with --check, isn't), 2 when that can't be found out.
    Lock(crate::lock::args::Lock),
    /// Explain a code such as FT101; without one, list them all
    Explain {
        /// The code, as in `error[FT101]`
        code: Option<String>,
    },
    /// Check, test, begin and explain policies
    #[command(subcommand)]
    Policy(crate::policy::args::Policy),
}

#[derive(Debug, Default, clap::Args)]
pub struct Check {
    /// Dockerfiles, and folders to look for Dockerfiles in
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The organisation's policy; the repository's `.fromtier.yaml` can only tighten it
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The lock file; otherwise the `fromtier.lock` next to the Dockerfile
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// A build argument, as in `docker build`
    #[arg(long = "build-arg", value_name = "NAME=VALUE", value_parser = pair)]
    pub build_args: Vec<(String, String)>,
    /// Check only what this stage needs; otherwise all stages
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// The day that exceptions and ends of life are held against; otherwise today
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<Day>,
    /// How to say it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Exit with 1 for warnings as well
    #[arg(long)]
    pub deny_warnings: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people: each finding with its line
    #[default]
    Human,
    /// For programs: every source with its verdict
    Json,
}

pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".into()),
    }
}

/// A day on the command line.
pub fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "expected a day, such as 2026-11-24".into())
}
