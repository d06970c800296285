//! The policies of `examples` are what their folders say.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The day that the examples were written on: they don't grow old in tests.
const TODAY: &str = "2026-11-24";

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("policy.yaml").exists())
        .collect();
    found.sort();
    assert!(found.len() == 6, "{found:?}");
    found
}

fn run(folder: &Path, args: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_fromtier"))
        .args(args)
        .args(["--today", TODAY])
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    (text + &error, output.status.code().unwrap())
}

#[test]
fn each_example_is_right_and_passes_its_expectations() {
    for folder in examples() {
        let (text, code) = run(&folder, &["policy", "check"]);
        assert_eq!(code, 0, "{}: {text}", folder.display());
        let (text, code) = run(&folder, &["policy", "test"]);
        assert_eq!(code, 0, "{}: {text}", folder.display());
    }
}

/// The Dockerfiles of a folder and of those in it.
fn dockerfiles(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(dockerfiles(&path));
        } else if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("Dockerfile")
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn each_has_a_dockerfile_that_passes_and_others_that_do_not() {
    for folder in examples() {
        let mut refused = 0;
        for path in dockerfiles(&folder) {
            let name = path.to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let only_a_build_can_tell = text.contains("# Only the registry knows");
            let passes = name.ends_with("/Dockerfile") || only_a_build_can_tell;
            let (said, code) = run(&folder, &["check", "--policy", "policy.yaml", name]);
            assert_eq!(code, i32::from(!passes), "{name}: {said}");
            refused += code;
        }
        assert!(
            folder.join("Dockerfile").exists() && refused > 0,
            "{}",
            folder.display()
        );
    }
}

#[test]
fn commands_in_the_readmes_print_what_is_shown() {
    let mut shown = 0;
    for folder in examples() {
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        for block in readme.split("```console\n$ fromtier ").skip(1) {
            let (command, rest) = block.split_once('\n').unwrap();
            let (expected, _) = rest.split_once("```").unwrap();
            let args: Vec<&str> = command.split(' ').collect();
            assert_eq!(
                run(&folder, &args).0,
                expected,
                "{}: {command}",
                folder.display()
            );
            shown += 1;
        }
    }
    assert!(shown > 0);
}
