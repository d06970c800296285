//! `MAINTAINER`: the author, as written before there were labels.

use super::Command;
use super::request::Request;
use crate::error::Result;
use crate::lint::{Linter, rules};

pub(super) fn parse(request: &Request, lint: Option<&Linter>) -> Result<Command> {
    if let Some(lint) = lint {
        let location = request.node.location();
        lint.run(&rules::MAINTAINER_DEPRECATED, &location, |text| text());
    }
    let maintainer = request.only_arg("MAINTAINER")?;
    request.no_flags()?;
    Ok(Command::Maintainer {
        common: request.common(),
        maintainer,
    })
}
