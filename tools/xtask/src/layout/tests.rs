use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::check;

/// A repository with these files, which goes away with the test.
struct Repository(PathBuf);

impl Repository {
    fn new(files: &[(&str, &str)]) -> Repository {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("fromtier-layout-{}-{count}", std::process::id());
        let root = std::env::temp_dir().join(name);
        std::fs::create_dir_all(root.join("src")).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Repository(root)
    }

    /// The first line of each violation.
    fn violations(&self) -> Vec<String> {
        let violations = check(&self.0).unwrap();
        let lines = violations.iter().map(ToString::to_string);
        lines
            .map(|text| text.lines().next().unwrap().to_owned())
            .collect()
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const MANIFEST: (&str, &str) = ("src/policy/Cargo.toml", "[package]\n");

#[track_caller]
fn assert_violations(files: &[(&str, &str)], expected: &[&str]) {
    let found = Repository::new(files).violations();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\nnot: {expected}");
    }
}

#[test]
fn a_long_file_is_found() {
    assert_violations(&[("tools/a.rs", &"// x\n".repeat(500))], &[]);
    assert_violations(
        &[("tools/a.rs", &"// x\n".repeat(501))],
        &["tools/a.rs:501: the file has 501 lines; split it"],
    );
}

#[test]
fn a_long_function_is_found_wherever_it_is() {
    let body = |lines: usize| "    x();\n".repeat(lines);
    let fits = format!("/// Doc.\n#[test]\nfn a() {{\n{}}}\n", body(78));
    assert_violations(&[("tests/a.rs", &fits)], &[]);
    let long = format!("/// Doc.\nfn a() {{\n{}}}\n", body(79));
    assert_violations(
        &[("tests/a.rs", &long)],
        &["tests/a.rs:2: `a` has 81 lines; split it"],
    );
    let method = format!("impl A {{\nfn b() {{\n{}}}\n}}\n", body(79));
    let default = format!("mod m {{\ntrait A {{\nfn c() {{\n{}}}\n}}\n}}\n", body(79));
    assert_violations(
        &[("tools/a.rs", &method), ("tools/b.rs", &default)],
        &["tools/a.rs:2: `b` has 81", "tools/b.rs:3: `c` has 81"],
    );
}

#[test]
fn a_dependency_upwards_is_found() {
    let manifest = |text: &'static str| [("src/policy/Cargo.toml", text)];
    assert_violations(
        &manifest("[dependencies]\nfromtier-image.workspace = true\nserde = \"1\"\n"),
        &[],
    );
    assert_violations(
        &manifest("[dev-dependencies]\nfromtier-buildkit-double.workspace = true\n"),
        &[],
    );
    let upwards = "src/policy/Cargo.toml:2: `policy` depends on `convert`, a crate of the same floor or above";
    for section in [
        "dependencies",
        "dev-dependencies",
        "build-dependencies",
        "target.'cfg(unix)'.dependencies",
    ] {
        let text = format!("[{section}]\nfromtier-convert = {{ path = \"x\" }}\n");
        assert_violations(&[("src/policy/Cargo.toml", &text)], &[upwards]);
    }
    assert_violations(
        &manifest("[dependencies]\nfromtier-buildkit-double.workspace = true\n"),
        &[
            "src/policy/Cargo.toml:2: `policy` depends on `buildkit-double`, a crate that never ships",
        ],
    );
    assert_violations(
        &[("src/attic/Cargo.toml", "[package]\n")],
        &["src/attic/Cargo.toml:1: `attic` has no floor"],
    );
}

#[test]
fn files_in_a_circle_are_found() {
    let circle = |a: &str, b: &str| {
        Repository::new(&[
            MANIFEST,
            ("src/policy/src/lib.rs", "mod a;\nmod b;\n"),
            ("src/policy/src/a.rs", a),
            ("src/policy/src/b/mod.rs", b),
        ])
        .violations()
    };
    let found = circle(
        "use crate::b::B;\n\nstruct A;\n",
        "struct B(super::a::A);\n",
    );
    assert_eq!(
        found,
        [
            "src/policy/src/a.rs:1: 2 files use each other in a circle; move what they share to a file of its own:"
        ]
    );
    assert!(circle("use crate::b::B;\n\nstruct A;\n", "struct B;\n").is_empty());
    // Tests may use what they like.
    let tests = "struct B;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n";
    assert!(circle("use crate::b::B;\n\nstruct A;\n", tests).is_empty());
}

#[test]
fn a_reexport_counts_where_it_is_defined() {
    let files = |lib: &'static str| {
        [
            MANIFEST,
            ("src/policy/src/lib.rs", lib),
            ("src/policy/src/a.rs", "use crate::B;\n\npub struct A;\n"),
            ("src/policy/src/b.rs", "pub struct B(crate::a::A);\n"),
        ]
    };
    let found = Repository::new(&files("mod a;\nmod b;\npub use b::B;\n")).violations();
    assert_eq!(found.len(), 1, "{found:?}");
    // A module and what is below it are one thing.
    assert_violations(&files("mod a;\nmod b;\nfn x() {}\n"), &[]);
}

#[test]
fn only_the_arena_of_llb_can_be_a_circle() {
    let files = |name: &str, other: &str| {
        [
            (format!("src/{name}/Cargo.toml"), "[package]\n".to_owned()),
            (
                format!("src/{name}/src/lib.rs"),
                format!("mod {other};\nmod graph;\n"),
            ),
            (
                format!("src/{name}/src/{other}.rs"),
                "use crate::graph::Graph;\n\npub struct Exec;\n".to_owned(),
            ),
            (
                format!("src/{name}/src/graph.rs"),
                format!("use crate::{other}::Exec;\n\npub struct Graph;\n"),
            ),
        ]
    };
    // A new file doesn't join the arena unseen.
    for (name, other, circles) in [("llb", "exec", 0), ("llb", "new", 1), ("policy", "exec", 1)] {
        let files = files(name, other);
        let files: Vec<(&str, &str)> = (files.iter())
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        assert_eq!(
            Repository::new(&files).violations().len(),
            circles,
            "{name}: {other}"
        );
    }
}

#[test]
fn a_type_name_that_is_defined_twice_is_found() {
    assert_violations(
        &[
            MANIFEST,
            ("src/policy/src/a.rs", "struct Kind;\nenum Way {}\n"),
            ("src/policy/src/b.rs", "\nenum Kind {}\n"),
            (
                "src/policy/src/c.rs",
                "#[cfg(test)]\nmod tests {\n    struct Way;\n}\n",
            ),
        ],
        &["src/policy/src/b.rs:2: the crate has another `Kind` at src/policy/src/a.rs:1"],
    );
}

#[test]
fn imports_out_of_order_are_found() {
    let imports = |text: &'static str| [("tools/a.rs", text)];
    assert_violations(
        &imports(
            "mod own;\n\nuse std::io;\n\nuse own::B;\nuse regex::Regex;\n\nuse crate::A;\nuse super::C;\n",
        ),
        &[],
    );
    assert_violations(
        &imports("use crate::A;\n\nuse std::io;\n"),
        &["tools/a.rs:3: imports are out of order"],
    );
    assert_violations(
        &imports("use std::io;\nuse crate::A;\n"),
        &["tools/a.rs:2: an empty line is missing between groups"],
    );
    assert_violations(
        &imports("use std::io;\n\nuse std::fmt;\n"),
        &["tools/a.rs:3: an empty line is inside a group"],
    );
    assert_violations(
        &imports("mod tests {\n    use super::*;\n    use std::io;\n}\n"),
        &["tools/a.rs:3: imports are out of order"],
    );
}

#[test]
fn text_that_is_not_rust_is_an_error() {
    let repository = Repository::new(&[("tools/a.rs", "fn {\n")]);
    let error = check(&repository.0).unwrap_err().to_string();
    assert!(error.starts_with("tools/a.rs:1: "), "{error}");
}

#[test]
fn a_test_module_with_another_name_is_found() {
    let fits = "#[cfg(test)]\nmod fixtures;\n#[cfg(test)]\nmod tests;\n";
    assert_violations(&[("tools/a.rs", fits)], &[]);
    let other = "mod a {\n#[cfg(test)]\nmod a_tests;\n}\n#[cfg(test)]\npub mod testing {}\n";
    assert_violations(
        &[("tools/a.rs", other)],
        &[
            "tools/a.rs:3: `a_tests` is compiled for tests only",
            "tools/a.rs:6: `testing` is compiled for tests only",
        ],
    );
}

#[test]
fn long_inline_tests_are_found() {
    let tests = |lines: usize| format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(lines));
    assert_violations(&[("tools/a.rs", &tests(97))], &[]);
    assert_violations(
        &[("tools/a.rs", &tests(98))],
        &["tools/a.rs:2: `tests` has 100 lines; move them"],
    );
}

#[test]
fn a_long_line_of_prose_is_found() {
    let long = "word ".repeat(25);
    let page = format!("{long}\n\n| {long} |\n\n```text\n{long}\n```\n- {long}\n");
    assert_violations(
        &[("docs/a.md", &page), ("target/b.md", &long)],
        &[
            "docs/a.md:1: the line has 125 columns; wrap prose at 120",
            "docs/a.md:8: the line has 127 columns",
        ],
    );
    let link = format!("[a word](https://example.com/{})\n", "x".repeat(120));
    assert_violations(&[("README.md", &link)], &[]);
}

#[test]
fn a_block_of_code_without_a_language_is_found() {
    assert_violations(
        &[("README.md", "```sh\nx\n```\n\n```\nx\n```\n")],
        &["README.md:5: the block of code has no language"],
    );
}
