use super::*;

#[test]
fn an_array_of_strings_is_read() {
    assert_eq!(
        string_array(b" [ \"a\" ,\"b\\n\\u00e9\"] ").unwrap(),
        ["a", "b\né"]
    );
    assert_eq!(string_array(b"[]").unwrap(), [] as [&str; 0]);
}

#[test]
fn text_that_is_not_json_is_left_to_the_shell() {
    for text in [
        "",
        "a",
        "[",
        "[\"a\"",
        "[\"a\",]",
        "['a']",
        "[\"a\"] x",
        "[\"\\x\"]",
        "[\"a\tb\"]",
        "[01]",
        "[1e999]",
        "[\"a\", 1e999]",
        "[\"\\u12\"]",
        "[,]",
        "{}",
        "[+1]",
        "[1.]",
        "[nul]",
        "[{\"a\"}]",
        "[{1:2}]",
        "[[}]",
        "[\"a\" \"b\"]",
        "\u{a0}x",
    ] {
        assert_eq!(
            string_array(text.as_bytes()),
            Err(NotStrings::NotArray),
            "{text}"
        );
    }
}

#[test]
fn other_elements_are_an_error_of_their_own() {
    for text in [
        "[1]",
        "[\"a\", null]",
        "[[\"a\"]]",
        "[{\"a\": [1, {}, []]}, -0.5e+3]",
        "[true,false]",
    ] {
        assert_eq!(
            string_array(text.as_bytes()),
            Err(NotStrings::OtherElements),
            "{text}"
        );
    }
}

#[test]
fn surrogates_pair_or_are_replaced() {
    let read = |text: &str| string_array(text.as_bytes()).unwrap().concat();
    assert_eq!(read(r#"["\ud83d\ude00"]"#), "😀");
    assert_eq!(read(r#"["\ud83dx\ude00"]"#), "\u{fffd}x\u{fffd}");
    assert_eq!(read(r#"["\ud83d\ud83d\ude00"]"#), "\u{fffd}😀");
    assert_eq!(read(r#"["\ud83d\u0041"]"#), "\u{fffd}A");
    assert_eq!(
        string_array(b"[\"\xff\xe4\xb8\"]").unwrap(),
        ["\u{fffd}\u{fffd}\u{fffd}"]
    );
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(
        string_array(nested(10_000).as_bytes()),
        Err(NotStrings::OtherElements)
    );
    assert_eq!(
        string_array(nested(10_001).as_bytes()),
        Err(NotStrings::NotArray)
    );
}

#[test]
fn the_last_of_equal_keys_counts() {
    let get = |text: &str| object_string(text.as_bytes(), "syntax");
    assert_eq!(
        get(r#" {"a": [1], "syntax": "x", "s\u0079ntax": "y z"} "#).unwrap(),
        "y z"
    );
    assert_eq!(get(r#"{"syntax": "x", "syntax": 1}"#), None);
    assert_eq!(get(r#"{"syntax": "x"} FROM"#), None);
    assert_eq!(get(r#"{"Syntax": "x"}"#), None);
    assert_eq!(get(r#"{"syntax": "x", "a": 1e999}"#), None);
}
