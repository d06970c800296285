//! Builds that are slow on purpose, which both frontends can do.

use std::fmt::Write;

use crate::cases::{Build, case};

/// The builds. Each target is at most twice the reference's time and memory.
pub fn builds() -> Vec<Build> {
    let slow = |name, text| Build {
        most_runs: 5,
        ..Build::new(name, text)
    };
    vec![
        slow(
            "400 ignored names, 2000 folders deep",
            ignored(400, "name%"),
        ),
        slow(
            "400 ignored a/*/%, 2000 folders deep",
            ignored(400, "a/*/%"),
        ),
        slow(
            "400 ignored **/x%y, 2000 folders deep",
            ignored(400, "**/x%y"),
        ),
        slow(
            "40 ignored a/**/%, 2000 folders deep",
            ignored(40, "a/**/%"),
        ),
        slow(
            "400 ignored *%[a-c]?, 2000 folders deep",
            ignored(400, "*%[a-c]?"),
        ),
        slow("40 ignored **/*%, 2000 folders deep", ignored(40, "**/*%")),
        slow("3000 undefined variables", undefined_variables()),
        slow("ENV A=$A$A, 22 times", doubled(22)),
    ]
}

/// A file that is copied from 2,000 folders below, and patterns that don't match it. `%` is the pattern's number.
fn ignored(count: usize, pattern: &str) -> String {
    let patterns: String = (0..count)
        .map(|number| pattern.replace('%', &number.to_string()) + "\n")
        .collect();
    let folders = "a/".repeat(2000);
    let dockerfile = format!("FROM alpine\nCOPY {folders}file /\n");
    let case = case("", &dockerfile, &["alpine".to_owned()]);
    format!("{case}\n-- .dockerignore --\n{patterns}")
}

fn undefined_variables() -> String {
    let mut text = "FROM alpine\n".to_owned();
    for number in 0..3000 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "COPY $undefined{number} /");
    }
    case("", &text, &["alpine".to_owned()])
}

/// A value that doubles, up to 2 to the power of `times` letters.
fn doubled(times: usize) -> String {
    let text = format!("FROM alpine\nENV A=a\n{}", "ENV A=$A$A\n".repeat(times));
    case("", &text, &["alpine".to_owned()])
}
