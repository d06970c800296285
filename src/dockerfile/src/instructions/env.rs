//! `ENV`: variables of the image's environment.

use super::request::Request;
use super::{Command, key_value};
use crate::error::Result;

pub(super) fn parse(request: &Request) -> Result<Command> {
    request.no_flags()?;
    let env = key_value::parse(request, "ENV")?;
    Ok(Command::Env {
        common: request.common(),
        env,
    })
}
