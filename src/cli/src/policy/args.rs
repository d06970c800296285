//! The command line of `fromtier policy`.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};
use fromtier_image::Platform;
use fromtier_policy::Day;

use super::init::PolicyInitArgs;
use crate::values::{FormatArg, LockArg, PolicyArg, TodayArg, day, platform};

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Say what is wrong with policies, and what is odd
    ///
    /// Errors are what keeps a build from using the policy. Warnings are exceptions that have ended or soon will, rules
    /// that have no effect, ranges that no living tag is in, and images that the policy itself names and that are not
    /// to be built on.
    ///
    /// Exits with 0 when nothing is wrong, 1 when something is, 2 when a file can't be read.
    Check(PolicyCheckArgs),
    /// Hold the tables of tests beside policies against them
    ///
    /// The table of `policy.yaml` is `policy.test.yaml`, that of `.fromtier.yaml` is `.fromtier.test.yaml`. A row names
    /// a source and what is expected: `- {image: "node:22-alpine", expect: allow}`.
    ///
    /// Exits with 0 when every row holds, 1 when one doesn't, 2 when a table or a policy can't be read.
    Test(PolicyTestArgs),
    /// Print the JSON Schema of policies, for editors
    Schema,
    /// Write a policy to begin with, each key explained
    Init(PolicyInitArgs),
    /// Say all that the gate goes by for one image, step by step
    ///
    /// Exits with 0 when the image passes, 1 when it is refused, 2 when a file can't be read.
    Explain(PolicyExplainArgs),
}

#[derive(Debug, clap::Args)]
pub struct PolicyCheckArgs {
    /// Policy files, and folders that they are in; otherwise the `.fromtier.yaml` or `policy.yaml` here
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// The organisation's policy, for policies that extend it: `extends: /etc/fromtier/policy.yaml`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
    #[command(flatten)]
    pub today: TodayArg,
    #[command(flatten)]
    pub format: FormatArg,
    /// Exit with 1 for warnings as well
    #[arg(long)]
    pub deny_warnings: bool,
}

#[derive(Debug, clap::Args)]
pub struct PolicyTestArgs {
    /// Tables, policies, and folders that they are in; otherwise the tables here
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// The organisation's policy: the tested one is a repository's, which can only tighten it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
    /// The day that the rows are asked on, in place of today and of the tables' own `today`; a row's own stays
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<Day>,
    #[command(flatten)]
    pub format: FormatArg,
}

#[derive(Debug, clap::Args)]
pub struct PolicyExplainArgs {
    /// The image, as `FROM` has it
    pub image: String,
    #[command(flatten)]
    pub policy: PolicyArg,
    #[command(flatten)]
    pub lock: LockArg,
    /// The stage that asks: `final` is what ships, another name a stage that does not
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
    /// The path of the Dockerfile that asks, from the top of the repository
    #[arg(long, value_name = "PATH")]
    pub file: Option<String>,
    /// The platform that is built for; otherwise this machine's
    #[arg(long, value_name = "OS/ARCH", value_parser = platform)]
    pub platform: Option<Platform>,
    #[command(flatten)]
    pub today: TodayArg,
    #[command(flatten)]
    pub format: FormatArg,
}
