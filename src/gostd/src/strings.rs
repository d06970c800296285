//! Small pieces of Go's standard library whose exact results users see: quoting, casing, booleans, paths.

use std::fmt::Write as _;

pub use fromtier_image::go::path::{clean as path_clean, join as path_join};
pub use fromtier_image::go::quote;

use crate::error::{Error, Result};

/// Bytes in double quotes, as `%q` prints them: what isn't UTF-8 as `\xNN`.
pub fn quote_bytes(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        let valid = quote(chunk.valid());
        out.push_str(&valid[1..valid.len() - 1]);
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

/// Lower case, one character for one (`strings.ToLower`).
pub fn to_lower(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        false => text.chars().map(lower).collect(),
    }
}

/// Upper case, one character for one (`strings.ToUpper`).
pub fn to_upper(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_ascii_uppercase(),
        false => text.chars().map(upper).collect(),
    }
}

fn lower(c: char) -> char {
    let mut all = c.to_lowercase();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        _ if c == '\u{130}' => 'i',
        _ => c,
    }
}

fn upper(c: char) -> char {
    let mut all = c.to_uppercase();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// `1`, `t`, `true`, … and `0`, `f`, `false`, … (`strconv.ParseBool`, with its error text).
pub fn parse_bool(text: &str) -> Result<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Error::new(format!(
            "strconv.ParseBool: parsing {}: invalid syntax",
            quote(text)
        ))),
    }
}

/// The last element of a path: `.` of an empty one, `/` of nothing but slashes (`path.Base`).
pub fn path_base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        _ if path.is_empty() => ".",
        Some("") | None => "/",
        Some(last) => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_users_of_the_reference_see_it() {
        assert_eq!(quote("plain"), r#""plain""#);
        assert_eq!(quote("a\"b\\c\n\t\u{7}\u{1}"), r#""a\"b\\c\n\t\a\x01""#);
        assert_eq!(quote("é世\u{301}"), "\"é世\u{301}\"");
        assert_eq!(
            quote("\u{a0}\u{feff}\u{e0001}\u{80}\u{7f}"),
            r#""\u00a0\ufeff\U000e0001\u0080\x7f""#
        );
    }

    #[test]
    fn stray_bytes_are_quoted_by_number() {
        assert_eq!(quote_bytes(b"a\"\xe9\xe4\xb8z"), r#""a\"\xe9\xe4\xb8z""#);
        assert_eq!(quote_bytes(b""), "\"\"");
    }

    #[test]
    fn booleans_have_the_spellings_of_go() {
        assert_eq!(parse_bool("T"), Ok(true));
        assert_eq!(parse_bool("True"), Ok(true));
        assert_eq!(parse_bool("f"), Ok(false));
        assert_eq!(parse_bool("False"), Ok(false));
        assert_eq!(
            parse_bool("yes").map_err(|e| e.message),
            Err(r#"strconv.ParseBool: parsing "yes": invalid syntax"#.to_owned())
        );
    }

    #[test]
    fn paths_are_cleaned() {
        for (path, want) in [
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("//", "/"),
            ("a/b", "a/b"),
            ("a//b/", "a/b"),
            ("./a", "a"),
            ("a/../b", "b"),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("/../a", "/a"),
            ("..", ".."),
            ("../..", "../.."),
            ("a/..", "."),
        ] {
            assert_eq!(path_clean(path), want, "{path:?}");
        }
        assert_eq!(path_join(&["/", "a/../b"]), "/b");
        assert_eq!(path_join(&["", ""]), "");
        assert_eq!(
            ["", "/", "//", "a/b/", "a"].map(path_base),
            [".", "/", "/", "b", "a"]
        );
    }

    #[test]
    fn case_changes_keep_one_character_one() {
        assert_eq!(to_lower("ÀẞİΣ"), "àßiσ");
        assert_eq!(to_upper("straße"), "STRAßE");
    }
}
