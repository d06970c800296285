//! `fromtier explain FT101`: the page of a code.

use std::fmt::Write as _;

use fromtier_policy::Code;

use crate::exit::Exit;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The pages of codes, or the list of codes if none is named.
pub fn run(codes: &[String]) -> (String, Exit) {
    if codes.is_empty() {
        return (list(), Exit::Clean);
    }
    let mut pages = Vec::new();
    for code in codes {
        let wanted = code.to_ascii_uppercase();
        match PAGES.iter().find(|(code, _)| *code == wanted) {
            Some((_, page)) => pages.push(*page),
            None => {
                let text = format!("unknown code `{code}`; the codes are:\n\n{}", list());
                return (text, Exit::Failed);
            }
        }
    }
    (pages.join("\n"), Exit::Clean)
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

    fn pages(codes: &[&str]) -> (String, Exit) {
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        run(&codes)
    }

    #[test]
    fn several_codes_have_their_pages_in_the_order_of_the_words() {
        let (text, exit) = pages(&["FT107", "FT101"]);
        assert_eq!(exit, Exit::Clean);
        assert!(text.starts_with("# FT107: ") && text.contains("\n# FT101: "));
        assert_eq!(pages(&["FT101", "FT999"]).1, Exit::Failed);
    }

    #[test]
    fn every_code_has_a_page_that_says_why_and_how() {
        for code in Code::ALL {
            let (page, exit) = pages(&[code.as_str()]);
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
        assert_eq!(pages(&["ft101"]), pages(&["FT101"]));
        let (text, exit) = pages(&["FT999"]);
        assert_eq!(exit, Exit::Failed);
        assert!(text.contains("FT101  Community image"));
        assert_eq!(run(&[]).1, Exit::Clean);
    }
}
