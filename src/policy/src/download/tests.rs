use super::*;

fn http(url: &str) -> Option<String> {
    let request = SourceRequest::Http {
        url,
        checksum: None,
    };
    Location::of(&request).map(|location| location.host_and_path)
}

fn git(url: &str) -> Option<String> {
    let request = SourceRequest::Git {
        url,
        checksum: None,
    };
    Location::of(&request).map(|location| format!("{}|{}", location.scheme, location.host_and_path))
}

#[test]
fn a_location_is_a_host_and_a_path_without_login_and_port() {
    assert_eq!(
        http("https://u:p@Example.COM:443/a/b?x=y").unwrap(),
        "example.com/a/b"
    );
    assert_eq!(http("http://example.com").unwrap(), "example.com/");
    assert_eq!(
        git("https://github.com/acme/x.git").unwrap(),
        "https|github.com/acme/x"
    );
    for url in [
        "git@github.com:acme/x.git",
        "git@github.com:acme/x.git#main:sub",
        "git@github.com:acme/x.git?ref=main",
        "ssh://git@github.com.//acme//x.git.git",
    ] {
        assert_eq!(git(url).unwrap(), "ssh|github.com/acme/x", "{url}");
    }
    assert_eq!(
        http("https://example.com./a//b").unwrap(),
        "example.com/a/b"
    );
    assert_eq!(
        git("ssh://git@github.com:22/acme/x/").unwrap(),
        "ssh|github.com/acme/x"
    );
}

#[test]
fn a_url_that_might_lead_elsewhere_has_no_location() {
    for url in [
        "https://example.com/a/../b",
        "https://example.com/%2e%2e/b",
        "https://example.com/a%2F..%2Fb",
        "https://example.com/a\\b",
        "https:///a",
        "example.com/a",
        "https://example.com/a/..;/b",
        "https://example.com/%252e%252e/b",
        "https://example.com/a%00b",
        "https://\u{ff45}xample.com/a",
        "https://%EF%BD%85xample.com/a",
        "https://example.com:99999/a",
    ] {
        assert_eq!(http(url), None, "{url}");
    }
}

#[test]
fn a_pattern_matches_hosts_and_paths() {
    let matches = |pattern: &str, url: &str| {
        let request = SourceRequest::Http {
            url,
            checksum: None,
        };
        UrlPattern::parse(pattern)
            .unwrap()
            .matches(&Location::of(&request).unwrap())
    };
    assert!(matches("example.com", "https://example.com/a/b"));
    assert!(matches("*.example.com/a/*", "https://x.example.com/a/b"));
    assert!(!matches("*.example.com/a/*", "https://x.example.com/a/b/c"));
    assert!(!matches("example.com", "https://example.com.evil.org/"));
    assert!(!matches("example.com", "https://example.com@evil.org/"));
    assert!(!matches("https://example.com", "http://example.com/a"));
    assert!(matches("example.com:8443/**", "https://example.com:8443/a"));
    assert!(matches("example.com", "https://example.com:8443/a"));
    assert!(matches("example.com:443", "https://example.com/a"));
    assert!(matches("example.com:443", "https://example.com:0443/a"));
    assert!(matches("example.com.:*/", "https://example.com:8443/a"));
    assert!(!matches("example.com:443", "https://example.com:8443/a"));
    assert!(matches("[::1]:8080/a", "http://[::1]:8080/a"));
}

#[test]
fn a_pattern_that_can_never_match_is_an_error() {
    for (text, expected) in [
        ("ftp://example.com/x", "is not the scheme"),
        ("https://", "is not a host"),
        ("user@example.com/x", "is not a host"),
        ("example.com/a/../b", "without"),
        ("example.com/a?b", "without"),
        ("example.com//a", "without"),
        ("example.com/a/", "write `example.com/a/**`"),
        ("github.com:acme/x", "write the path behind a `/`"),
    ] {
        let problem = UrlPattern::parse(text).unwrap_err();
        assert!(problem.contains(expected), "{text}: {problem}");
    }
}
