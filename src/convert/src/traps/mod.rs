//! What a Dockerfile's text says and BuildKit silently reads in another way. Each trap is one file.

mod heredoc_blank;
mod json_array;
mod late_escape;
mod platform_argument;
mod stage_platform;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::{GlobalArg, Stage};
use fromtier_dockerfile::parser;
use fromtier_dockerfile::shell::Lex;
use fromtier_dockerfile::span::Range;
use fromtier_policy::gate::{TrapRequest, Via};
use fromtier_policy::{Scope, Trap};

use crate::base::images::{Ledger, Place};
use crate::options::Options;
use crate::vars::Vars;

/// A trap in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTrap {
    /// Its kind.
    pub trap: Trap,
    /// The text as written.
    pub written: String,
    /// What BuildKit does with it, as the start of a message.
    pub fact: String,
    /// What to write instead.
    pub help: String,
    /// The lines of the instruction.
    pub ranges: Vec<Range>,
    /// The position of its stage in the file; `None` outside of stages.
    pub stage: Option<usize>,
}

impl FoundTrap {
    /// The question to the gate.
    pub fn request(&self) -> TrapRequest<'_> {
        TrapRequest {
            trap: self.trap,
            written: &self.written,
            fact: &self.fact,
            help: &self.help,
        }
    }
}

/// A file in which traps are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrapText<'a> {
    pub bytes: &'a [u8],
    pub stages: &'a [Stage],
    pub globals: &'a [GlobalArg],
    pub lex: &'a Lex,
    /// The variables of `FROM`.
    pub variables: &'a Vars,
    pub options: &'a Options,
}

/// Returns the traps in a valid file, in the order of their lines.
pub(crate) fn find(text: &TrapText<'_>) -> Vec<FoundTrap> {
    let stages = text.stages;
    let mut found = platform_argument::find(stages, text.globals, &text.options.build_args);
    found.extend(stage_platform::find(stages, text.lex, text.variables));
    found.extend(json_array::find(stages));
    found.extend(late_escape::find(text.bytes));
    found.sort_by_key(|trap| trap.ranges.first().map(|range| range.start.line));
    found
}

/// Returns the traps because of which a file isn't valid.
pub fn traps_of_invalid(bytes: &[u8]) -> Vec<FoundTrap> {
    match parser::parse(bytes) {
        Ok(file) => heredoc_blank::find(&file),
        Err(_) => Vec::new(),
    }
}

/// Returns the error of a file that isn't valid, with help if a trap is the reason; or the refusal of that trap.
pub(crate) fn explain(mut error: Error, bytes: &[u8], ledger: &Ledger<'_>) -> Error {
    for trap in traps_of_invalid(bytes) {
        match judge(&trap, Scope::default(), ledger) {
            Err(refusal) => return refusal,
            Ok(true) if error.help.is_none() => {
                let line = trap.ranges.first().map_or(0, |range| range.start.line);
                error.help = Some(format!("in line {line}, {}", trap.help).into());
            }
            Ok(_) => {}
        }
    }
    error
}

/// Asks the gate about a trap, and records its verdict if there are findings. Returns whether there are any.
pub(crate) fn judge(trap: &FoundTrap, scope: Scope<'_>, ledger: &Ledger<'_>) -> Result<bool> {
    let place = Place {
        via: Via::From,
        scope,
        location: &trap.ranges,
    };
    match ledger.gate.trap(&trap.request(), &place.scope) {
        Ok(verdict) if verdict.findings.is_empty() => Ok(false),
        Ok(verdict) => {
            ledger.record_verdict(&verdict, &place);
            Ok(true)
        }
        Err(denial) => Err(ledger.refusal_error(&denial, &place).at(&trap.ranges)),
    }
}
