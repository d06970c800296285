//! `ONBUILD`: an instruction for the images built on this one.

use fromtier_gostd::strings::to_upper;

use super::Command;
use super::request::{Request, at_least_one};
use crate::error::{Error, Result};
use crate::parser::text::is_re_space;

pub(super) fn parse(request: &Request) -> Result<Command> {
    let Some(trigger) = request.args().first() else {
        return Err(at_least_one("ONBUILD"));
    };
    request.no_flags()?;
    let trigger = to_upper(trigger.trim());
    match trigger.as_str() {
        "ONBUILD" => {
            return Err(Error::new(
                "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
            ));
        }
        "MAINTAINER" | "FROM" => {
            return Err(Error::new(format!(
                "{trigger} isn't allowed as an ONBUILD trigger"
            )));
        }
        _ => {}
    }
    let mut expression = without_keyword(&request.node.original).to_owned();
    for heredoc in &request.node.heredocs {
        expression.push('\n');
        expression.push_str(&heredoc.content);
        expression.push_str(&heredoc.name);
    }
    Ok(Command::Onbuild {
        common: request.common(),
        expression,
    })
}

/// The line after `ONBUILD` and blanks.
fn without_keyword(line: &str) -> &str {
    const KEYWORD: &str = "ONBUILD";
    let trim = |text: &'_ str| text.bytes().take_while(|&b| is_re_space(b)).count();
    let start = trim(line);
    match line.get(start..start + KEYWORD.len()) {
        Some(word) if word.eq_ignore_ascii_case(KEYWORD) => {
            let rest = &line[start + KEYWORD.len()..];
            &rest[trim(rest)..]
        }
        _ => line,
    }
}
