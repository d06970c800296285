//! Syntax tree to instructions: stages, each with typed commands.

use crate::lint::Linter;
use crate::parser::Dockerfile;
use crate::span::{Range, Span};

/// What every instruction has: its text, its keyword in lower case, its place, the comments above it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Common {
    /// The trimmed source text, continuations joined (the reference's `String()`).
    pub code: String,
    pub name: String,
    pub location: Vec<Range>,
    pub comments: Vec<String>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyValue {
    pub key: String,
    pub value: String,
    pub no_delim: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgDef {
    pub key: String,
    pub value: Option<String>,
    pub doc_comment: String,
}

/// A heredoc as a file to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceContent {
    pub path: String,
    pub data: String,
    pub expand: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourcesAndDest {
    pub dest: String,
    pub sources: Vec<String>,
    pub contents: Vec<SourceContent>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineFile {
    pub name: String,
    pub data: String,
    pub chomp: bool,
}

/// A command line that may want the stage's shell in front of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShellCmd {
    pub args: Vec<String>,
    pub files: Vec<InlineFile>,
    pub prepend_shell: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Add {
    pub common: Common,
    pub files: SourcesAndDest,
    pub chown: String,
    pub chmod: String,
    pub link: bool,
    pub exclude: Vec<String>,
    pub keep_git_dir: Option<bool>,
    pub checksum: String,
    pub unpack: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copy {
    pub common: Common,
    pub files: SourcesAndDest,
    pub from: String,
    /// Where the value of `--from=` stands, for messages that point at it.
    pub from_span: Option<Span>,
    pub chown: String,
    pub chmod: String,
    pub link: bool,
    pub exclude: Vec<String>,
    pub parents: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MountType {
    #[default]
    Bind,
    Cache,
    Tmpfs,
    Secret,
    Ssh,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    Shared,
    Private,
    Locked,
}

/// One `RUN --mount`, after [`Run::expand_mounts`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mount {
    pub kind: MountType,
    pub from: String,
    pub source: String,
    pub target: String,
    pub read_only: bool,
    pub size_limit: i64,
    pub cache_id: String,
    pub sharing: Option<Sharing>,
    pub required: bool,
    /// `env=`: `Some("")` asks for the default name.
    pub env: Option<String>,
    pub mode: Option<u64>,
    pub uid: Option<u64>,
    pub gid: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub name: String,
    pub required: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    pub common: Common,
    pub cmd: ShellCmd,
    pub flags_used: Vec<String>,
    /// The `--mount` values as written; they may hold variables.
    pub mount_flags: Vec<String>,
    pub mount_spans: Vec<Span>,
    /// The mounts as far as they are known without variables (`from` is: it may hold none).
    pub mounts: Vec<Mount>,
    /// `default`, `none` or `host`; `default` when the flag is absent.
    pub network: String,
    /// `sandbox` or `insecure`; `sandbox` when the flag is absent.
    pub security: String,
    pub devices: Vec<Device>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    pub test: Vec<String>,
    /// Nanoseconds, as Go's `time.Duration`.
    pub interval: i64,
    pub timeout: i64,
    pub start_period: i64,
    pub start_interval: i64,
    pub retries: i64,
}

/// One instruction of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Add(Add),
    Arg { common: Common, args: Vec<ArgDef> },
    Cmd { common: Common, cmd: ShellCmd },
    Copy(Copy),
    Entrypoint { common: Common, cmd: ShellCmd },
    Env { common: Common, env: Vec<KeyValue> },
    Expose { common: Common, ports: Vec<String> },
    Healthcheck { common: Common, health: Health },
    Label { common: Common, labels: Vec<KeyValue> },
    Maintainer { common: Common, maintainer: String },
    Onbuild { common: Common, expression: String },
    Run(Run),
    Shell { common: Common, shell: Vec<String> },
    StopSignal { common: Common, signal: String },
    User { common: Common, user: String },
    Volume { common: Common, volumes: Vec<String> },
    Workdir { common: Common, path: String },
}

impl Command {
    pub fn common(&self) -> &Common {
        match self {
            Command::Add(c) => &c.common,
            Command::Copy(c) => &c.common,
            Command::Run(c) => &c.common,
            Command::Arg { common, .. }
            | Command::Cmd { common, .. }
            | Command::Entrypoint { common, .. }
            | Command::Env { common, .. }
            | Command::Expose { common, .. }
            | Command::Healthcheck { common, .. }
            | Command::Label { common, .. }
            | Command::Maintainer { common, .. }
            | Command::Onbuild { common, .. }
            | Command::Shell { common, .. }
            | Command::StopSignal { common, .. }
            | Command::User { common, .. }
            | Command::Volume { common, .. }
            | Command::Workdir { common, .. } => common,
        }
    }
}

/// A `FROM` and all up to the next one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stage {
    /// The name behind `AS`, lower case as the reference keeps it; empty when there is none.
    pub name: String,
    pub commands: Vec<Command>,
    /// `FROM` as written (its casing is checked by a rule).
    pub orig_cmd: String,
    pub base_name: String,
    pub base_span: Span,
    pub platform: String,
    pub doc_comment: String,
    pub source_code: String,
    pub location: Vec<Range>,
    pub comments: Vec<String>,
    pub span: Span,
}

/// A global `ARG`, before the first `FROM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalArg {
    pub common: Common,
    pub args: Vec<ArgDef>,
}

/// Stages and global arguments (the reference's `instructions.Parse`).
pub fn parse(_dockerfile: &Dockerfile, _lint: &Linter) -> crate::error::Result<(Vec<Stage>, Vec<GlobalArg>)> {
    todo!("owned by the parser helper")
}

/// One instruction, as an `ONBUILD` trigger holds it (the reference's `instructions.ParseCommand`).
pub fn parse_command(_node: &crate::parser::Node) -> crate::error::Result<Command> {
    todo!("owned by the parser helper")
}

impl Run {
    /// The mounts with variables expanded (the reference's `setMountState` with an expander).
    pub fn expand_mounts(&self, _expand: &mut dyn FnMut(&str) -> crate::error::Result<String>) -> crate::error::Result<Vec<Mount>> {
        todo!("owned by the parser helper")
    }
}
