//! `SHELL`: the shell that shell forms run in.

use super::Command;
use super::request::{Request, at_least_one};
use crate::error::{Error, Result};

pub(super) fn parse(request: &Request) -> Result<Command> {
    request.no_flags()?;
    if request.args().is_empty() {
        return Err(at_least_one("SHELL"));
    }
    if !request.is_json() {
        return Err(Error::new(
            "SHELL requires the arguments to be in JSON form",
        ));
    }
    Ok(Command::Shell {
        common: request.common(),
        shell: request.args().to_vec(),
    })
}
