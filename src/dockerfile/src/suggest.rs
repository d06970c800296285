//! "did you mean": the nearest of some known words, as the reference finds it.

use std::borrow::Cow;

use fromtier_gostd::strings::{to_lower, to_upper};

use crate::error::Error;

/// A word is near when fewer edits than this lead to it.
const TOO_FAR: usize = 3;

/// The nearest of `options` to `val`, if one is near enough and none is equal (the reference's `suggest.Search`).
/// Without `case_sensitive` the answer has the casing of `val` where that is all upper or all lower case, and is
/// in lower case otherwise.
pub fn search<'a>(val: &str, options: &[&'a str], case_sensitive: bool) -> Option<Cow<'a, str>> {
    let wanted: Vec<char> = if case_sensitive {
        val.chars().collect()
    } else {
        to_lower(val).chars().collect()
    };
    let mut best: Option<Vec<char>> = None;
    let mut distance = TOO_FAR;
    let mut index = 0;
    for (i, option) in options.iter().enumerate() {
        let option: Vec<char> = if case_sensitive {
            option.chars().collect()
        } else {
            to_lower(option).chars().collect()
        };
        if option == wanted {
            return None;
        }
        if option.len().abs_diff(wanted.len()) >= distance {
            continue;
        }
        let d = edits(&wanted, &option);
        if d < distance {
            distance = d;
            best = Some(option);
            index = i;
        }
    }
    let best = best.filter(|b| !b.is_empty())?;
    if case_sensitive {
        return Some(Cow::Borrowed(options[index]));
    }
    let lower: String = best.into_iter().collect();
    // A word without letters is its own lower case, so this order matters.
    let all_upper = val != to_lower(val) && val == to_upper(val);
    Some(Cow::Owned(if all_upper { to_upper(&lower) } else { lower }))
}

/// `err` with ` (did you mean X?)` behind its message where `search` finds one (`suggest.WrapError`);
/// the flag says whether it did.
pub fn wrap(mut err: Error, val: &str, options: &[&str], case_sensitive: bool) -> (Error, bool) {
    match search(val, options, case_sensitive) {
        Some(near) => {
            err.message.push_str(&format!(" (did you mean {near}?)"));
            (err, true)
        }
        None => (err, false),
    }
}

/// How many insertions, removals and replacements of a character lead from `a` to `b`.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(val: &str, options: &[&str], case_sensitive: bool) -> Option<String> {
        search(val, options, case_sensitive).map(Cow::into_owned)
    }

    #[test]
    fn a_slip_of_one_or_two_letters_is_found() {
        assert_eq!(
            near("platfrom", &["from", "platform"], true).as_deref(),
            Some("platform")
        );
        assert_eq!(near("xyzzy", &["from", "platform"], true), None);
    }

    #[test]
    fn an_exact_word_needs_no_suggestion() {
        assert_eq!(near("mount", &["mounts", "mount"], true), None);
    }

    #[test]
    fn the_first_of_the_nearest_wins() {
        assert_eq!(near("ab", &["abc", "abd"], true).as_deref(), Some("abc"));
        assert_eq!(near("ab", &["abcd", "abd"], true).as_deref(), Some("abd"));
    }

    #[test]
    fn the_answer_has_the_casing_of_the_question() {
        assert_eq!(near("FORM", &["from"], false).as_deref(), Some("FROM"));
        assert_eq!(near("form", &["FROM"], false).as_deref(), Some("from"));
        assert_eq!(near("Form", &["FROM"], false).as_deref(), Some("from"));
    }

    #[test]
    fn an_error_says_what_was_meant() {
        let (err, found) = wrap(Error::new("unknown flag: form"), "form", &["from"], true);
        assert!(found);
        assert_eq!(err.message, "unknown flag: form (did you mean from?)");
    }
}
