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
    port: Option<u16>,
    /// The host and the path.
    location: Glob,
}

/// A URL as patterns compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    scheme: String,
    /// The port, if it is written.
    port: Option<u16>,
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
        if path.contains(['?', '#', '%', '@', '\\']) || has_dots(path) || location.contains("//") {
            return Err(
                "a pattern is a host and a path, without `?`, `#`, `%`, `..`, and `//`".to_owned(),
            );
        }
        let path = if path.is_empty() { "**" } else { path };
        if path.ends_with('/') {
            return Err(format!("this can never match; write `{text}**`"));
        }
        let (host, port) = split_port(host);
        let port = match port {
            None | Some("*") => None,
            Some(port) => Some(number(port).ok_or_else(|| {
                format!("`{port}` is not a port; write the path behind a `/`: {host}/{port}")
            })?),
        };
        let host = host.strip_suffix('.').unwrap_or(host);
        let path = path.trim_end_matches(".git");
        Ok(UrlPattern {
            text: text.to_owned(),
            scheme: scheme.map(str::to_owned),
            port,
            location: Glob::of_path(&format!("{}/{path}", host.to_ascii_lowercase())),
        })
    }

    /// Whether a location matches. Rules that match every port also match one that is written.
    pub fn matches(&self, location: &Location) -> bool {
        let is_scheme = self
            .scheme
            .as_ref()
            .is_none_or(|own| *own == location.scheme);
        let port = location.port.unwrap_or(usual_port(&location.scheme));
        let is_port = self.port.is_none_or(|own| own == port);
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
            // As git reads `user@host:path`, with BuildKit's fragment and query behind it.
            None if is_git => {
                let url = url.split(['#', '?']).next()?;
                let (host, path) = url.split_once(':')?;
                let host = host.rsplit('@').next()?;
                ("ssh".to_owned(), host.to_owned(), path.to_owned())
            }
            None => return None,
        };
        let (host, port) = split_port(&host);
        let port = match port {
            Some(port) => Some(number(port)?),
            None => None,
        };
        // A host in other letters, or with escapes, can be that of a rule.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
        let host = host.strip_suffix('.').unwrap_or(host);
        if host.is_empty() || !host.chars().all(is_plain) {
            return None;
        }
        let path = plain_path(&path, is_git)?;
        Some(Location {
            host_and_path: format!("{}/{path}", host.to_ascii_lowercase()),
            port,
            scheme,
        })
    }
}

/// Returns a path as servers read it: without empty segments and, for a repository, without `.git`. `None` if a server might
/// read another path.
fn plain_path(path: &str, is_git: bool) -> Option<String> {
    let is_hidden = |c: char| c.is_control() || matches!(c, '\\' | '%' | '\u{fffd}');
    if has_dots(path) || path.contains(is_hidden) {
        return None;
    }
    let ends_with_slash = path.ends_with('/') && !is_git;
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut path = segments.join("/");
    if is_git {
        path.truncate(path.trim_end_matches(".git").len());
    } else if ends_with_slash && !path.is_empty() {
        path.push('/');
    }
    Some(path)
}

/// Whether a path has a segment that leads elsewhere. Some servers drop what follows a `;`.
fn has_dots(path: &str) -> bool {
    let names = path.split('/').map(|part| part.split(';').next());
    names
        .flatten()
        .any(|name| matches!(name.trim(), "." | ".."))
}

/// Splits a host from its port. An IPv6 address is in brackets.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port).filter(|p| !p.is_empty())),
        _ => (host, None),
    }
}

/// Returns the number of a port.
fn number(port: &str) -> Option<u16> {
    let is_number = port.bytes().all(|b| b.is_ascii_digit());
    port.parse().ok().filter(|_| is_number)
}

fn usual_port(scheme: &str) -> u16 {
    match scheme {
        "http" => 80,
        "ssh" => 22,
        "git" => 9418,
        _ => 443,
    }
}

#[cfg(test)]
mod tests;
