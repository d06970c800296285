//! A node as the parser of an instruction needs it: keyword, arguments and flags.

use super::flags::{Flags, Known};
use super::{Common, InlineFile, ShellCmd};
use crate::error::{Error, Result};
use crate::parser::{Args, Node};
use crate::span::Span;

pub(super) struct Request<'a> {
    pub node: &'a Node,
}

impl<'a> Request<'a> {
    /// The arguments in any form. Pairs have none here, and the first of `ONBUILD` is the keyword after it.
    pub fn args(&self) -> &'a [String] {
        match &self.node.args {
            Args::Words(args) | Args::Json(args) => args,
            Args::Pairs(_) => &[],
            Args::Sub(trigger) => std::slice::from_ref(&trigger.keyword),
        }
    }

    /// Returns the argument of an instruction that takes exactly one.
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

    /// Refuses flags, for instructions that have none.
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

    /// Returns the arguments as a command line, with the heredocs as its files.
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

    /// Returns the bytes of the value of the flag at `place`.
    pub fn value_span(&self, place: usize) -> Option<Span> {
        self.node.flag_value_spans.get(place).copied().flatten()
    }
}

pub(super) fn at_least_one(instruction: &str) -> Error {
    Error::new(format!("{instruction} requires at least one argument"))
}
