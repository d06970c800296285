//! `--chmod`: an octal number, or the symbolic form of chmod(1).

use fromtier_dockerfile::error::{Error, Result};

/// A mode that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// 0 to 0o7777.
    Octal(u32),
    /// `u=rwX,go=rX`: the builder applies it to what is copied.
    Symbolic(String),
}

/// Checks a mode, with the reference's error texts.
pub fn parse(text: &str) -> Result<Mode> {
    let not_octal = || {
        Error::new(format!(
            "invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777"
        ))
    };
    if text.bytes().next().is_some_and(|b| b.is_ascii_digit()) {
        return match u32::from_str_radix(text, 8) {
            Ok(mode) if mode <= 0o7777 => Ok(Mode::Octal(mode)),
            _ => Err(not_octal()),
        };
    }
    if is_symbolic(text) {
        Ok(Mode::Symbolic(text.to_owned()))
    } else {
        Err(Error::new("invalid syntax"))
    }
}

/// `[ugoa]*([-+=][rwxXstugo]*)+`, several with commas between.
fn is_symbolic(text: &str) -> bool {
    text.split(',').all(|clause| {
        let actions = clause.trim_start_matches(['u', 'g', 'o', 'a']);
        actions.starts_with(['+', '-', '=']) && actions.chars().all(|c| "+-=rwxXstugo".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_symbols_are_distinguished() {
        assert_eq!(parse("0755").unwrap(), Mode::Octal(0o755));
        assert_eq!(parse("7777").unwrap(), Mode::Octal(0o7777));
        for ok in ["u=rwX,go=rX", "+x", "a-w", "=rw,+X", "go=", "u+rX,go=u-w"] {
            assert_eq!(parse(ok).unwrap(), Mode::Symbolic(ok.into()), "{ok}");
        }
    }

    #[test]
    fn other_modes_are_refused_with_the_text_of_the_reference() {
        for bad in ["10000", "8", "0o7", "99999999999999"] {
            assert_eq!(
                parse(bad).unwrap_err().message,
                format!(
                    "invalid chmod parameter: '{bad}'. it should be octal string and between 0 and 07777"
                )
            );
        }
        for bad in ["u", "u=rwx,", ",u=r", "+755", "foo", "u=rz"] {
            assert_eq!(parse(bad).unwrap_err().message, "invalid syntax", "{bad}");
        }
    }
}
