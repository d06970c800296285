//! `ARG`: names that a build may set, with or without a default.

use super::comment::{check_description, doc_comment};
use super::request::{Request, at_least_one};
use super::{Command, Common};
use crate::error::{Error, Result};
use crate::lint::Linter;

/// One argument of an `ARG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgDef {
    /// Its name.
    pub key: String,
    /// Its default, as written; none without a `=`.
    pub value: Option<String>,
    /// The comment above that starts with its name.
    pub doc_comment: String,
}

/// A global `ARG`, before the first `FROM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalArg {
    /// The part that all instructions have.
    pub common: Common,
    /// The arguments, in order.
    pub args: Vec<ArgDef>,
}

/// Flags are ignored, as in the reference.
pub(super) fn parse(request: &Request, lint: Option<&Linter>) -> Result<Command> {
    if request.args().is_empty() {
        return Err(at_least_one("ARG"));
    }
    let mut args = Vec::with_capacity(request.args().len());
    for arg in request.args() {
        let (key, value) = match arg.split_once('=') {
            Some(("", _)) => return Err(Error::new("ARG names can not be blank")),
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (arg.as_str(), None),
        };
        args.push(ArgDef {
            key: key.to_owned(),
            value,
            doc_comment: doc_comment(&request.node.comments, key),
        });
    }
    let keys: Vec<&str> = args.iter().map(|arg| arg.key.as_str()).collect();
    check_description(request, "ARG", &keys, lint);
    Ok(Command::Arg {
        common: request.common(),
        args,
    })
}
