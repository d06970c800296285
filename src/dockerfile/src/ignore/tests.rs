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
