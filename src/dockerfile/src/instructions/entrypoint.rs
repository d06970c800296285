//! `ENTRYPOINT`: the program of the image.

use super::Command;
use super::request::Request;
use crate::error::Result;

pub(super) fn parse(request: &Request) -> Result<Command> {
    request.no_flags()?;
    Ok(Command::Entrypoint {
        common: request.common(),
        cmd: request.shell_cmd(),
    })
}
