//! `LABEL`: facts about the image.

use super::request::Request;
use super::{Command, key_value};
use crate::error::Result;

pub(super) fn parse(request: &Request) -> Result<Command> {
    request.no_flags()?;
    let labels = key_value::parse(request, "LABEL")?;
    Ok(Command::Label {
        common: request.common(),
        labels,
    })
}
