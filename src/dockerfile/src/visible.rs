//! Text of strangers, as a terminal can show it.

/// Returns the text with each character that a terminal would act on replaced by one that can be seen: `␛` for the
/// escape character, `\u{202e}` for a change of the writing direction. Line feeds and tabs stay.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c => push_visible(c, &mut out),
        }
    }
    out
}

/// The same for a text that is one line, such as the name of a file. Line feeds and tabs are replaced too.
pub fn visible_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_visible(c, &mut out));
    out
}

fn push_visible(c: char, out: &mut String) {
    match c {
        // Unicode has a picture of each.
        '\0'..='\x1f' => out.extend(char::from_u32(0x2400 + u32::from(c))),
        '\x7f' => out.push('␡'),
        // Eight-bit controls, line separators, and what changes the direction of writing.
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => out.extend(c.escape_unicode()),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_a_terminal_would_act_on_are_shown() {
        assert_eq!(visible("a\x1b[2Jb\r\x07\n\tc"), "a␛[2Jb␍␇\n\tc");
        assert_eq!(visible("\u{9b}31m\x7f\u{202e}x"), "\\u{9b}31m␡\\u{202e}x");
        assert_eq!(visible("é 漢字 →"), "é 漢字 →");
        assert_eq!(visible_line("a\nb\tc"), "a␊b␉c");
    }
}
