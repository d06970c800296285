//! The values of options, and the options that several commands share.

use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};
use fromtier_image::Platform;
use fromtier_policy::Day;

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people: each finding with its line
    #[default]
    Human,
    /// For programs: one JSON document
    Json,
}

/// `--format`
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct FormatArg {
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `--policy`
#[derive(Debug, Clone, Default, clap::Args)]
pub struct PolicyArg {
    /// The organization's policy; the repository's `.fromtier.yaml` can only tighten it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
}

/// `--lock`
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LockArg {
    /// Lock file to use instead of the `fromtier.lock` next to the Dockerfile
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub lock: Option<PathBuf>,
}

/// `--today`
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct TodayArg {
    /// Evaluate exceptions and end-of-life dates as of this day instead of today
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<Day>,
}

/// `--build-arg`
#[derive(Debug, Clone, Default, clap::Args)]
pub struct BuildArgs {
    /// Build argument, as in `docker build` (repeatable)
    #[arg(long = "build-arg", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub build_args: Vec<(String, String)>,
}

/// Parses a day on the command line.
///
/// # Errors
/// The text is not a day.
pub fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "expected a day, such as 2026-11-24".into())
}

/// Parses a platform, as written.
///
/// # Errors
/// The text is not a platform.
pub fn platform(text: &str) -> Result<Platform, String> {
    Platform::parse(text).map_err(|error| error.to_string())
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".into()),
    }
}
