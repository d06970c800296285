//! As Go's `strings`: upper and lower case.

/// Returns the text in lower case, mapping character by character (`strings.ToLower`).
pub fn to_lower(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.chars().map(lower).collect()
    }
}

/// Returns the text in upper case, mapping character by character (`strings.ToUpper`).
pub fn to_upper(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_uppercase()
    } else {
        text.chars().map(upper).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_changes_keep_one_character_one() {
        assert_eq!(to_lower("ÀẞİΣ"), "àßiσ");
        assert_eq!(to_upper("straße"), "STRAßE");
    }
}
