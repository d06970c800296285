//! The `--help` of each command, found by reading the `--help` of the one above it.

use std::collections::BTreeSet;
use std::path::Path;

use super::support::Folder;
use super::{WORDS, assert_words, files_below};

/// The names under "Commands:", without `help`.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .filter(|name| name != "help")
        .collect()
}

#[test]
fn every_command_has_its_help() {
    let empty = Folder::new(&[]);
    let folder = Path::new(WORDS).join("help");
    let mut waiting = vec![Vec::new()];
    let mut names = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        let mut args = path.clone();
        args.push("--help".to_owned());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let help = empty.runs(&args);
        let name = match path.as_slice() {
            [] => "fromtier".to_owned(),
            words => words.join("-"),
        };
        assert_words(&folder, &name, &help);
        names.insert(name);
        waiting.extend(commands(&help).into_iter().map(|command| {
            let mut path = path.clone();
            path.push(command);
            path
        }));
    }
    assert!(names.len() >= 10, "{names:?}");
    for snapshot in files_below(&folder, "snap") {
        let name = snapshot.file_stem().unwrap().to_str().unwrap();
        assert!(names.contains(name), "{name} is no command");
    }
}
