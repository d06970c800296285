//! The parts of a Git remote that its source's identifier is made of.

/// Host, path and kind of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitRemote {
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) ssh: bool,
}

impl GitRemote {
    /// The URL to fetch from, without fragment and query, and its parts; no parts when it is no remote, or one of a
    /// protocol that the builder does not speak. A URL without a protocol is `https`.
    pub(crate) fn parse(text: &str) -> (String, Option<GitRemote>) {
        let word = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if word > 0 && text[word..].starts_with("://") {
            return match url(text) {
                Some((url, remote)) => (url, Some(remote)),
                None => (text.to_owned(), None),
            };
        }
        if let Some((url, remote)) = scp(text) {
            return (url, Some(remote));
        }
        let with_protocol = format!("https://{text}");
        match url(&with_protocol) {
            Some((url, remote)) => (url, Some(remote)),
            None => (with_protocol, None),
        }
    }
}

/// `scheme://[user@]host[/path]`
fn url(text: &str) -> Option<(String, GitRemote)> {
    let text = text.split('#').next().unwrap_or_default();
    let text = text.split('?').next().unwrap_or_default();
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https" | "ssh" | "git") {
        return None;
    }
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let remote = GitRemote {
        host: host.to_owned(),
        path: unescape(path)?,
        ssh: scheme == "ssh",
    };
    Some((format!("{scheme}://{rest}"), remote))
}

/// `user@host:path`
fn scp(text: &str) -> Option<(String, GitRemote)> {
    let text = text.split('#').next().unwrap_or_default();
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    let word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    if !word(user) || !word(host) {
        return None;
    }
    let (path, url) = match path.split_once('?') {
        Some((path, _)) => (path, format!("{user}@{host}:{path}")),
        None => (path, text.to_owned()),
    };
    Some((
        url,
        GitRemote {
            host: host.to_owned(),
            path: path.to_owned(),
            ssh: true,
        },
    ))
}

/// Percent escapes; nothing when one is broken.
fn unescape(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        out.push((high * 16 + low) as u8);
    }
    String::from_utf8(out).ok()
}
