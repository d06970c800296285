//! `STOPSIGNAL`: the signal that ends a container.

use super::Command;
use super::request::Request;
use crate::error::Result;

/// Flags are ignored, as in the reference.
pub(super) fn parse(request: &Request) -> Result<Command> {
    Ok(Command::StopSignal {
        signal: request.only_arg("STOPSIGNAL")?,
        common: request.common(),
    })
}
