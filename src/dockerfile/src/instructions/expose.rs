//! `EXPOSE`: ports that the image listens on.

use super::Command;
use super::request::{Request, at_least_one};
use crate::error::Result;

/// Returns the ports sorted.
pub(super) fn parse(request: &Request) -> Result<Command> {
    let mut ports = request.args().to_vec();
    if ports.is_empty() {
        return Err(at_least_one("EXPOSE"));
    }
    request.no_flags()?;
    ports.sort_unstable();
    Ok(Command::Expose {
        common: request.common(),
        ports,
    })
}
