//! The command line of `fromtier policy`.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};
use fromtier_image::Platform;
use fromtier_policy::Day;

use super::init;
use crate::args::{Format, day};

#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Say what is wrong with policies, and what is odd
    ///
    /// Errors are what keeps a build from using the policy. Warnings are exceptions that have ended or soon will, rules
    /// that have no effect, ranges that no living tag is in, and images that the policy itself names and that are not
    /// to be built on.
    ///
    /// Exits with 0 when nothing is wrong, 1 when something is, 2 when a file can't be read.
    Check(Check),
    /// Hold the tables of tests beside policies against them
    ///
    /// The table of `policy.yaml` is `policy.test.yaml`, that of `.fromtier.yaml` is `.fromtier.test.yaml`. A row names
    /// a source and what is expected: `- {image: "node:22-alpine", expect: allow}`.
    ///
    /// Exits with 0 when every row holds, 1 when one doesn't, 2 when a table or a policy can't be read.
    Test(Test),
    /// Print the JSON Schema of policies, for editors
    Schema,
    /// Write a policy to begin with, each key explained
    Init(Init),
    /// Say all that the gate goes by for one image, step by step
    ///
    /// Exits with 0 when the image passes, 1 when it is refused, 2 when a file can't be read.
    Explain(Explain),
}

#[derive(Debug, clap::Args)]
pub struct Check {
    /// Policy files, and folders that they are in; otherwise the `.fromtier.yaml` or `policy.yaml` here
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// The organisation's policy, for policies that extend it: `extends: /etc/fromtier/policy.yaml`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
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

#[derive(Debug, clap::Args)]
pub struct Test {
    /// Tables, policies, and folders that they are in; otherwise the tables here
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// The organisation's policy: the tested one is a repository's, which can only tighten it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
    /// The day that the rows are asked on, in place of today and of the tables' own `today`; a row's own stays
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<Day>,
    /// How to say it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Debug, clap::Args)]
pub struct Init {
    /// The folder of the repository
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// What to begin with
    #[arg(long, value_name = "NAME", default_value = init::DEFAULT, value_parser = init::names())]
    pub template: String,
    /// Print it instead of writing a file
    #[arg(long)]
    pub print: bool,
}

#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The image, as `FROM` has it
    pub image: String,
    /// The organisation's policy; the repository's `.fromtier.yaml` can only tighten it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
    /// The lock file; otherwise the `fromtier.lock` here
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub lock: Option<PathBuf>,
    /// The stage that asks: `final` is what ships, another name a stage that does not
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
    /// The path of the Dockerfile that asks, from the top of the repository
    #[arg(long, value_name = "PATH")]
    pub file: Option<String>,
    /// The platform that is built for; otherwise this machine's
    #[arg(long, value_name = "OS/ARCH", value_parser = platform)]
    pub platform: Option<Platform>,
    /// The day that exceptions and ends of life are held against; otherwise today
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<Day>,
    /// How to say it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

fn platform(text: &str) -> Result<Platform, String> {
    Platform::parse(text).map_err(|error| error.to_string())
}
