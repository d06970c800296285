//! Names and words of strangers can't act on the terminal.
#![cfg(test)]

mod folder;

use folder::Folder;

/// A name that clears the screen, sets the title, and adds a line.
const EVIL: &str = "a\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\nerror: b\r";

#[test]
fn no_escape_of_a_file_reaches_the_terminal() {
    let policy = "version: 1\nimages:\n- {match: node, action: deny, reason: \"a\\e[31m\"}\n- {match: python, action: warn, reason: \"b\\e[32m\"}\nexceptions:\n- {match: acme/none, until: 2027-01-31, owner: \"me\\e[33m\", reason: \"c\\e[34m\"}\n";
    let table = "tests:\n- {image: \"node:24\", expect: allow, why: \"d\\e[35m\"}\n";
    let dockerfile = "ARG X=\"\u{1b}[36m\u{1b}]8;;\"\nFROM node:24\nFROM python:3.14\nFROM acme/\u{1b}[37m\nFROM $X AS b\nADD https://example.com/\u{1b}[38m /\n";
    let folder = Folder::new(&[
        (".fromtier.yaml", policy),
        (".fromtier.test.yaml", table),
        (&format!("{EVIL}/Dockerfile"), dockerfile),
        (
            &format!("{EVIL}/broken.Dockerfile"),
            "FROM node:24\nRUN\u{1b}[39m x\n",
        ),
        (&format!("{EVIL}.yaml"), "version: \u{1b}[40m\n"),
    ]);
    folder.pipe(&format!("{EVIL}/pipe.Dockerfile"));
    let evil_policy = format!("{EVIL}.yaml");
    for args in [
        &["check"][..],
        &["lock", "--check", "--offline"],
        &["policy", "check"],
        &["policy", "check", &evil_policy],
        &["policy", "test"],
        &["policy", "explain", "node:24"],
        &["policy", "explain", "acme/\u{1b}[41m"],
        &["policy", "init", &format!("{EVIL}/none")],
        &["check", "--policy", &evil_policy],
        &["explain", "FT\u{1b}[42m"],
    ] {
        let answer = folder.run_limited(args);
        let bad = |c: &char| c.is_control() && *c != '\n';
        assert_eq!(
            answer.out.chars().find(bad),
            None,
            "{args:?}: {:?}",
            answer.out
        );
        assert!(
            !answer.out.lines().any(|line| line.starts_with("error: b")),
            "{args:?}: {}",
            answer.out
        );
        assert!(!answer.out.is_empty() && answer.code != 124, "{args:?}");
    }
    let shown = folder.run_limited(&["check"]).out;
    for part in ["a␛[2J␛]0;x␇\\u{9b}31m␊error: b␍/Dockerfile:2:6", "a␛[31m"] {
        assert!(shown.contains(part), "no {part:?}: {shown}");
    }
}

#[test]
fn colors_are_only_our_own() {
    let folder = Folder::new(&[
        (
            ".fromtier.yaml",
            "version: 1\nimages: [{match: node, action: deny, reason: \"a\\e[5m\"}]\n",
        ),
        ("\u{1b}[5mx/Dockerfile", "FROM node:24\n"),
    ]);
    for args in [&["check"][..], &["policy", "explain", "node"]] {
        let answer = folder.run_colored(args);
        assert!(
            answer.out.contains("\u{1b}[") && answer.out.contains("␛[5m"),
            "{:?}",
            answer.out
        );
        assert!(!answer.out.contains("\u{1b}[5m"), "{:?}", answer.out);
    }
}
