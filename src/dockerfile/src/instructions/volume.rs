//! `VOLUME`: paths whose content lives outside the container.

use super::Command;
use super::request::{Request, at_least_one};
use crate::error::{Error, Result};

pub(super) fn parse(request: &Request) -> Result<Command> {
    if request.args().is_empty() {
        return Err(at_least_one("VOLUME"));
    }
    request.no_flags()?;
    let volumes: Vec<String> = request.args().iter().map(|v| v.trim().to_owned()).collect();
    if volumes.iter().any(String::is_empty) {
        return Err(Error::new("VOLUME specified can not be an empty string"));
    }
    Ok(Command::Volume {
        common: request.common(),
        volumes,
    })
}
