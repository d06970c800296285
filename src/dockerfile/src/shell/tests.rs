use super::*;

fn env() -> Vec<(String, String)> {
    [
        ("NAME", "value"),
        ("EMPTY", ""),
        ("SPACED", "two  words"),
        ("PATH", "/usr/local/bin:/bin"),
        ("FILE", "archive.tar.gz"),
        ("é1", "accent"),
    ]
    .iter()
    .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
    .collect()
}

fn expand(word: &str) -> String {
    Lex::new('\\')
        .expand(word, &env())
        .unwrap_or_else(|(e, _)| panic!("{word}: {e}"))
        .result
}

fn error(word: &str) -> String {
    Lex::new('\\').expand(word, &env()).unwrap_err().0.message
}

fn words(text: &str) -> Vec<String> {
    Lex::new('\\').words(text, &env()).unwrap()
}

#[test]
fn variables_and_their_modifiers() {
    for (word, want) in [
        ("plain", "plain"),
        ("$NAME ${NAME}x $NAMEx", "value valuex "),
        ("a$", "a$"),
        ("$é1", "accent"),
        ("${EMPTY-a}${EMPTY:-b}${NONE-c}${NONE:-d}", "bcd"),
        ("${EMPTY+a}${EMPTY:+b}${NAME:+c}${NONE+d}", "ac"),
        ("${NAME?x}${NAME:?x}${EMPTY?x}", "valuevalue"),
        ("${FILE%.*} ${FILE%%.*}", "archive.tar archive"),
        ("${PATH#*/} ${PATH##*/}", "usr/local/bin:/bin bin"),
        (
            "${PATH/bin/x} ${PATH//bin/x}",
            "/usr/local/x:/bin /usr/local/x:/x",
        ),
        ("${PATH//\\//-}", "-usr-local-bin:-bin"),
        ("${NONE:-${NAME:-x}}", "value"),
        ("$1a$@b${#}", "ab"),
    ] {
        assert_eq!(expand(word), want, "{word}");
    }
}

#[test]
fn quotes_and_escapes() {
    for (word, want) in [
        ("'$NAME' \"$NAME\"", "$NAME value"),
        (r"\$NAME \'", "$NAME '"),
        (r#""\$NAME \" \n""#, r#"$NAME " \n"#),
        (r"end\", "end"),
        ("a << b", "a << b"),
        ("\u{feff}a'b'", "ab"),
    ] {
        assert_eq!(expand(word), want, "{word}");
    }
    let keep = Lex {
        raw_quotes: true,
        raw_escapes: true,
        ..Lex::new('\\')
    };
    assert_eq!(
        keep.expand(r#"'a' "\"b" \c"#, &NoEnv).unwrap().result,
        r#"'a' "\"b" \c"#
    );
    let text = Lex {
        skip_process_quotes: true,
        ..Lex::new('\\')
    };
    assert_eq!(
        text.expand("it's $NAME", &env()).unwrap().result,
        "it's value"
    );
    assert_eq!(
        Lex::new('`').expand("a\\b `$c", &NoEnv).unwrap().result,
        "a\\b $c"
    );
}

#[test]
fn variables_that_are_not_set_can_stay() {
    let lex = Lex {
        skip_unset_env: true,
        ..Lex::new('\\')
    };
    let word = "$NAME $A ${B} ${C:-x} ${D%y} ${E/a/b}";
    let got = lex.expand(word, &env()).unwrap();
    assert_eq!(got.result, "value $A ${B} ${C:-x} ${D%y} ${E/a/b}");
    assert_eq!(got.unmatched.len(), 5);
}

#[test]
fn mistakes_are_worded_as_the_reference_words_them() {
    for (word, want) in [
        ("${", "syntax error: missing '}'"),
        ("${NAME:-x", "syntax error: missing '}'"),
        ("${}", "syntax error: bad substitution"),
        ("${:x}", "syntax error: bad substitution"),
        ("${NAME.x}", "unsupported modifier (.) in substitution"),
        ("${NAME:#x}", "unsupported modifier (:#) in substitution"),
        ("${NAME:x}", "unsupported modifier (:x) in substitution"),
        ("${NAME", "unsupported modifier (\u{fffd}) in substitution"),
        ("${NAME/x}", "syntax error: missing '/' in ${}"),
        ("${NAME/x/y", "syntax error: missing '}'"),
        ("${NONE?}", "NONE: is not allowed to be unset"),
        ("${EMPTY:?}", "EMPTY: is not allowed to be empty"),
        ("${NONE:?please set it}", "NONE: please set it"),
        (
            "${NAME#\\v}",
            "invalid pattern (\\v) in substitution: invalid escape '\\v'",
        ),
        (
            "'a",
            "unexpected end of statement while looking for matching single-quote",
        ),
    ] {
        assert_eq!(
            error(word),
            format!(
                "failed to process {}: {want}",
                fromtier_gostd::strconv::quote(word)
            )
        );
    }
    assert_eq!(
        error("\"a"),
        r#"failed to process "\"a": unexpected end of statement while looking for matching double-quote"#
    );
}

#[test]
fn findings_before_a_syntax_error_are_kept() {
    let (_, got) = Lex::new('\\').expand("$NAME $A ${B?}", &env()).unwrap_err();
    assert!(got.matched.contains("NAME") && got.unmatched == ["A", "B"]);
    assert_eq!(got.result, "");
}

#[test]
fn words_are_parted_at_blanks() {
    assert_eq!(words("  a  b\tc "), ["a", "b", "c"]);
    assert_eq!(words("a $SPACED b"), ["a", "two", "words", "b"]);
    assert_eq!(
        words("\"$SPACED\" 'x y' z\\ w"),
        ["two  words", "x y", "z w"]
    );
    assert_eq!(words("'' a"), ["a"]);
    assert_eq!(words("<< EOF <a"), ["<< EOF", "<a"]);
    // A quirk of the reference that can be seen in EXPOSE.
    assert_eq!(words("abc${NONE:-d}e"), ["de"]);
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = "${a:-".repeat(100_000);
    assert!(Lex::new('\\').expand(&deep, &NoEnv).is_err());
    let fine = format!("{}x{}", "\"${a:-".repeat(150), "}\"".repeat(150));
    assert_eq!(expand(&fine), "x");
}

#[test]
fn a_value_that_would_take_all_memory_is_an_error() {
    let value = "x".repeat(MAX_LENGTH / 2);
    let env = vec![("A".to_owned(), value)];
    assert_eq!(
        Lex::new('\\').expand("$A$A", &env).unwrap().result.len(),
        MAX_LENGTH
    );
    for word in [
        "$A$A.$A",
        "\"$A$A$A\"",
        "${A//x/yyy}",
        "${B:-$A$A$A}",
        "'a'$A\"$A$A\"",
        "${A/x/$A$A}",
    ] {
        let (error, _) = Lex::new('\\').expand(word, &env).unwrap_err();
        assert!(
            error
                .message
                .ends_with("the value is longer than 16777216 bytes"),
            "{word}: {}",
            &error.message[..80]
        );
    }
}
