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
mod tests {
    use super::*;

    #[test]
    fn letters_that_look_like_others_are_named() {
        for (text, expected) in [
            (
                "nоde:22",
                "`о` (U+043E) looks like `o` but isn't; did you mean node:22?",
            ),
            (
                "docker．io/library/node",
                "`．` (U+FF0E) looks like `.` but isn't; did you mean docker.io/library/node?",
            ),
            (
                "node:22–alpine",
                "`–` (U+2013) looks like `-` but isn't; did you mean node:22-alpine?",
            ),
            (
                "no\u{200b}de",
                "the reference has an invisible character (U+200B); type it again",
            ),
            (
                "node:世",
                "`世` (U+4E16) is not an ASCII character; a reference has only ASCII characters",
            ),
        ] {
            assert_eq!(explain(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(explain("Node:22"), None);
    }

    #[test]
    fn names_that_look_the_same_have_the_same_skeleton() {
        for (a, b) in [
            ("docker.lo", "docker.io"),
            ("d0cker.io", "docker.io"),
            ("ghcr.1o", "ghcr.io"),
            ("qhcr.io", "ghcr.io"),
            ("1ibrary", "library"),
            ("rnysql", "mysql"),
            ("döcker.io", "docker.io"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
        assert_ne!(skeleton("gcr.io"), skeleton("icr.io"));
    }

    #[test]
    fn punycode_is_read() {
        for (host, expected) in [
            ("xn--dcker-jua.io", "döcker.io"),
            ("xn--bcher-kva.example", "bücher.example"),
            ("xn--h1alffa9f.xn--p1ai", "россия.рф"),
            ("a.xn--mller-kva.de", "a.müller.de"),
        ] {
            assert_eq!(unicode_host(host).as_deref(), Some(expected), "{host}");
        }
        assert_eq!(unicode_host("docker.io"), None);
        for broken in ["xn--a-", "xn--99999999999", "xn--é"] {
            let _ = unicode_host(broken);
        }
    }

    /// The sample strings of RFC 3492, section 7.1, A to S. The upper-case digit of sample I, which the RFC uses to note
    /// the case of a letter, is written in lower case, as in a host.
    #[test]
    fn punycode_is_read_as_rfc_3492_reads_it() {
        for (code, expected) in [
            ("egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"),
            ("ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
            ("ihqwctvzc91f659drss3x8bo0yb", "他們爲什麽不說中文"),
            ("Proprostnemluvesky-uyb24dma41a", "Pročprostěnemluvíčesky"),
            ("4dbcagdahymbxekheh6e0a7fei0b", "למההםפשוטלאמדבריםעברית"),
            (
                "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd",
                "यहलोगहिन्दीक्योंनहींबोलसकतेहैं",
            ),
            (
                "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
                "なぜみんな日本語を話してくれないのか",
            ),
            (
                "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c",
                "세계의모든사람들이한국어를이해한다면얼마나좋을까",
            ),
            (
                "b1abfaaepdrnnbgefbadotcwatmq2g4l",
                "почемужеонинеговорятпорусски",
            ),
            (
                "PorqunopuedensimplementehablarenEspaol-fmd56a",
                "PorquénopuedensimplementehablarenEspañol",
            ),
            (
                "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g",
                "TạisaohọkhôngthểchỉnóitiếngViệt",
            ),
            ("3B-ww4c5e180e575a65lsy2b", "3年B組金八先生"),
            (
                "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n",
                "安室奈美恵-with-SUPER-MONKEYS",
            ),
            (
                "Hello-Another-Way--fc4qua05auwb3674vfr0b",
                "Hello-Another-Way-それぞれの場所",
            ),
            ("2-u9tlzr9756bt3uc0v", "ひとつ屋根の下2"),
            ("MajiKoi5-783gue6qz075azm5e", "MajiでKoiする5秒前"),
            ("de-jg4avhby1noc0d", "パフィーdeルンバ"),
            ("d9juau41awczczp", "そのスピードで"),
            ("-> $1.00 <--", "-> $1.00 <-"),
        ] {
            assert_eq!(punycode(code).as_deref(), Some(expected), "{code}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,20}") {
            let _ = (explain(&text), skeleton(&text), unicode_host(&format!("xn--{text}")));
        }
    }
}
