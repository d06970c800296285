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
