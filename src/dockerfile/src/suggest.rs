//! "did you mean": the nearest of some known words, as the reference frontend finds it.

use std::borrow::Cow;

use fromtier_gostd::strings::{to_lower, to_upper};

use crate::error::Error;

/// A word is near when fewer edits than this lead to it.
const TOO_FAR: usize = 3;

/// Whether case matters when words are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// `form` isn't near `FROM`.
    Sensitive,
    /// `form` is near `FROM`. The suggestion is in upper case where the word is, otherwise in lower case.
    Insensitive,
}

/// Returns the option that is nearest to `word`, if one is near enough and none is equal. As BuildKit's
/// `suggest.Search`.
pub fn nearest<'a>(word: &str, options: &[&'a str], case: Case) -> Option<Cow<'a, str>> {
    let folded = |text: &str| -> Vec<char> {
        match case {
            Case::Sensitive => text.chars().collect(),
            Case::Insensitive => to_lower(text).chars().collect(),
        }
    };
    let wanted = folded(word);
    let mut best: Option<(&'a str, Vec<char>)> = None;
    let mut least = TOO_FAR;
    for option in options {
        let candidate = folded(option);
        if candidate == wanted {
            return None;
        }
        if candidate.len().abs_diff(wanted.len()) >= least {
            continue;
        }
        let edits = edits(&wanted, &candidate);
        if edits < least {
            least = edits;
            best = Some((option, candidate));
        }
    }
    let (option, folded) = best.filter(|(_, folded)| !folded.is_empty())?;
    if case == Case::Sensitive {
        return Some(Cow::Borrowed(option));
    }
    let lower: String = folded.into_iter().collect();
    // A word without letters is its own lower case, so this order matters.
    let all_upper = word != to_lower(word) && word == to_upper(word);
    Some(Cow::Owned(if all_upper { to_upper(&lower) } else { lower }))
}

/// Appends ` (did you mean X?)` to the message of an error where an option is near `word`. As BuildKit's
/// `suggest.WrapError`.
#[must_use]
pub fn with_suggestion(mut error: Error, word: &str, options: &[&str], case: Case) -> Error {
    if let Some(near) = nearest(word, options, case) {
        error.message.push_str(&format!(" (did you mean {near}?)"));
    }
    error
}

/// Returns how many insertions, removals and replacements of a character lead from `a` to `b` (Levenshtein).
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

    fn near(word: &str, options: &[&str], case: Case) -> Option<String> {
        nearest(word, options, case).map(Cow::into_owned)
    }

    #[test]
    fn a_slip_of_one_or_two_letters_is_found() {
        assert_eq!(
            near("platfrom", &["from", "platform"], Case::Sensitive).as_deref(),
            Some("platform")
        );
        assert_eq!(near("xyzzy", &["from", "platform"], Case::Sensitive), None);
    }

    #[test]
    fn an_exact_word_needs_no_suggestion() {
        assert_eq!(near("mount", &["mounts", "mount"], Case::Sensitive), None);
    }

    #[test]
    fn the_first_of_the_nearest_wins() {
        assert_eq!(
            near("ab", &["abc", "abd"], Case::Sensitive).as_deref(),
            Some("abc")
        );
        assert_eq!(
            near("ab", &["abcd", "abd"], Case::Sensitive).as_deref(),
            Some("abd")
        );
    }

    #[test]
    fn the_answer_has_the_casing_of_the_question() {
        assert_eq!(
            near("FORM", &["from"], Case::Insensitive).as_deref(),
            Some("FROM")
        );
        assert_eq!(
            near("form", &["FROM"], Case::Insensitive).as_deref(),
            Some("from")
        );
        assert_eq!(
            near("Form", &["FROM"], Case::Insensitive).as_deref(),
            Some("from")
        );
    }

    #[test]
    fn an_error_says_what_was_meant() {
        let message = |word: &str| {
            let error = Error::new(format!("unknown flag: {word}"));
            with_suggestion(error, word, &["from"], Case::Sensitive).message
        };
        assert_eq!(message("form"), "unknown flag: form (did you mean from?)");
        assert_eq!(message("xyzzy"), "unknown flag: xyzzy");
    }
}
