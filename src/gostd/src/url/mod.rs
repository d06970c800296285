//! As Go's `net/url`: parsing and writing URLs.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv6Addr;

use crate::strconv::quote;
use crate::strings::to_lower;
use crate::{Error, Result};

/// Go's limit: a query with more parameters has none.
const MAX_PARAMETERS: usize = 10_000;

/// A parsed URL. Texts are unescaped unless their documentation says otherwise; bytes that aren't UTF-8 are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Url {
    /// The scheme in lower case, without its colon.
    pub scheme: String,
    /// The text after the scheme if it doesn't begin with a slash, as written.
    pub opaque: String,
    /// The user information before the host.
    pub user: Option<User>,
    /// The host with its port and, for an IPv6 address, its brackets.
    pub host: String,
    /// The path, unescaped.
    pub path: String,
    /// The path, escaped.
    pub escaped_path: String,
    /// The query without its `?`, as written.
    pub raw_query: String,
    /// Whether the URL ends with a `?`.
    pub force_query: bool,
    /// The text after the `#`, unescaped.
    pub fragment: String,
    escaped_fragment: String,
    omit_host: bool,
}

/// The user information of a URL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// The user name, unescaped.
    pub name: String,
    /// The password, unescaped; none if there is no `:`.
    pub password: Option<String>,
}

/// The parameters of a query, by name.
pub type Query = BTreeMap<String, Vec<String>>;

/// The part of a URL that a text belongs to. It decides which bytes are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Query,
    Fragment,
}

impl Url {
    /// Parses a URL; a path alone is one too. The error texts are those of Go's `url.Parse`.
    pub fn parse(text: &str) -> Result<Url> {
        let failed = |url: &str, e: Error| e.wrap(format_args!("parse {}", quote(url)));
        let (main, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = parse(main).map_err(|e| failed(main, e))?;
        if !fragment.is_empty() {
            let decoded = unescape(fragment, Part::Fragment).map_err(|e| failed(text, e))?;
            url.escaped_fragment = encoded(fragment, &decoded, Part::Fragment);
            url.fragment = lossy(decoded);
        }
        Ok(url)
    }

    /// Returns the parameters of the query without malformed ones.
    pub fn query(&self) -> Query {
        parse_query(&self.raw_query).0
    }
}

/// Returns a path segment without its escapes (`url.PathUnescape`). Bytes that aren't UTF-8 are replaced.
///
/// # Errors
///
/// A `%` without two hexadecimal digits.
pub fn path_unescape(text: &str) -> Result<String> {
    unescape(text, Part::Path).map(lossy)
}

/// Returns the parameters of a query, and the mistake that `url.ParseQuery` reports. Malformed parameters are left out.
pub fn parse_query(query: &str) -> (Query, Option<Error>) {
    let mut parameters = Query::new();
    let mut mistake = None;
    if query.matches('&').count() >= MAX_PARAMETERS {
        let error = Error::new("number of URL query parameters exceeded limit");
        return (parameters, Some(error));
    }
    for parameter in query.split('&').filter(|p| !p.is_empty()) {
        if parameter.contains(';') {
            // Go lets this one replace a mistake before it, and no other.
            mistake = Some(Error::new("invalid semicolon separator in query"));
            continue;
        }
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let decoded =
            unescape(key, Part::Query).and_then(|key| Ok((key, unescape(value, Part::Query)?)));
        match decoded {
            Ok((key, value)) => parameters.entry(lossy(key)).or_default().push(lossy(value)),
            Err(error) => mistake = mistake.or(Some(error)),
        }
    }
    (parameters, mistake)
}

fn parse(text: &str) -> Result<Url> {
    if text.bytes().any(|b| b < b' ' || b == 0x7f) {
        return Err(Error::new("net/url: invalid control character in URL"));
    }
    let mut url = Url::default();
    if text == "*" {
        url.path = text.to_owned();
        url.escaped_path = text.to_owned();
        return Ok(url);
    }
    let (scheme, mut rest) = split_scheme(text)?;
    url.scheme = to_lower(scheme);
    if let Some(before) = rest.strip_suffix('?').filter(|r| !r.contains('?')) {
        url.force_query = true;
        rest = before;
    } else if let Some((before, query)) = rest.split_once('?') {
        url.raw_query = query.to_owned();
        rest = before;
    }
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            url.opaque = rest.to_owned();
            return Ok(url);
        }
        if rest.split('/').next().is_some_and(|s| s.contains(':')) {
            let text = "first path segment in URL cannot contain colon";
            return Err(Error::new(text));
        }
    }
    let authority = rest
        .strip_prefix("//")
        .filter(|_| !scheme.is_empty() || !rest.starts_with("///"));
    if let Some(authority) = authority {
        let end = authority.find('/').unwrap_or(authority.len());
        rest = &authority[end..];
        (url.user, url.host) = parse_authority(&url.scheme, &authority[..end])?;
    } else {
        url.omit_host = !scheme.is_empty();
    }
    let path = unescape(rest, Part::Path)?;
    url.escaped_path = encoded(rest, &path, Part::Path);
    url.path = lossy(path);
    Ok(url)
}

fn split_scheme(text: &str) -> Result<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')));
    match end {
        Some(0) if text.starts_with(':') => Err(Error::new("missing protocol scheme")),
        Some(end)
            if text[end..].starts_with(':')
                && text.starts_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            Ok((&text[..end], &text[end + 1..]))
        }
        _ => Ok(("", text)),
    }
}

fn parse_authority(scheme: &str, authority: &str) -> Result<(Option<User>, String)> {
    let Some((info, host)) = authority.rsplit_once('@') else {
        return Ok((None, parse_host(scheme, authority)?));
    };
    let host = parse_host(scheme, host)?;
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b);
    if !info.bytes().all(fine) {
        return Err(Error::new("net/url: invalid userinfo"));
    }
    let (name, password) = match info.split_once(':') {
        Some((name, password)) => (name, Some(password)),
        None => (info, None),
    };
    let user = User {
        name: lossy(unescape(name, Part::User)?),
        password: match password {
            Some(password) => Some(lossy(unescape(password, Part::User)?)),
            None => None,
        },
    };
    Ok((Some(user), host))
}

fn parse_host(scheme: &str, host: &str) -> Result<String> {
    match host.rfind('[') {
        Some(0) => return parse_ip_literal(host),
        Some(_) => return Err(Error::new("invalid IP-literal")),
        None => {}
    }
    let strict = matches!(scheme, "http" | "https");
    let colon = if strict {
        host.find(':')
    } else {
        host.rfind(':')
    };
    if let Some(colon) = colon {
        check_port(&host[colon..])?;
    }
    unescape(host, Part::Host).map(lossy)
}

/// `[fe80::1]`, `[fe80::1%25en0]:80`.
fn parse_ip_literal(host: &str) -> Result<String> {
    let Some((address, port)) = host[1..].rsplit_once(']') else {
        return Err(Error::new("missing ']' in host"));
    };
    check_port(port)?;
    let address = match address.find("%25") {
        Some(zone) => {
            let mut bytes = unescape(&address[..zone], Part::Host)?;
            bytes.extend(unescape(&address[zone..], Part::Zone)?);
            lossy(bytes)
        }
        None => lossy(unescape(address, Part::Host)?),
    };
    let (ip, zone) = address.split_once('%').unwrap_or((&address, "?"));
    if ip.parse::<std::net::Ipv4Addr>().is_ok() && !address.contains('%') {
        return Err(Error::new("invalid IP-literal"));
    }
    let why = if zone.is_empty() {
        Some("zone must be a non-empty string")
    } else {
        // Go's `netip` gives a closer reason for some of these.
        ip.parse::<Ipv6Addr>().err().map(|_| "unable to parse IP")
    };
    if let Some(why) = why {
        return Err(Error::new(format!(
            "invalid host: ParseAddr({}): {why}",
            quote(&address)
        )));
    }
    Ok(format!("[{address}]{port}"))
}

/// Checks that a port is empty, or a colon and digits.
fn check_port(port: &str) -> Result<()> {
    let digits = |p: &str| p.bytes().all(|b| b.is_ascii_digit());
    if port.is_empty() || port.strip_prefix(':').is_some_and(digits) {
        return Ok(());
    }
    Err(Error::new(format!(
        "invalid port {} after host",
        quote(port)
    )))
}

impl Part {
    /// Whether the byte needs no escape in this part.
    fn allows(self, b: u8) -> bool {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~') {
            return true;
        }
        match self {
            Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"".contains(&b),
            Part::Path => b"$&+,/:;=@".contains(&b),
            Part::User => b"$&+,;=".contains(&b),
            Part::Query => false,
            Part::Fragment => b"$&+,/:;=?@!()*".contains(&b),
        }
    }
}

/// Returns `written` if it is a valid way to write `decoded`, otherwise the default one.
fn encoded(written: &str, decoded: &[u8], part: Part) -> String {
    let proper = |b: u8| part.allows(b) || b"!$&'()*+,;=:@[]%".contains(&b);
    if written.bytes().all(proper) {
        return written.to_owned();
    }
    escape(decoded, part)
}

fn escape(bytes: &[u8], part: Part) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &b in bytes {
        match b {
            b' ' if part == Part::Query => text.push('+'),
            b if part.allows(b) => text.push(char::from(b)),
            b => text.push_str(&format!("%{b:02X}")),
        }
    }
    text
}

fn unescape(text: &str, part: Part) -> Result<Vec<u8>> {
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        let invalid = || {
            let shown = &bytes[i..bytes.len().min(i + 3)];
            let shown = quote(&String::from_utf8_lossy(shown));
            Error::new(format!("invalid URL escape {shown}"))
        };
        if b == b'%' {
            let (high, low) = hex(bytes.get(i + 1))
                .zip(hex(bytes.get(i + 2)))
                .ok_or_else(invalid)?;
            let value = u8::try_from(high * 16 + low).unwrap_or_default();
            let fine = match part {
                Part::Host => high >= 8 || value == b'%',
                Part::Zone => value == b'%' || value == b' ' || Part::Host.allows(value),
                _ => true,
            };
            if !fine {
                return Err(invalid());
            }
            out.push(value);
            i += 3;
            continue;
        }
        if matches!(part, Part::Host | Part::Zone) && b.is_ascii() && !part.allows(b) {
            let shown = quote(&char::from(b).to_string());
            return Err(Error::new(format!(
                "invalid character {shown} in host name"
            )));
        }
        out.push(if b == b'+' && part == Part::Query {
            b' '
        } else {
            b
        });
        i += 1;
    }
    Ok(out)
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(self.name.as_bytes(), Part::User))?;
        match &self.password {
            Some(password) => write!(f, ":{}", escape(password.as_bytes(), Part::User)),
            None => Ok(()),
        }
    }
}

/// Writes the URL (`URL.String`).
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.escaped_path;
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if !self.opaque.is_empty() {
            f.write_str(&self.opaque)?;
        } else {
            let slashes = !self.scheme.is_empty() && !path.is_empty() && !self.omit_host;
            if has_authority || slashes {
                f.write_str("//")?;
            }
            if let Some(user) = &self.user {
                write!(f, "{user}@")?;
            }
            f.write_str(&escape(self.host.as_bytes(), Part::Host))?;
            if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
                f.write_str("/")?;
            }
            let bare = self.scheme.is_empty() && !has_authority;
            if bare && path.split('/').next().is_some_and(|s| s.contains(':')) {
                f.write_str("./")?;
            }
            f.write_str(path)?;
        }
        if self.force_query || !self.raw_query.is_empty() {
            write!(f, "?{}", self.raw_query)?;
        }
        if !self.fragment.is_empty() {
            write!(f, "#{}", self.escaped_fragment)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
