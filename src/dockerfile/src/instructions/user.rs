//! `USER`: the user of the instructions after it.

use super::Command;
use super::request::Request;
use crate::error::Result;

pub(super) fn parse(request: &Request) -> Result<Command> {
    let user = request.only_arg("USER")?;
    request.no_flags()?;
    Ok(Command::User {
        common: request.common(),
        user,
    })
}
