use super::*;

fn round(text: &str) -> String {
    Url::parse(text).unwrap().to_string()
}

#[test]
fn a_url_has_its_parts() {
    let url = Url::parse("HTTPS://u:p%40@h:8/a%20b/c%2fd?q=1&q=2+3&r#x%23y").unwrap();
    assert_eq!((url.scheme.as_str(), url.host.as_str()), ("https", "h:8"));
    assert_eq!(
        (url.path.as_str(), url.escaped_path.as_str()),
        ("/a b/c/d", "/a%20b/c%2fd")
    );
    assert_eq!(url.user.clone().unwrap().password.unwrap(), "p@");
    assert_eq!(url.fragment, "x#y");
    assert_eq!(url.query()["q"], ["1", "2 3"]);
    assert_eq!(url.query()["r"], [""]);
    assert_eq!(
        url.to_string(),
        "https://u:p%40@h:8/a%20b/c%2fd?q=1&q=2+3&r#x%23y"
    );
}

#[test]
fn a_url_is_written_in_its_normal_form() {
    assert_eq!(round("http://h/a b"), "http://h/a%20b");
    assert_eq!(round("http://h/é"), "http://h/%C3%A9");
    assert_eq!(round("http://h?"), "http://h?");
    assert_eq!(round("http:///p"), "http:///p");
    assert_eq!(
        round("http://[fe80::1%25en0]:80/"),
        "http://[fe80::1%25en0]:80/"
    );
    assert_eq!(round("mailto:a@b"), "mailto:a@b");
    assert_eq!(round("a/b:c"), "a/b:c");
}

#[test]
fn mistakes_are_worded_as_in_go() {
    let error = |text: &str| Url::parse(text).unwrap_err().0;
    assert_eq!(
        error("http://h:x/"),
        r#"parse "http://h:x/": invalid port ":x" after host"#
    );
    assert_eq!(
        error("http://h/%zz#f"),
        r#"parse "http://h/%zz": invalid URL escape "%zz""#
    );
    assert_eq!(error(":a"), r#"parse ":a": missing protocol scheme"#);
    assert_eq!(
        error("http://a b/"),
        r#"parse "http://a b/": invalid character " " in host name"#
    );
    assert_eq!(
        error("http://a\tb/"),
        r#"parse "http://a\tb/": net/url: invalid control character in URL"#
    );
}
