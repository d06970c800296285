//! `CMD`: what a container of the image runs by default.

use super::Command;
use super::request::Request;
use crate::error::Result;

pub(super) fn parse(request: &Request) -> Result<Command> {
    request.no_flags()?;
    Ok(Command::Cmd {
        common: request.common(),
        cmd: request.shell_cmd(),
    })
}
