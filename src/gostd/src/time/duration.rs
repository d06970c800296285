//! Durations as Go reads them: `1h30m`, `1.5s`, `100ms`.

use super::quote;
use crate::{Error, Result};

const LIMIT: u64 = 1 << 63;

/// Parses a duration and returns its nanoseconds (`time.ParseDuration`).
pub fn parse_duration(text: &str) -> Result<i64> {
    let invalid = || Error::new(format!("time: invalid duration {}", quote(text)));
    let bytes = text.as_bytes();
    let (negative, mut rest) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = |b: &[u8]| b.iter().take_while(|b| b.is_ascii_digit()).count();
        let (whole, behind) = rest.split_at(digits(rest));
        let (fraction, behind) = match behind {
            [b'.', behind @ ..] => behind.split_at(digits(behind)),
            _ => behind.split_at(0),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let value = integer(whole).ok_or_else(invalid)?;
        let len = behind
            .iter()
            .take_while(|&&b| b != b'.' && !b.is_ascii_digit())
            .count();
        let (name, behind) = behind.split_at(len);
        if name.is_empty() {
            return Err(Error::new(format!(
                "time: missing unit in duration {}",
                quote(text)
            )));
        }
        let Some(unit) = unit(name) else {
            return Err(Error::new(format!(
                "time: unknown unit {} in duration {}",
                quote(&String::from_utf8_lossy(name)),
                quote(text)
            )));
        };
        if value > LIMIT / unit {
            return Err(invalid());
        }
        let value = value * unit + part_of(fraction, unit);
        total = total
            .checked_add(value)
            .filter(|sum| value <= LIMIT && *sum <= LIMIT)
            .ok_or_else(invalid)?;
        rest = behind;
    }
    match (negative, i64::try_from(total)) {
        (false, Ok(total)) => Ok(total),
        (false, Err(_)) => Err(invalid()),
        (true, _) => Ok(0i64.wrapping_sub_unsigned(total)),
    }
}

/// Returns the nanoseconds of a unit.
fn unit(name: &[u8]) -> Option<u64> {
    Some(match std::str::from_utf8(name).ok()? {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

fn integer(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, digit| {
        if value > LIMIT / 10 {
            return None;
        }
        Some(value * 10 + u64::from(digit - b'0')).filter(|value| *value <= LIMIT)
    })
}

/// Returns the part of a unit that the digits after a point are. Digits that don't fit are dropped.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn part_of(digits: &[u8], unit: u64) -> u64 {
    let mut value: u64 = 0;
    let mut scale = 1.0;
    for digit in digits {
        if value > (LIMIT - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > LIMIT {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    if value == 0 {
        return 0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_add_up() {
        for (text, want) in [
            ("0", 0),
            ("-0", 0),
            ("1h30m", 5_400_000_000_000),
            ("1.5s", 1_500_000_000),
            (".5ms", 500_000),
            ("5.s", 5_000_000_000),
            ("-1.5m", -90_000_000_000),
            ("5\u{b5}s", 5_000),
            ("0.100000000000000000000h", 360_000_000_000),
            ("9223372036854775807ns", i64::MAX),
            ("-9223372036854775808ns", i64::MIN),
        ] {
            assert_eq!(parse_duration(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn a_wrong_duration_is_named() {
        for (text, want) in [
            ("", r#"time: invalid duration """#),
            ("x", r#"time: invalid duration "x""#),
            (".s", r#"time: invalid duration ".s""#),
            ("5", r#"time: missing unit in duration "5""#),
            ("5s5", r#"time: missing unit in duration "5s5""#),
            ("5d", r#"time: unknown unit "d" in duration "5d""#),
            (
                "5\u{e9}",
                r#"time: unknown unit "\xc3\xa9" in duration "5\xc3\xa9""#,
            ),
            (
                "9223372036854775808ns",
                r#"time: invalid duration "9223372036854775808ns""#,
            ),
            ("3000000h", r#"time: invalid duration "3000000h""#),
        ] {
            assert_eq!(
                parse_duration(text).map_err(|e| e.0),
                Err(want.to_owned()),
                "{text}"
            );
        }
    }
}
