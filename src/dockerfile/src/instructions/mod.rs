//! Turns the syntax tree into instructions: stages, each with typed commands.

mod add;
mod arg;
mod cmd;
mod comment;
mod copy;
mod entrypoint;
mod env;
mod expose;
mod flags;
mod from;
mod healthcheck;
mod key_value;
mod label;
mod maintainer;
mod onbuild;
mod request;
mod run;
mod run_device;
mod run_mount;
mod run_network;
mod run_security;
mod shell;
mod shell_cmd;
mod size;
mod sources;
mod stopsignal;
mod user;
mod volume;
mod workdir;

#[cfg(test)]
mod tests;

pub use add::Add;
pub use arg::{ArgDef, GlobalArg};
pub use copy::Copy;
pub use from::Stage;
use fromtier_gostd::strings::to_lower;
pub use healthcheck::Health;
pub use key_value::KeyValue;
pub use run::Run;
pub use run_device::Device;
pub use run_mount::{Mount, MountType, Sharing};
pub use shell_cmd::{InlineFile, ShellCmd};
pub use sources::{SourceContent, SourcesAndDest};

use self::request::Request;
use crate::error::{Error, Result};
use crate::lint::Linter;
use crate::parser::{Dockerfile, Node};
use crate::span::{Range, Span};
use crate::suggest;

/// The part that all instructions have: text, keyword, place, and the comments above.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Common {
    /// The trimmed source text, continuations joined (the reference's `String()`).
    pub code: String,
    /// The keyword as written: a check compares its casing.
    pub name: String,
    /// The lines of the instruction.
    pub location: Vec<Range>,
    /// The comments above, without `#`.
    pub comments: Vec<String>,
    /// The bytes of the instruction in the file.
    pub span: Span,
}

/// One instruction of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `ADD`
    Add(Add),
    /// `ARG`
    Arg {
        /// The part that all instructions have.
        common: Common,
        /// The arguments, in order.
        args: Vec<ArgDef>,
    },
    /// `CMD`
    Cmd {
        /// The part that all instructions have.
        common: Common,
        /// The command.
        cmd: ShellCmd,
    },
    /// `COPY`
    Copy(Copy),
    /// `ENTRYPOINT`
    Entrypoint {
        /// The part that all instructions have.
        common: Common,
        /// The command.
        cmd: ShellCmd,
    },
    /// `ENV`
    Env {
        /// The part that all instructions have.
        common: Common,
        /// The pairs, in order.
        env: Vec<KeyValue>,
    },
    /// `EXPOSE`
    Expose {
        /// The part that all instructions have.
        common: Common,
        /// The ports, as written.
        ports: Vec<String>,
    },
    /// `HEALTHCHECK`
    Healthcheck {
        /// The part that all instructions have.
        common: Common,
        /// The check.
        health: Health,
    },
    /// `LABEL`
    Label {
        /// The part that all instructions have.
        common: Common,
        /// The pairs, in order.
        labels: Vec<KeyValue>,
    },
    /// `MAINTAINER`
    Maintainer {
        /// The part that all instructions have.
        common: Common,
        /// The name.
        maintainer: String,
    },
    /// `ONBUILD`
    Onbuild {
        /// The part that all instructions have.
        common: Common,
        /// The instruction that it delays, as written.
        expression: String,
    },
    /// `RUN`
    Run(Run),
    /// `SHELL`
    Shell {
        /// The part that all instructions have.
        common: Common,
        /// The program and its arguments.
        shell: Vec<String>,
    },
    /// `STOPSIGNAL`
    StopSignal {
        /// The part that all instructions have.
        common: Common,
        /// The signal, as written.
        signal: String,
    },
    /// `USER`
    User {
        /// The part that all instructions have.
        common: Common,
        /// The user, as written.
        user: String,
    },
    /// `VOLUME`
    Volume {
        /// The part that all instructions have.
        common: Common,
        /// The paths, as written.
        volumes: Vec<String>,
    },
    /// `WORKDIR`
    Workdir {
        /// The part that all instructions have.
        common: Common,
        /// The path, as written.
        path: String,
    },
}

impl Command {
    /// Returns the part that all instructions have.
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

/// Every keyword, for suggestions.
const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

enum Instruction {
    Stage(Stage),
    Command(Command),
}

/// Stages and global arguments (the reference's `instructions.Parse`).
pub fn parse(dockerfile: &Dockerfile, lint: &Linter) -> Result<(Vec<Stage>, Vec<GlobalArg>)> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut global = Vec::new();
    for node in &dockerfile.nodes {
        let lint = lint.with_comments(&node.comments);
        let read = instruction(node, Some(&lint)).map_err(|e| {
            e.wrap(format_args!(
                "dockerfile parse error on line {}",
                node.start_line
            ))
        })?;
        match (read, stages.last_mut()) {
            (Instruction::Stage(stage), _) => stages.push(stage),
            (Instruction::Command(command), Some(stage)) => stage.commands.push(command),
            (Instruction::Command(Command::Arg { common, args }), None) => {
                global.push(GlobalArg { common, args });
            }
            (Instruction::Command(_), None) => {
                let error = Error::new("no build stage in current context");
                return Err(error.at(&node.location()));
            }
        }
    }
    Ok((stages, global))
}

/// One instruction, as it is in an `ONBUILD` trigger (the reference's `instructions.ParseCommand`).
pub fn parse_command(node: &Node) -> Result<Command> {
    match instruction(node, None)? {
        Instruction::Command(command) => Ok(command),
        Instruction::Stage(_) => {
            let error = Error::new("*instructions.Stage is not a command type");
            Err(error.at(&node.location()))
        }
    }
}

fn instruction(node: &Node, lint: Option<&Linter>) -> Result<Instruction> {
    read(node, lint).map_err(|e| e.at(&node.location()))
}

fn read(node: &Node, lint: Option<&Linter>) -> Result<Instruction> {
    let request = &Request { node };
    let command = match to_lower(&node.keyword).as_str() {
        "add" => add::parse(request),
        "arg" => arg::parse(request, lint),
        "cmd" => cmd::parse(request),
        "copy" => copy::parse(request),
        "entrypoint" => entrypoint::parse(request),
        "env" => env::parse(request),
        "expose" => expose::parse(request),
        "from" => return from::parse(request, lint).map(Instruction::Stage),
        "healthcheck" => healthcheck::parse(request),
        "label" => label::parse(request),
        "maintainer" => maintainer::parse(request, lint),
        "onbuild" => onbuild::parse(request),
        "run" => run::parse(request),
        "shell" => shell::parse(request),
        "stopsignal" => stopsignal::parse(request),
        "user" => user::parse(request),
        "volume" => volume::parse(request),
        "workdir" => workdir::parse(request),
        _ => Err(unknown(&node.keyword)),
    };
    command.map(Instruction::Command)
}

fn unknown(keyword: &str) -> Error {
    let error = Error::new(format!("unknown instruction: {keyword}"));
    suggest::with_suggestion(error, keyword, &KEYWORDS, suggest::Case::Insensitive)
}
