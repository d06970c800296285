use super::*;

fn matches(patterns: &[&str], path: &str) -> bool {
    let matcher = Matcher::new(patterns).unwrap();
    matcher.matches_or_parent_matches(path).unwrap()
}

#[test]
fn a_file_is_read_line_by_line() {
    let file = b"\xef\xbb\xbf# comment\r\n\r\n  a/../b  \n/rooted\n! /c/\n!\n/\n #d\n\xff";
    assert_eq!(
        read(file).unwrap(),
        ["b", "rooted", "!c", "!", "/", "#d", "\u{fffd}"]
    );
    assert_eq!(read(b"").unwrap(), [""; 0]);
}

#[test]
fn a_line_too_long_is_an_error() {
    let mut file = vec![b'a'; 65535];
    assert_eq!(read(&file).unwrap().len(), 1);
    file.push(b'a');
    assert_eq!(
        read(&file).unwrap_err().message,
        "bufio.Scanner: token too long"
    );
}

#[test]
fn patterns_match_paths_and_what_is_below_them() {
    for (pattern, path) in [
        ("a", "a"),
        ("a", "a/b/c"),
        ("*.md", "README.md"),
        ("a/?", "a/b"),
        ("**/x", "x"),
        ("**/x", "a/b/x"),
        ("a/**", "a/b/c"),
        ("a/**/z", "a/z"),
        ("a/**/z", "a/b/c/z"),
        ("**", "anything"),
        ("[a-c]x", "bx"),
        ("[^a]x", "bx"),
        ("a\\*b", "a*b"),
        ("**/*.go", "a/b.go"),
        ("a.b", "a.b"),
        ("./a/", "a"),
    ] {
        assert!(matches(&[pattern], path), "{pattern} {path}");
    }
    for (pattern, path) in [
        ("a", "b/a"),
        ("*.md", "docs/README.md"),
        ("a/?", "a/bc"),
        ("a.b*", "axb"),
        ("[a-c]x", "dx"),
        ("a\\*b", "axb"),
        ("a/**/z", "a/bz"),
    ] {
        assert!(!matches(&[pattern], path), "{pattern} {path}");
    }
}

#[test]
fn later_patterns_take_back() {
    assert!(!matches(&["*", "!keep"], "keep"));
    assert!(!matches(&["*", "!keep"], "keep/file"));
    assert!(matches(&["*", "!keep", "keep/file"], "keep/file"));
    let matcher = Matcher::new(&["a", "!b/"]).unwrap();
    assert!(matcher.has_exclusions() && matcher.patterns()[1].is_exclusion());
    assert_eq!(matcher.patterns()[1].to_string(), "b");
}

#[test]
fn mistakes_are_worded_as_the_reference_words_them() {
    let error = |pattern: &str| Matcher::new(&[pattern]).unwrap_err().message;
    assert_eq!(error("!"), "illegal exclusion pattern: \"!\"");
    assert_eq!(error("[a"), "syntax error in pattern");
    assert_eq!(error("a["), "syntax error in pattern");
    assert_eq!(error("a\\"), "syntax error in pattern");
    // After a star the mistake shows only when a path is matched.
    let late = Matcher::new(&["b*[z-a]"]).unwrap();
    assert_eq!(
        late.matches_or_parent_matches("b").unwrap_err().message,
        "syntax error in pattern"
    );
    assert!(
        Matcher::new(&["src\\public*"])
            .unwrap()
            .matches_or_parent_matches("x")
            .is_err()
    );
}

#[test]
fn a_backslash_means_what_it_means_to_the_reference() {
    assert!(matches(&["v\\d*"], "v1"));
    assert!(matches(&["[[:upper:]]"], "A"));
    assert!(!matches(&["src\\bin"], "src/bin"));
}

#[test]
fn a_directory_matches_as_a_path_of_its_own_does() {
    let patterns = [
        "a", "a/b", "a/*", "*/b", "?", "**", "**/b", "a/**", "**/*b", "a/**/b", "*/**/c", "a*/?b",
        "[ab]", "é/*", "/a", "*\\Q", "b*\\b", "*\\B", "a*\\z", "a*\\A", "*.b", "a[/]b",
    ];
    let names = ["a", "b", "c", "ab", "é", "a.b", "$"];
    let two = |top: &str| names.map(|name| format!("{top}{name}"));
    let mut paths: Vec<String> = ["", "/"].iter().flat_map(|top| two(top)).collect();
    for _ in 0..2 {
        let below = paths.iter().flat_map(|path| two(&format!("{path}/")));
        paths = paths.iter().cloned().chain(below).collect();
    }
    for pattern in patterns {
        let pattern = Pattern::parse(pattern).unwrap();
        let matches = |path: &str| pattern.matches_any(path, &[]).unwrap();
        for path in &paths {
            let parents = parents(path);
            assert_eq!(
                pattern.matches_any(path, &parents).unwrap(),
                matches(path) || parents.iter().any(|end| matches(&path[..*end])),
                "{pattern} {path}"
            );
        }
    }
}

#[test]
fn many_patterns_are_matched_with_a_deep_path() {
    // Directory by directory, this would take minutes.
    let folders = "a/".repeat(2000);
    let patterns: Vec<String> = (0..100).map(|number| format!("a/**/{number}")).collect();
    let mut patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    assert!(matches(&patterns, &format!("{folders}99/file")));
    patterns.push("!**/file");
    assert!(!matches(&patterns, &format!("{folders}99/file")));
}
