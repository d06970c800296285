use super::*;

fn nodes(text: &str) -> Vec<Node> {
    parse(text.as_bytes()).unwrap().nodes
}

fn only(text: &str) -> Node {
    let mut all = nodes(text);
    assert_eq!(all.len(), 1, "{text:?}");
    all.remove(0)
}

fn words(node: &Node) -> Vec<&str> {
    match &node.args {
        Args::Words(words) => words.iter().map(String::as_str).collect(),
        other => panic!("words expected, not {other:?}"),
    }
}

/// The message, and the lines of the only location.
fn error(text: &[u8]) -> (String, Vec<i32>) {
    let error = parse(text).unwrap_err();
    let [location] = error.locations.as_slice() else {
        panic!("one location expected in {error:?}");
    };
    (
        error.message,
        location.iter().map(|r| r.start.line).collect(),
    )
}

#[test]
fn an_instruction_is_a_keyword_flags_and_arguments() {
    let node = only("  copy --from=a  --link  b\tc \n");
    assert_eq!(node.keyword, "copy");
    assert_eq!(node.flags, ["--from=a", "--link"]);
    assert_eq!(words(&node), ["b", "c"]);
    assert_eq!(node.original, "copy --from=a  --link  b\tc ");
    assert_eq!((node.start_line, node.end_line), (1, 1));
}

#[test]
fn continuations_join_lines_without_comments_and_empty_ones() {
    let text = "FROM a\nRUN one \\\n  # note\n\n  two \\  \nthree\\\\\nUSER x\n";
    let file = parse(text.as_bytes()).unwrap();
    assert_eq!(file.nodes[1].original, "RUN one   two three\\\\");
    assert_eq!((file.nodes[1].start_line, file.nodes[1].end_line), (2, 6));
    assert_eq!(file.nodes[1].location().len(), 5);
    assert_eq!(file.nodes.len(), 3);
    let [warning] = file.warnings.as_slice() else {
        panic!("one warning expected");
    };
    assert_eq!(
        warning.message,
        "Empty continuation line found in: RUN one   two three\\\\"
    );
    assert_eq!(warning.range, Range::line(6));
}

#[test]
fn a_continuation_at_the_end_of_the_file_is_not_an_error() {
    assert_eq!(only("RUN x \\\n# end").original, "RUN x ");
    assert_eq!(only("\\\nRUN x").original, "RUN x");
    assert_eq!(only("\\\n").keyword, "");
}

#[test]
fn the_escape_directive_changes_continuations_and_words() {
    let file = parse(b"#escape=`\nRUN c:\\ `\n d\nCOPY --a=x` y b\n").unwrap();
    assert_eq!(file.escape, '`');
    assert_eq!(file.nodes[0].original, "RUN c:\\  d");
    assert_eq!(file.nodes[1].flags, ["--a=x y"]);
}

#[test]
fn a_mark_and_carriage_returns_are_not_part_of_the_text() {
    let text = "\u{feff}FROM a\r\nRUN b \\\r\n c\r\n";
    let all = nodes(text);
    assert_eq!(all[0].original, "FROM a");
    assert_eq!(all[1].original, "RUN b  c");
    assert_eq!(&text[all[0].span.start..all[0].span.end], "FROM a");
    assert_eq!(&text[all[1].span.start..all[1].span.end], "RUN b \\\r\n c");
}

#[test]
fn comments_gather_until_an_instruction_or_an_empty_comment() {
    let all = nodes("# syntax=x\n# gone\n#\n# one\n\n  # two\nFROM a\n# three\nRUN b\nRUN c\n");
    assert_eq!(all[0].comments, ["one", "# two"]);
    assert_eq!(all[1].comments, ["three"]);
    assert_eq!(all[2].comments, [] as [&str; 0]);
}

#[test]
fn directives_are_not_comments() {
    assert_eq!(only("# check=skip=all\n# x\nFROM a").comments, ["x"]);
    let all = nodes("# x\n# check=skip=all\nFROM a");
    assert_eq!(all[0].comments, ["x", "check=skip=all"]);
}

#[test]
fn the_exec_form_needs_an_array_of_strings() {
    assert_eq!(
        only(r#"RUN [ "a", "b c" ]"#).args,
        Args::Json(vec!["a".into(), "b c".into()])
    );
    assert_eq!(words(&only("RUN ['a']")), ["['a']"]);
    assert_eq!(words(&only(r#"COPY ["a", b"#)), ["[\"a\",", "b"]);
    assert_eq!(only("CMD []").args, Args::Json(vec![]));
    assert_eq!(
        error(b"FROM a\nRUN [\"a\", 1]"),
        (
            "when using JSON array syntax, arrays must be comprised of strings only".into(),
            vec![2]
        )
    );
}

#[test]
fn the_type_of_a_healthcheck_is_before_its_command() {
    assert_eq!(words(&only("HEALTHCHECK CMD a b")), ["CMD", "a b"]);
    assert_eq!(
        only(r#"HEALTHCHECK --retries=1 cmd ["a"]"#).args,
        Args::Json(vec!["cmd".into(), "a".into()])
    );
    assert_eq!(words(&only("HEALTHCHECK NONE")), ["NONE"]);
}

fn pairs(text: &str) -> Vec<(String, String, bool)> {
    match only(text).args {
        Args::Pairs(pairs) => pairs
            .into_iter()
            .map(|p| (p.key, p.value, p.delim))
            .collect(),
        other => panic!("pairs expected, not {other:?}"),
    }
}

#[test]
fn pairs_keep_their_quotes_and_the_old_form_its_blanks() {
    let pair = |k: &str, v: &str, d| (k.to_owned(), v.to_owned(), d);
    assert_eq!(
        pairs(r#"ENV a="b c" d=e\ f g= h=i=j"#),
        [
            pair("a", "\"b c\"", true),
            pair("d", r"e\ f", true),
            pair("g", "", true),
            pair("h", "i=j", true),
        ]
    );
    assert_eq!(pairs("ENV a b = c"), [pair("a", "b = c", false)]);
    assert_eq!(pairs("LABEL =a"), [pair("", "a", true)]);
    assert_eq!(pairs("ENV"), []);
}

#[test]
fn pairs_without_values_are_errors() {
    assert_eq!(
        error(b"ENV a"),
        ("ENV must have two arguments".into(), vec![1])
    );
    assert_eq!(
        error(b"\nLABEL \\\na"),
        ("LABEL must have two arguments".into(), vec![2, 3])
    );
    assert_eq!(
        error("ENV a=b c\\\"\u{a0}d".as_bytes()),
        (
            "Syntax error - can't find = in \"c\\\\\\\"\". Must be of the form: name=value".into(),
            vec![1]
        )
    );
}

#[test]
fn onbuild_has_an_instruction() {
    let Args::Sub(inner) = only("ONBUILD copy --from=x a b").args else {
        panic!("an instruction expected");
    };
    assert_eq!(
        (inner.keyword.as_str(), inner.original.as_str()),
        ("copy", "copy --from=x a b")
    );
    assert_eq!(inner.flags, ["--from=x"]);
    assert_eq!(words(&inner), ["a", "b"]);
    assert_eq!(words(&only("ONBUILD")), [] as [&str; 0]);
    assert_eq!(
        error(b"ONBUILD ONBUILD ONBUILD ENV a").0,
        "ENV must have two arguments"
    );
}

#[test]
fn a_long_chain_of_onbuilds_is_read_without_recursion() {
    let text = "ONBUILD \\\n".repeat(100_000) + "RUN a";
    assert_eq!(only(&text).end_line, 100_001);
}

#[test]
fn heredocs_follow_their_line() {
    let text = "FROM a\nRUN <<EOF cat 3<<-'E2'\nfirst\nEOF\n\tsecond\r\n\tE2\r\nUSER b\n";
    let all = nodes(text);
    let [one, two] = all[1].heredocs.as_slice() else {
        panic!("two heredocs expected");
    };
    assert_eq!(
        (one.name.as_str(), one.content.as_str()),
        ("EOF", "first\n")
    );
    assert_eq!(
        (one.file_descriptor, one.expand, one.chomp),
        (0, true, false)
    );
    assert_eq!(
        (two.name.as_str(), two.content.as_str()),
        ("E2", "\tsecond\r\n")
    );
    assert_eq!(
        (two.file_descriptor, two.expand, two.chomp),
        (3, false, true)
    );
    assert_eq!(&text[two.span.start..two.span.end], "\tsecond\r\n");
    assert_eq!((all[1].start_line, all[1].end_line), (2, 6));
    assert!(text[..all[1].span.end].ends_with("E2"));
    assert_eq!(all[2].keyword, "USER");
}

#[test]
fn only_shell_forms_of_some_instructions_take_heredocs() {
    assert_eq!(nodes("FROM a\nCMD <<EOF\nUSER b").len(), 3);
    assert_eq!(nodes("RUN [\"<<EOF\"]\nUSER b").len(), 2);
    assert_eq!(nodes("RUN echo \"<<EOF\" '\nUSER b").len(), 2);
    assert_eq!(only("ONBUILD RUN <<EOF\nx\nEOF\n").heredocs.len(), 1);
    assert_eq!(only("RUN <<<EOF").heredocs.len(), 0);
}

#[test]
fn heredocs_must_end() {
    assert_eq!(
        error(b"FROM a\nRUN <<EOF \\\n && b\nx\nEOF \n"),
        ("unterminated heredoc".into(), vec![2, 3, 4, 5])
    );
}

#[test]
fn a_quoted_heredoc_word_keeps_its_text_unexpanded() {
    let read = |word: &str| {
        let found = parse_heredoc(word).unwrap();
        found.map(|h| (h.name, h.expand, h.chomp, h.file_descriptor))
    };
    assert_eq!(read("<<EOF"), Some(("EOF".into(), true, false, 0)));
    assert_eq!(read("<<-\"E F\""), Some(("E F".into(), false, true, 0)));
    assert_eq!(read("5<< EOF"), Some(("EOF".into(), true, false, 5)));
    assert_eq!(read("<<E'O'F"), Some(("EOF".into(), false, false, 0)));
    assert_eq!(
        read("99999999999999999999<<E"),
        Some(("E".into(), true, false, u64::MAX))
    );
    for word in [
        "<<", "<<-", "<EOF", "<<<EOF", "a<<EOF", "<<A B", "<<A<B", "",
    ] {
        assert_eq!(read(word), None, "{word}");
    }
    assert_eq!(
        parse_heredoc("<<'EOF").unwrap_err().message,
        "failed to process \"'EOF\": unexpected end of statement while looking for matching single-quote"
    );
}

#[test]
fn tabs_go_from_the_start_of_lines() {
    assert_eq!(chomp_heredoc_content("\t\ta\n\t b\t\n\n\t"), "a\n b\t\n\n");
    assert_eq!(chomp_heredoc_bytes(b"\t\xff\n\t\tb"), b"\xff\nb");
}

#[test]
fn bytes_of_a_heredoc_are_kept() {
    let file = parse(b"FROM a\nCOPY <<'E' /x\n\xff\xe4\xb8\nE\n").unwrap();
    let heredoc = &file.nodes[1].heredocs[0];
    assert_eq!(heredoc.raw.as_deref(), Some(&b"\xff\xe4\xb8\n"[..]));
    assert_eq!(heredoc.content, "\u{fffd}\u{fffd}\u{fffd}\n");
    assert!(!file.nodes[1].invalid_utf8);
    let file = parse(b"RUN echo \xff").unwrap();
    assert!(file.nodes[0].invalid_utf8);
    assert_eq!(words(&file.nodes[0]), ["echo \u{fffd}"]);
}

#[test]
fn files_without_instructions_are_errors() {
    for (text, line) in [("", 0), ("\n\n", 2), ("# a\n# b", 2)] {
        let want = ("file with no instructions".to_owned(), vec![line]);
        assert_eq!(error(text.as_bytes()), want, "{text:?}");
    }
}

#[test]
fn directives_can_be_wrong() {
    assert_eq!(
        error(b"# escape=x\nFROM a"),
        (
            "invalid escape token 'x' does not match ` or \\".into(),
            vec![0]
        )
    );
    assert_eq!(
        error(b"# escape=\\\n# Escape=`\nFROM a"),
        (
            "only one escape parser directive can be used".into(),
            vec![1]
        )
    );
}

#[test]
fn lines_have_a_limit() {
    let too_long = "dockerfile line greater than max allowed size of 65535".to_owned();
    let line = |len: usize| "#".to_owned() + &"x".repeat(len - 1);
    assert!(parse(format!("FROM a\n{}", line(65_535)).as_bytes()).is_ok());
    assert!(parse(format!("FROM a\n{}\n", line(65_535)).as_bytes()).is_ok());
    let text = format!("FROM a\n{}", line(65_536));
    assert_eq!(error(text.as_bytes()), (too_long.clone(), vec![1]));
    // The reference continues with the contents of its buffer.
    let text = format!("FROM a\nRUN b\\\n{}", line(65_536));
    assert_eq!(error(text.as_bytes()), (too_long, vec![3]));
    assert_eq!(
        error(line(65_536).as_bytes()).0,
        "file with no instructions"
    );
}

#[test]
fn words_and_flags_have_their_places() {
    let text = "# c\nFROM --platform=\"x\" \\\n  alp\\\nine AS b\n";
    let node = only(text);
    let at = |span: Span| &text[span.start..span.end];
    assert_eq!(words(&node), ["alpine", "AS", "b"]);
    assert_eq!(at(node.word_spans[0]), "alp\\\nine");
    assert_eq!(at(node.word_spans[2]), "b");
    assert_eq!(at(node.flag_spans[0]), "--platform=\"x\"");
    assert_eq!(at(node.flag_value_spans[0].unwrap()), "\"x\"");
}

#[test]
fn syntax_is_detected_in_any_comment_style() {
    let detect = |text: &str| {
        detect_syntax(text.as_bytes()).map(|d| (d.value, d.cmdline, d.location[0].start.line))
    };
    let found =
        |value: &str, cmdline: &str, line| Some((value.to_owned(), cmdline.to_owned(), line));
    assert_eq!(
        detect("# syntax=a/b:1 c  \nFROM x"),
        found("a/b:1", "a/b:1 c", 1)
    );
    assert_eq!(detect("#!/bin/x\n#Syntax = a\r\n"), found("a", "a", 2));
    assert_eq!(detect("# escape=`\n# syntax=a"), found("a", "a", 2));
    assert_eq!(detect("//syntax=a\n{}"), found("a", "a", 1));
    assert_eq!(
        detect("\u{feff}{\"syntax\": \"a b\", \"x\": [1]}"),
        found("a b", "a b", 0)
    );
    assert_eq!(detect("#!x\n{\"syntax\": \"a\"}"), found("a", "a", 1));
    assert_eq!(detect("#syntax= "), found("", " ", 1));
    for text in [
        "",
        "FROM a\n# syntax=b",
        "\n# syntax=a",
        "# foo=a\n# syntax=b",
        "{\"syntax\": 1}",
        "#syntax=",
    ] {
        assert_eq!(detect(text), None, "{text:?}");
    }
    assert_eq!(
        directive("check", b"# check=skip=all\n").unwrap().value,
        "skip=all"
    );
    assert_eq!(directive("syntax", b"// syntax=a\n"), None);
}

#[test]
fn any_bytes_are_read_without_panic() {
    let all: Vec<u8> = (0..=255).collect();
    let _ = parse(&all);
    let _ = detect_syntax(&all);
    for start in 0..=255u8 {
        let text: Vec<u8> = (0..64)
            .map(|i: u8| start.wrapping_mul(31).wrapping_add(i.wrapping_mul(7)))
            .collect();
        for keyword in [
            "RUN <<",
            "ENV ",
            "COPY --",
            "HEALTHCHECK ",
            "ONBUILD ",
            "CMD [\"",
        ] {
            let _ = parse(&[keyword.as_bytes(), &text].concat());
        }
    }
}
