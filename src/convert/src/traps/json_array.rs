//! FT204: an array that isn't JSON, such as `VOLUME ['/data']`. BuildKit reads it as plain text: one path with brackets and
//! quotes in its name, or a command line for the shell. As `parseMaybeJSON` in BuildKit's
//! `frontend/dockerfile/parser/line_parsers.go`.

use fromtier_dockerfile::instructions::{Command, ShellCmd, Stage};
use fromtier_gostd::json::json_strings;
use fromtier_policy::Trap;

use super::FoundTrap;

/// Returns the instructions whose array isn't JSON.
pub(super) fn find(stages: &[Stage]) -> Vec<FoundTrap> {
    let mut found = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        let traps = stage.commands.iter().filter_map(trap);
        found.extend(traps.map(|trap| FoundTrap {
            stage: Some(index),
            ..trap
        }));
    }
    found
}

fn trap(command: &Command) -> Option<FoundTrap> {
    let common = command.common();
    let keyword = common.name.to_uppercase();
    let (array, read_as) = match command {
        Command::Volume { volumes, .. } => {
            let code = common.code.get(keyword.len()..)?.trim_start();
            // In JSON form the brackets and quotes are gone.
            let first = volumes.first()?;
            let text = volumes.join(" ");
            let array = Array::read(&text).filter(|_| code.starts_with(first))?;
            (array, "names of volumes")
        }
        Command::Cmd { cmd, .. } | Command::Entrypoint { cmd, .. } => {
            (Array::read_command(shell_form(cmd)?)?, "a shell command")
        }
        Command::Run(run) => (
            Array::read_command(shell_form(&run.cmd)?)?,
            "a shell command",
        ),
        _ => return None,
    };
    // No item has a quote in it.
    let json = json_strings(&array.items).replace("\",\"", "\", \"");
    Some(FoundTrap {
        trap: Trap::JsonArray,
        written: common.code.clone(),
        fact: format!(
            "the array of `{keyword}` is not valid JSON, so BuildKit reads it as {read_as}"
        ),
        help: format!("write it as JSON: {keyword} {json}"),
        ranges: common.location.clone(),
        stage: None,
    })
}

/// The command line of a shell form without heredocs.
fn shell_form(cmd: &ShellCmd) -> Option<&str> {
    match cmd.args.as_slice() {
        [line] if cmd.prepend_shell && cmd.files.is_empty() => Some(line.trim()),
        _ => None,
    }
}

/// An array as written, whether it is JSON or not.
struct Array {
    items: Vec<String>,
    /// Whether each item is in quotes, of any kind.
    is_quoted: bool,
    /// Whether commas are between all items.
    has_commas: bool,
}

impl Array {
    /// Reads an array; `None` if a text is something else, such as two tests of a shell.
    fn read(text: &str) -> Option<Array> {
        let mut array = Array {
            items: Vec::new(),
            is_quoted: true,
            has_commas: true,
        };
        let mut rest = text.strip_prefix('[')?.strip_suffix(']')?.trim();
        while let Some(first) = rest.chars().next() {
            let (item, after) = if matches!(first, '\'' | '"') {
                rest[1..].split_once(first)?
            } else {
                array.is_quoted = false;
                let end = rest.find([',', ' ', '\t']).unwrap_or(rest.len());
                rest.split_at(end)
            };
            if item.is_empty() || first == '[' || item.contains(['\'', '"', ']']) {
                return None;
            }
            array.items.push(item.to_owned());
            let after = after.trim_start();
            rest = match after.strip_prefix(',') {
                Some(next) => next.trim_start(),
                None => after,
            };
            array.has_commas &= rest.is_empty() || after.starts_with(',');
        }
        (!array.items.is_empty()).then_some(array)
    }

    /// Reads an array that no shell would take for one of its tests, as it would `[ "$a" = b ]`.
    fn read_command(text: &str) -> Option<Array> {
        let array = Array::read(text)?;
        let may_be_test = text[1..].starts_with([' ', '\t']);
        let is_list = array.has_commas && array.items.len() > 1;
        (array.is_quoted && (is_list || !may_be_test)).then_some(array)
    }
}
