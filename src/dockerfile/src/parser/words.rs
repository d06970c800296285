//! Words that keep their quotes: the arguments of `ENV`, `LABEL` and `ARG`.

use fromtier_gostd::utf8::decode;

/// Splits at blanks outside quotes. Quotes and escapes stay in the words; an escape at the very end is removed.
pub(super) fn parse_words(rest: &[u8], escape: u8) -> Vec<String> {
    let escape = char::from(escape);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut in_word = false;
    let mut blank_ok = false;
    let mut quote = None;
    let mut pos = 0;
    while pos < rest.len() {
        let (c, len) = decode(&rest[pos..]);
        pos += len;
        if quote.is_none() && c.is_whitespace() {
            if in_word && (blank_ok || !word.is_empty()) {
                words.push(std::mem::take(&mut word));
            }
            in_word = false;
            blank_ok = false;
            continue;
        }
        in_word = true;
        match quote {
            None if matches!(c, '\'' | '"') => {
                quote = Some(c);
                blank_ok = true;
            }
            Some(open) if c == open => quote = None,
            _ => {}
        }
        if c == escape && quote != Some('\'') {
            if pos == rest.len() {
                break;
            }
            word.push(c);
            let (next, len) = decode(&rest[pos..]);
            pos += len;
            word.push(next);
        } else {
            word.push(c);
        }
    }
    if in_word && (blank_ok || !word.is_empty()) {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_words_together_and_stay() {
        assert_eq!(
            parse_words(br#" a="b c"  d='e\' f "#, b'\\'),
            [r#"a="b c""#, r"d='e\'", "f"]
        );
        assert_eq!(parse_words(br#"a=\"b c"#, b'\\'), [r#"a=\"b"#, "c"]);
        assert_eq!(parse_words(br"a\ b c\", b'\\'), [r"a\ b", "c"]);
        assert_eq!(parse_words(br"\", b'\\'), [] as [&str; 0]);
        assert_eq!(parse_words(br"a=` b c", b'`'), ["a=` b", "c"]);
        assert_eq!(parse_words(b"a=\xff", b'\\'), ["a=\u{fffd}"]);
    }
}
