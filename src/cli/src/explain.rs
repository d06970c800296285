//! `fromtier explain FT101`: the page of a code.

use std::fmt::Write as _;

use fromtier_policy::Code;

use crate::exit::Exit;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code, or the list of codes.
pub fn run(code: Option<&str>) -> (String, Exit) {
    let Some(code) = code else {
        return (list(), Exit::Clean);
    };
    let wanted = code.to_ascii_uppercase();
    match PAGES.iter().find(|(code, _)| *code == wanted) {
        Some((_, page)) => ((*page).to_owned(), Exit::Clean),
        None => (
            format!("unknown code `{code}`; the codes are:\n\n{}", list()),
            Exit::Failed,
        ),
    }
}

fn list() -> String {
    let mut out = String::new();
    for code in Code::ALL {
        let _ = writeln!(out, "{code}  {}", code.title());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_that_says_why_and_how() {
        for code in Code::ALL {
            let (page, exit) = run(Some(code.as_str()));
            assert_eq!(exit, Exit::Clean, "{code} has no page");
            assert!(
                page.starts_with(&format!("# {code}: {}\n", code.title())),
                "{code}: {page}"
            );
            for part in ["\n## Why\n", "\n## Example\n", "\n## What to do\n"] {
                assert!(page.contains(part), "{code} lacks {part:?}");
            }
        }
        assert_eq!(PAGES.len(), Code::ALL.len());
    }

    #[test]
    fn codes_can_be_lowercase_and_an_unknown_one_lists_all() {
        assert_eq!(run(Some("ft101")), run(Some("FT101")));
        let (text, exit) = run(Some("FT999"));
        assert_eq!(exit, Exit::Failed);
        assert!(text.contains("FT101  Community image"));
        assert_eq!(run(None).1, Exit::Clean);
    }
}
