//! `fromtier policy init`: a policy to start from.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::disk::{RootedPath, WriteError};
use crate::exit::Exit;
use crate::lookup::POLICY;
use crate::output::terminal::shown_path;

/// The default template.
const DEFAULT: &str = "default";

#[derive(Debug, clap::Args)]
pub struct PolicyInitArgs {
    /// Directory of the repository
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// Template to start from
    #[arg(long, value_name = "NAME", default_value = DEFAULT, value_parser = names())]
    pub template: String,
    /// Print the policy instead of writing a file
    #[arg(long)]
    pub print: bool,
}

/// Name, purpose, and text of each template.
const TEMPLATES: &[(&str, &str, &str)] = &[
    (
        DEFAULT,
        "the built-in policy, each key explained",
        include_str!("init.yaml"),
    ),
    (
        "startup",
        "a small team: official images, and others that it has reviewed",
        include_str!("../../../../examples/startup/policy.yaml"),
    ),
    (
        "regulated",
        "only recent internal images with labels ship, and not as root",
        include_str!("../../../../examples/regulated/policy.yaml"),
    ),
    (
        "air-gapped",
        "builders that can reach one registry",
        include_str!("../../../../examples/air-gapped/policy.yaml"),
    ),
    (
        "migration",
        "moving off community images, with exceptions that end",
        include_str!("../../../../examples/migration/policy.yaml"),
    ),
    (
        "pinned",
        "base images by the lock file only",
        include_str!("../../../../examples/pinned/policy.yaml"),
    ),
    (
        "roll-out",
        "warnings first",
        include_str!("../../../../examples/roll-out/policy.yaml"),
    ),
];

/// The names of the templates, for the command line.
fn names() -> PossibleValuesParser {
    TEMPLATES
        .iter()
        .map(|(name, about, _)| PossibleValue::new(*name).help(*about))
        .collect::<Vec<_>>()
        .into()
}

/// Writes or prints a policy, and returns the text to print and how it ended.
pub fn run(args: &PolicyInitArgs) -> (String, Exit) {
    let text = TEMPLATES
        .iter()
        .find(|(name, ..)| *name == args.template)
        .map_or("", |(_, _, text)| text);
    if args.print {
        return (text.to_owned(), Exit::Clean);
    }
    if !args.folder.is_dir() {
        let folder = shown_path(&args.folder);
        return (
            format!("error: {folder}: no such directory\n"),
            Exit::Failed,
        );
    }
    // Never overwrites a policy, even if it is created at this moment.
    let path = RootedPath::named(&args.folder.join(POLICY));
    let written = path
        .map_err(WriteError::Unreadable)
        .and_then(|path| path.create(text));
    let path = if args.folder.as_os_str() == "." {
        POLICY.into()
    } else {
        args.folder.join(POLICY)
    };
    match written {
        Ok(()) => (written_text(&args.folder, &path), Exit::Clean),
        Err(WriteError::Exists) => (
            format!(
                "error: {} already exists; use --print to print the template\n",
                shown_path(&path)
            ),
            Exit::Failed,
        ),
        Err(error) => (
            format!("error: {}: {error}\n", shown_path(&path)),
            Exit::Failed,
        ),
    }
}

/// Says that the policy is written, and the commands to run next.
fn written_text(folder: &Path, policy: &Path) -> String {
    let argument = match shown_path(folder) {
        folder if folder == "." => String::new(),
        folder => format!(" {}", shell_word(&folder)),
    };
    let (check_policy, check) = (
        format!("fromtier policy check{argument}"),
        format!("fromtier check{argument}"),
    );
    let width = check_policy.chars().count() + 4;
    format!(
        "wrote {}. Next:\n  {check_policy:width$}check it for errors and questionable rules\n  {check:width$}check Dockerfiles against it\n",
        shown_path(policy)
    )
}

/// A word as a shell reads it: in quotes if it has characters that mean something to a shell.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./+@%=:,".contains(c);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use fromtier_policy::{Day, Policy};
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_next_commands_work_in_a_shell() {
        let written = |folder: &str| written_text(Path::new(folder), Path::new("p"));
        assert!(written(".").contains("  fromtier check           check"));
        assert!(written("a/b").contains("  fromtier check a/b           check"));
        assert!(written("it's").contains(r"  fromtier policy check 'it'\''s'    check"));
    }

    #[test]
    fn every_template_is_a_policy_without_oddities() {
        for (name, _, text) in TEMPLATES {
            let policy = Policy::parse(name, text).unwrap_or_else(|errors| panic!("{errors:#?}"));
            let advice = policy.advice(Day::parse("2026-11-24").unwrap());
            // That one shows an exception that has ended.
            let ended = |message: &str| *name == "migration" && message.contains("ended on");
            assert!(
                advice.iter().all(|advice| ended(&advice.message)),
                "{advice:#?}"
            );
        }
    }

    #[test]
    fn every_example_is_a_template() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
        for entry in std::fs::read_dir(root).unwrap() {
            let folder = entry.unwrap().path();
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let policy = std::fs::read_to_string(folder.join("policy.yaml")).ok();
            let template = TEMPLATES.iter().find(|(template, ..)| *template == name);
            assert_eq!(
                policy.as_deref(),
                template.map(|(.., text)| *text),
                "{name}"
            );
        }
    }

    /// A `#` before a key or an item with its indentation, which is even, is a line that is switched off; before
    /// words and an odd number of spaces it is a comment.
    fn switched_on(text: &str) -> String {
        text.lines()
            .filter(|line| !line.is_empty() && *line != "#")
            .filter_map(|line| match line.strip_prefix('#') {
                None => Some(line),
                Some(rest) => {
                    let indent = rest.len() - rest.trim_start().len();
                    (indent % 2 == 0).then_some(rest)
                }
            })
            .map(|line| format!("{line}\n"))
            .collect()
    }

    #[test]
    fn commented_settings_of_the_template_are_valid() {
        let text = switched_on(include_str!("init.yaml"));
        let mut base = |_: &str| Ok("version: 1\n".to_owned());
        let policy = Policy::load("p", &text, &mut base)
            .unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
        let advice = policy.advice(Day::parse("2026-11-24").unwrap());
        assert!(advice.is_empty(), "{advice:#?}");
        let schema: Value = serde_json::from_str(&fromtier_policy::schema()).unwrap();
        let mut keys = Vec::new();
        add_keys(&schema, &mut keys);
        assert!(keys.len() > 50, "{keys:?}");
        let words: Vec<&str> = text.split([' ', '\n', '{']).collect();
        keys.retain(|key| !words.contains(&format!("{key}:").as_str()));
        assert!(keys.is_empty(), "the template lacks {keys:?}");
    }

    /// Adds the keys of every mapping that the schema describes.
    fn add_keys(schema: &Value, keys: &mut Vec<String>) {
        match schema {
            Value::Object(fields) => {
                let properties = fields.get("properties").and_then(Value::as_object);
                keys.extend(properties.into_iter().flat_map(|keys| keys.keys().cloned()));
                fields.values().for_each(|value| add_keys(value, keys));
            }
            Value::Array(items) => items.iter().for_each(|item| add_keys(item, keys)),
            _ => {}
        }
    }
}
