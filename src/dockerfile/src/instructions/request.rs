//! What an instruction is made from: its node, seen as keyword, arguments and flags.

use super::flags::{Flags, Known};
use super::{Common, InlineFile, ShellCmd};
use crate::error::{Error, Result};
use crate::parser::{Args, Node};
use crate::span::Span;

pub(super) struct Request<'a> {
    pub node: &'a Node,
}

impl<'a> Request<'a> {
    /// The arguments, whatever their form. Pairs have none here, and `ONBUILD`'s first is the keyword behind it.
    pub fn args(&self) -> &'a [String] {
        match &self.node.args {
            Args::Words(args) | Args::Json(args) => args,
            Args::Pairs(_) => &[],
            Args::Sub(trigger) => std::slice::from_ref(&trigger.keyword),
        }
    }

    /// The only argument of an instruction that wants one.
    pub fn only_arg(&self, instruction: &str) -> Result<String> {
        match self.args() {
            [arg] => Ok(arg.clone()),
            _ => Err(Error::new(format!(
                "{instruction} requires exactly one argument"
            ))),
        }
    }

    pub fn is_json(&self) -> bool {
        matches!(self.node.args, Args::Json(_))
    }

    pub fn flags(&self, known: &[Known]) -> Result<Flags> {
        Flags::parse(&self.node.flags, known)
    }

    /// For the instructions that know no flags.
    pub fn no_flags(&self) -> Result<()> {
        self.flags(&[]).map(drop)
    }

    pub fn common(&self) -> Common {
        Common {
            code: self.node.original.trim().to_owned(),
            name: self.node.keyword.clone(),
            location: self.node.location(),
            comments: self.node.comments.clone(),
            span: self.node.span,
        }
    }

    /// The arguments as a command line, and the heredocs as its files.
    pub fn shell_cmd(&self) -> ShellCmd {
        let files = self.node.heredocs.iter().map(|heredoc| InlineFile {
            name: heredoc.name.clone(),
            data: heredoc.content.clone(),
            raw: heredoc.raw.clone(),
            chomp: heredoc.chomp,
        });
        ShellCmd {
            args: self.args().to_vec(),
            files: files.collect(),
            prepend_shell: !self.is_json(),
            invalid_utf8: self.node.invalid_utf8,
        }
    }

    /// Where the value of the flag at `place` stands.
    pub fn value_span(&self, place: usize) -> Option<Span> {
        self.node.flag_value_spans.get(place).copied().flatten()
    }
}

pub(super) fn at_least_one(instruction: &str) -> Error {
    Error::new(format!("{instruction} requires at least one argument"))
}
