//! The command line of `fromtier policy`.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};
use fromtier_image::Platform;
use fromtier_policy::Day;

use super::init::PolicyInitArgs;
use crate::values::{Format, FormatArg, LockArg, PolicyArg, TodayArg, day, platform};

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check policies for errors and questionable rules
    ///
    /// An error keeps a build from using the policy. A warning is about an exception that has ended or ends soon, a rule
    /// without effect, a range that no supported tag satisfies, or an image that the policy names and that should not be
    /// used.
    ///
    /// Exits with 0 if there are no errors, 1 if there are (with --deny-warnings: or warnings), and 2 if a file can't be read.
    Check(PolicyCheckArgs),
    /// Compare policies with their tables of expected verdicts
    ///
    /// The table of `policy.yaml` is `policy.test.yaml`, that of `.fromtier.yaml` is `.fromtier.test.yaml`. A row names
    /// a source and the expected verdict: `- {image: "node:22-alpine", expect: allow}`.
    ///
    /// Exits with 0 if every row passes, 1 if one fails, and 2 if a table or a policy can't be read.
    Test(PolicyTestArgs),
    /// Print the JSON Schema for policies, for editors
    Schema,
    /// Write a policy to start from, with each key explained
    Init(PolicyInitArgs),
    /// Show every step of the gate's decision about an image
    ///
    /// Exits with 0 if the image passes, 1 if it is refused, and 2 if a file can't be read.
    Explain(PolicyExplainArgs),
}

impl PolicyCommand {
    /// The format of its output.
    pub fn format(&self) -> Format {
        match self {
            PolicyCommand::Check(args) => args.format.format,
            PolicyCommand::Test(args) => args.format.format,
            PolicyCommand::Explain(args) => args.format.format,
            PolicyCommand::Schema => Format::Json,
            PolicyCommand::Init(_) => Format::Human,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct PolicyCheckArgs {
    /// Policy files, and directories with policies, instead of the `.fromtier.yaml` or `policy.yaml` here
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// The organization's policy, for policies that extend it: `extends: /etc/fromtier/policy.yaml`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
    #[command(flatten)]
    pub today: TodayArg,
    #[command(flatten)]
    pub format: FormatArg,
    /// Exit with 1 for warnings too
    #[arg(long)]
    pub deny_warnings: bool,
}

#[derive(Debug, clap::Args)]
pub struct PolicyTestArgs {
    /// Tables, policies, and directories with them, instead of the tables here
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// The organization's policy, which the tested policy can only tighten
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
    /// Evaluate the rows as of this day instead of today or the table's `today`; a row's own day stays
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<Day>,
    #[command(flatten)]
    pub format: FormatArg,
}

#[derive(Debug, clap::Args)]
pub struct PolicyExplainArgs {
    /// Image, as in `FROM`
    pub image: String,
    #[command(flatten)]
    pub policy: PolicyArg,
    #[command(flatten)]
    pub lock: LockArg,
    /// Stage that uses the image: `final` is what ships, another name is a stage that doesn't
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
    /// Path of the Dockerfile that uses the image, from the top of the repository
    #[arg(long, value_name = "PATH")]
    pub file: Option<String>,
    /// Platform to build for instead of this machine's
    #[arg(long, value_name = "OS/ARCH", value_parser = platform)]
    pub platform: Option<Platform>,
    #[command(flatten)]
    pub today: TodayArg,
    #[command(flatten)]
    pub format: FormatArg,
}
