//! Sizes of memory: `64m`, `1.5 GiB`.

/// Parses a size with binary units and returns its bytes (`units.RAMInBytes` of docker/go-units). `None` if it
/// isn't one.
pub(super) fn ram_in_bytes(text: &str) -> Option<i64> {
    let sep = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' '))?;
    let number_end = if text.as_bytes()[sep] == b' ' {
        sep
    } else {
        sep + 1
    };
    let (number, suffix) = (&text[..number_end], &text[sep + 1..]);
    let size = parse_float(number)?;
    if size < 0.0 {
        return None;
    }
    if suffix.is_empty() {
        return Some(to_int(size));
    }
    if suffix.len() > 3 {
        return None;
    }
    let suffix = fromtier_gostd::strings::to_lower(suffix);
    let (unit, rest) = suffix.split_at_checked(1)?;
    let factor: i64 = match unit {
        "b" if rest.is_empty() => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        "p" => 1 << 50,
        _ => return None,
    };
    #[allow(clippy::cast_precision_loss)]
    matches!(rest, "" | "b" | "ib").then(|| to_int(size * factor as f64))
}

/// A decimal number. Go takes neither an infinite value written in digits nor a signed `nan`.
fn parse_float(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let spelled_out = text.bytes().any(|b| matches!(b, b'n' | b'N'));
    if value.is_infinite() && !spelled_out || value.is_nan() && text.len() > 3 {
        return None;
    }
    Some(value)
}

/// Converts to an integer; a number that is too large becomes the smallest integer, as on amd64.
#[allow(clippy::cast_possible_truncation)]
fn to_int(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if value < LIMIT {
        value as i64
    } else {
        i64::MIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_binary_and_their_spelling_is_free() {
        for (text, want) in [
            ("32", 32),
            ("32b", 32),
            ("32K", 32 << 10),
            ("32kb", 32 << 10),
            ("32KiB", 32 << 10),
            ("1.5 MB", 3 << 19),
            ("2p", 2 << 50),
            ("32 ", 32),
            (".5k", 512),
            ("1e3", 1000),
            ("9999999p", i64::MIN),
        ] {
            assert_eq!(ram_in_bytes(text), Some(want), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_sizes() {
        for text in [
            "", "k", "-1", "32kbi", "32x", "32bb", "32kxb", "1_000", "1,5", " 32k", "1e999",
            "32kibs",
        ] {
            assert_eq!(ram_in_bytes(text), None, "{text}");
        }
    }
}
