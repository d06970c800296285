//! A trigger (`ONBUILD`) as an instruction of the stage that it runs in.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::{self, Command};
use fromtier_dockerfile::parser;
use fromtier_dockerfile::span::Range;

/// Parses a trigger. The instruction has the location of `from`, the `FROM` that brings the trigger.
pub(crate) fn parse_trigger(trigger: &str, from: &[Range]) -> Result<Command> {
    let mut nodes = parser::parse(trigger.as_bytes())?.nodes;
    let (Some(mut node), true) = (nodes.pop(), nodes.is_empty()) else {
        return Err(Error::new("onbuild trigger should be a single expression"));
    };
    node.start_line = from.iter().map(|r| r.start.line).min().unwrap_or(0);
    node.end_line = from.iter().map(|r| r.end.line).max().unwrap_or(0);
    instructions::parse_command(&node)
}
