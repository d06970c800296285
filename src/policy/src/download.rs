//! The rules under `downloads:`, for files and repositories that are named by URL.

use fromtier_gostd::url::Url;

use crate::glob::Glob;
use crate::request::SourceRequest;
use crate::settings::SourceRule;

/// One rule under `downloads:`.
#[derive(Debug, Clone)]
pub(crate) struct DownloadRule {
    pub pattern: UrlPattern,
    pub rule: SourceRule,
    pub reason: Option<String>,
}

/// A pattern of hosts and paths: `github.com/acme/**`, `https://example.com/files/*`.
#[derive(Debug, Clone)]
pub(crate) struct UrlPattern {
    /// The pattern as written.
    pub text: String,
    /// `None` matches every scheme.
    scheme: Option<String>,
    /// `None` matches every port.
    port: Option<String>,
    /// The host and the path.
    location: Glob,
}

/// A URL as patterns compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    scheme: String,
    /// The port, if it is written.
    port: Option<String>,
    /// The host in lower case, and the path without escapes.
    host_and_path: String,
}

impl UrlPattern {
    /// Parses a pattern. A host alone matches everything on it. The error says why it can never match.
    pub fn parse(text: &str) -> Result<UrlPattern, String> {
        let (scheme, location) = match text.split_once("://") {
            Some((scheme, location)) => (Some(scheme), location),
            None => (None, text),
        };
        let known = ["http", "https", "ssh", "git"];
        if let Some(scheme) = scheme.filter(|scheme| !known.contains(scheme)) {
            return Err(format!(
                "`{scheme}` is not the scheme of a download: {}",
                known.join(", ")
            ));
        }
        let (host, path) = location.split_once('/').unwrap_or((location, "**"));
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:*[]_".contains(c);
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(format!("`{host}` is not a host, so this can never match"));
        }
        if path.contains(['?', '#', '%', '@']) || has_dots(path) {
            return Err(
                "a pattern is a host and a path, without `?`, `#`, `%`, or `..`".to_owned(),
            );
        }
        let (host, port) = split_port(host);
        let path = path.strip_suffix(".git").unwrap_or(path);
        Ok(UrlPattern {
            text: text.to_owned(),
            scheme: scheme.map(str::to_owned),
            port: port.map(str::to_owned),
            location: Glob::of_path(&format!("{}/{path}", host.to_ascii_lowercase())),
        })
    }

    /// Whether a location matches. Rules that match every port also match one that is written.
    pub fn matches(&self, location: &Location) -> bool {
        let is_scheme = self
            .scheme
            .as_ref()
            .is_none_or(|own| *own == location.scheme);
        let port = location
            .port
            .as_deref()
            .unwrap_or(usual_port(&location.scheme));
        let is_port = self.port.as_ref().is_none_or(|own| own == port);
        is_scheme && is_port && self.location.matches(&location.host_and_path)
    }
}

impl Location {
    /// Returns where a download or a repository is; `None` if its URL can't be read, or might lead to another path than it
    /// shows.
    pub fn of(request: &SourceRequest<'_>) -> Option<Location> {
        let (url, is_git) = match request {
            SourceRequest::Git { url, .. } => (*url, true),
            SourceRequest::Http { url, .. } => (*url, false),
            _ => return None,
        };
        let (scheme, host, path) = match url.split_once("://") {
            Some(_) => {
                let url = Url::parse(url).ok()?;
                (url.scheme, url.host, url.path)
            }
            // As git reads `user@host:path`.
            None if is_git => {
                let (host, path) = url.split_once(':')?;
                let host = host.rsplit('@').next()?;
                ("ssh".to_owned(), host.to_owned(), path.to_owned())
            }
            None => return None,
        };
        let path = path.trim_start_matches('/');
        if host.is_empty() || has_dots(path) || path.contains(['\\', '\u{fffd}']) {
            return None;
        }
        let path = if is_git {
            let path = path.trim_end_matches('/');
            path.strip_suffix(".git").unwrap_or(path)
        } else {
            path
        };
        let (host, port) = split_port(&host);
        Some(Location {
            host_and_path: format!("{}/{path}", host.to_ascii_lowercase()),
            port: port.map(str::to_owned),
            scheme,
        })
    }
}

/// Whether a path has a segment that leads elsewhere.
fn has_dots(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "." | ".."))
}

/// Splits a host from its port. An IPv6 address is in brackets.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port).filter(|p| !p.is_empty())),
        _ => (host, None),
    }
}

fn usual_port(scheme: &str) -> &'static str {
    match scheme {
        "http" => "80",
        "ssh" => "22",
        "git" => "9418",
        _ => "443",
    }
}

#[cfg(test)]
mod tests {
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
        Location::of(&request)
            .map(|location| format!("{}|{}", location.scheme, location.host_and_path))
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
        assert_eq!(
            git("git@github.com:acme/x.git").unwrap(),
            "ssh|github.com/acme/x"
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
        ] {
            let problem = UrlPattern::parse(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }
}
