//! A logical line to its keyword, its flags and the rest.

use std::ops::Range;

use super::text::{is_gap, is_space_byte, trim_range};

/// A flag without quotes and escapes, and its place in the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flag {
    pub text: String,
    pub range: Range<usize>,
}

/// The parts of an instruction, as ranges of the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub keyword: Range<usize>,
    pub flags: Vec<Flag>,
    pub args: Range<usize>,
}

/// Splits a range of the line into the parts of an instruction.
pub(super) fn split(text: &[u8], range: Range<usize>, escape: u8) -> Parts {
    let line = trim_range(text, range);
    let Some((head, rest)) = cut_at_gap(text, line.clone()) else {
        return Parts {
            keyword: line.clone(),
            flags: Vec::new(),
            args: line.end..line.end,
        };
    };
    let (flags, args) = take_flags(text, rest, escape);
    Parts {
        keyword: head,
        flags,
        args: trim_range(text, args),
    }
}

/// Splits at the first gap between words.
pub(super) fn cut_at_gap(text: &[u8], range: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let bytes = &text[range.clone()];
    let gap = bytes.iter().position(|&b| is_gap(b))?;
    let len = bytes[gap..].iter().take_while(|&&b| is_gap(b)).count();
    Some((
        range.start..range.start + gap,
        range.start + gap + len..range.end,
    ))
}

/// Returns all words between gaps; none for an empty text.
pub(super) fn words(text: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut rest = range;
    if rest.is_empty() {
        return out;
    }
    while let Some((word, behind)) = cut_at_gap(text, rest.clone()) {
        out.push(word);
        rest = behind;
    }
    out.push(rest);
    out
}

/// Returns the `--flags` before the arguments, and the arguments. This walks over bytes, not characters, as the
/// reference does: a flag's text beyond ASCII comes out as if it were Latin-1.
fn take_flags(text: &[u8], range: Range<usize>, escape: u8) -> (Vec<Flag>, Range<usize>) {
    let end = range.end;
    let mut flags = Vec::new();
    let mut pos = range.start;
    loop {
        while pos < end && is_space_byte(text[pos]) {
            pos += 1;
        }
        if pos == end {
            return (flags, end..end);
        }
        if !text[pos..end].starts_with(b"--") {
            return (flags, pos..end);
        }
        let start = pos;
        let (word, quoted) = take_word(&text[..end], &mut pos, escape);
        if word == "--" {
            return (flags, pos..end);
        }
        if quoted || !word.is_empty() {
            flags.push(Flag {
                text: word,
                range: start..pos,
            });
        }
    }
}

/// Reads one word up to a blank that is neither quoted nor escaped. Returns whether it had quotes.
/// Leaves `pos` at its end.
fn take_word(text: &[u8], pos: &mut usize, escape: u8) -> (String, bool) {
    let mut word = String::new();
    let mut quoted = false;
    let mut quote = None;
    while let Some(&byte) = text.get(*pos) {
        match quote {
            None if is_space_byte(byte) => break,
            None if matches!(byte, b'\'' | b'"') => {
                quoted = true;
                quote = Some(byte);
            }
            Some(open) if byte == open => quote = None,
            _ if byte == escape => {
                // An escape at the very end is dropped.
                if let Some(&next) = text.get(*pos + 1) {
                    *pos += 1;
                    word.push(char::from(next));
                }
            }
            _ => word.push(char::from(byte)),
        }
        *pos += 1;
    }
    (word, quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(line: &str) -> (Vec<String>, String) {
        let parts = split(line.as_bytes(), 0..line.len(), b'\\');
        let args = String::from_utf8_lossy(&line.as_bytes()[parts.args]).into_owned();
        (parts.flags.into_iter().map(|f| f.text).collect(), args)
    }

    #[test]
    fn flags_end_at_the_first_word_without_dashes() {
        let (f, a) = flags("COPY --from=a --link b --c");
        assert_eq!(
            (f, a.as_str()),
            (vec!["--from=a".into(), "--link".into()], "b --c")
        );
        let (f, a) = flags("RUN -- --mount=x");
        assert_eq!((f.len(), a.as_str()), (0, "--mount=x"));
        let (f, a) = flags("RUN --");
        assert_eq!((f.len(), a.as_str()), (0, ""));
    }

    #[test]
    fn quotes_and_escapes_keep_a_flag_together() {
        let (f, a) = flags(r#"RUN --a="x y" --b=x\ y --c=\" z"#);
        assert_eq!(f, ["--a=x y", "--b=x y", "--c=\""]);
        assert_eq!(a, "z");
        assert_eq!(flags(r"RUN --a=x\").0, ["--a=x"]);
    }

    #[test]
    fn flags_are_read_by_bytes() {
        assert_eq!(flags("COPY --chown=ü a b").0, ["--chown=Ã¼"]);
        // The second byte of à is a blank for the reference.
        let (f, a) = flags("COPY --chown=àb c d");
        assert_eq!((f, a.as_str()), (vec!["--chown=Ã".to_owned()], "b c d"));
    }
}
