//! Letters that look like others, in references and host names.

/// ASCII characters with the characters outside ASCII that look like them: letters, dashes, dots, and slashes.
const LOOK_ALIKES: [(&str, char); 39] = [
    ("аα𝐚", 'a'),
    ("Вв", 'b'),
    ("сϲ", 'c'),
    ("ԁɗ", 'd'),
    ("еҽ", 'e'),
    ("ƒ", 'f'),
    ("ɡց", 'g'),
    ("һհ", 'h'),
    ("іıɩί", 'i'),
    ("јϳ", 'j'),
    ("кκ", 'k'),
    ("ӏⅼǀ", 'l'),
    ("мⅿ", 'm'),
    ("ոռп", 'n'),
    ("оοօ", 'o'),
    ("рρ", 'p'),
    ("ԛգ", 'q'),
    ("гꭇ", 'r'),
    ("ѕꜱ", 's'),
    ("тτ", 't'),
    ("սυʋ", 'u'),
    ("ѵν", 'v'),
    ("ԝա", 'w'),
    ("хχ", 'x'),
    ("уүγ", 'y'),
    ("ᴢʐ", 'z'),
    ("äàáâãåāă", 'a'),
    ("çćč", 'c'),
    ("èéêëēė", 'e'),
    ("ìíîïīį", 'i'),
    ("ñńň", 'n'),
    ("òóôõöøō", 'o'),
    ("ùúûüū", 'u'),
    ("śšş", 's'),
    ("ýÿ", 'y'),
    ("‐‑‒–—―−", '-'),
    ("∕⁄╱", '/'),
    ("․。．", '.'),
    ("：∶", ':'),
];

/// Returns the ASCII character that a character outside ASCII looks like.
fn ascii_look_alike(c: char) -> Option<char> {
    if let Some(fullwidth) = (c as u32).checked_sub(0xfee0)
        && (0x21..=0x7e).contains(&fullwidth)
    {
        return char::from_u32(fullwidth);
    }
    LOOK_ALIKES
        .iter()
        .find(|(letters, _)| letters.contains(c))
        .map(|(_, ascii)| *ascii)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202f}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || c.is_control()
}

/// Explains why a text with characters outside ASCII is not a valid reference; `None` if it has no such characters.
pub(crate) fn explain(text: &str) -> Option<String> {
    let odd = text.chars().find(|c| !c.is_ascii() || c.is_control())?;
    let code = odd as u32;
    if is_invisible(odd) {
        return Some(format!(
            "the reference has an invisible character (U+{code:04X}); type it again"
        ));
    }
    let plain: Option<String> = text
        .chars()
        .map(|c| {
            if c.is_ascii() {
                Some(c)
            } else {
                ascii_look_alike(c)
            }
        })
        .collect();
    Some(match (ascii_look_alike(odd), plain) {
        (Some(ascii), Some(plain)) => {
            format!("`{odd}` (U+{code:04X}) looks like `{ascii}` but isn't; did you mean {plain}?")
        }
        _ => format!(
            "`{odd}` (U+{code:04X}) is not an ASCII character; a reference has only ASCII characters"
        ),
    })
}

/// Replaces all characters that look the same by one of them: `d0cker.lo` and `docker.io` have the same skeleton.
pub(crate) fn skeleton(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match ascii_look_alike(c).unwrap_or(c) {
            '0' => 'o',
            '1' | 'i' | '|' => 'l',
            '3' => 'e',
            '5' => 's',
            'q' | '9' => 'g',
            c => c,
        })
        .collect();
    plain
        .replace("rn", "m")
        .replace("vv", "w")
        .replace("cl", "d")
}

/// Decodes the `xn--` labels of a host name; `None` if it has none, or one that is invalid.
pub(crate) fn unicode_host(host: &str) -> Option<String> {
    if !host.split('.').any(|label| label.starts_with("xn--")) {
        return None;
    }
    let labels: Option<Vec<String>> = host
        .split('.')
        .map(|label| match label.strip_prefix("xn--") {
            Some(code) => punycode(code),
            None => Some(label.to_owned()),
        })
        .collect();
    Some(labels?.join("."))
}

/// Decodes punycode (RFC 3492).
fn punycode(code: &str) -> Option<String> {
    let (plain, extended) = code.rsplit_once('-').unwrap_or(("", code));
    let mut out: Vec<char> = plain.chars().collect();
    let (mut n, mut i, mut bias): (u32, u32, u32) = (128, 0, 72);
    let mut digits = extended.bytes().peekable();
    while digits.peek().is_some() {
        let (start, mut weight, mut k) = (i, 1u32, 36u32);
        loop {
            let digit = match digits.next()? {
                b @ b'a'..=b'z' => u32::from(b - b'a'),
                b @ b'0'..=b'9' => u32::from(b - b'0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let length = u32::try_from(out.len()).ok()? + 1;
        // The bias of the next number depends on the size of this one (RFC 3492, section 6.1).
        let mut delta = (i - start) / if start == 0 { 700 } else { 2 };
        delta += delta / length;
        bias = 0;
        while delta > 455 {
            delta /= 35;
            bias += 36;
        }
        bias += 36 * delta / (delta + 38);
        n = n.checked_add(i / length)?;
        i %= length;
        out.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

#[cfg(test)]
mod tests;
