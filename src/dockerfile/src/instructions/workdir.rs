//! `WORKDIR`: the working directory of the instructions after it.

use super::Command;
use super::request::Request;
use crate::error::Result;

pub(super) fn parse(request: &Request) -> Result<Command> {
    let path = request.only_arg("WORKDIR")?;
    request.no_flags()?;
    Ok(Command::Workdir {
        common: request.common(),
        path,
    })
}
