//! Image references, normalized once: `node` is `docker.io/library/node`.

use crate::digest::Digest;

const DEFAULT_DOMAIN: &str = "docker.io";
const OFFICIAL_PREFIX: &str = "library/";
/// The greatest length of a path, in bytes.
const MAX_PATH: usize = 255;

/// A normalized reference: domain, path, and a tag or a digest or both or neither.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// distribution/reference's own error texts (`invalid reference format`, …).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RefError(pub String);

impl ImageRef {
    /// Parses and normalizes a reference, as `reference.ParseNormalizedNamed` of distribution/reference.
    pub fn parse(text: &str) -> Result<ImageRef, RefError> {
        if text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(RefError(format!(
                "invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
            )));
        }
        let (domain, remainder) = split_domain(text);
        let remote = remainder
            .split_once(':')
            .map_or(remainder.as_str(), |(remote, _)| remote);
        if has_upper(remote) {
            return Err(RefError(format!(
                "invalid reference format: repository name ({remote}) must be lowercase"
            )));
        }
        parse_canonical(&format!("{domain}/{remainder}"))
    }

    /// Parses a reference as written, without adding the default registry and `library/`, as `reference.Parse` of
    /// distribution/reference.
    pub fn parse_as_is(text: &str) -> Result<ImageRef, RefError> {
        parse_canonical(text)
    }

    /// Returns the registry, with its port. It is empty if the registry isn't valid: distribution/reference then takes the
    /// whole name as the path (`my_reg.io/foo`).
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Returns the repository within the registry, such as `library/node`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the registry and the repository, such as `docker.io/library/node`.
    pub fn name(&self) -> String {
        named(&self.domain, &self.path)
    }

    /// Returns the tag, if there is one.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Returns the digest, if there is one.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Adds `:latest` if there is neither tag nor digest (`reference.TagNameOnly`).
    #[must_use]
    pub fn tag_name_only(mut self) -> ImageRef {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some("latest".to_owned());
        }
        self
    }

    /// Returns the same name and tag with this digest.
    #[must_use]
    pub fn with_digest(mut self, digest: Digest) -> ImageRef {
        self.digest = Some(digest);
        self
    }

    /// Returns the same name and tag without a digest.
    #[must_use]
    pub fn without_digest(mut self) -> ImageRef {
        self.digest = None;
        self
    }

    /// Returns the same name with another tag and without a digest. Fails if the tag isn't valid.
    pub fn with_tag(self, tag: &str) -> Result<ImageRef, RefError> {
        if !is_tag(tag) {
            return Err(RefError("invalid tag format".to_owned()));
        }
        Ok(ImageRef {
            tag: Some(tag.to_owned()),
            digest: None,
            ..self
        })
    }

    /// Returns the short form: `node:22` for `docker.io/library/node:22` (`reference.FamiliarString`).
    pub fn familiar(&self) -> String {
        self.suffixed(self.familiar_name())
    }

    /// Returns the short name: `node` for `docker.io/library/node:22` (`reference.FamiliarName`).
    pub fn familiar_name(&self) -> String {
        if self.domain != DEFAULT_DOMAIN {
            return self.name();
        }
        match self.path.strip_prefix(OFFICIAL_PREFIX) {
            Some(short) if !short.contains('/') => short.to_owned(),
            _ => self.path.clone(),
        }
    }

    fn suffixed(&self, mut out: String) -> String {
        if let Some(tag) = &self.tag {
            out.push(':');
            out.push_str(tag);
        }
        if let Some(digest) = &self.digest {
            out.push('@');
            out.push_str(digest.as_str());
        }
        out
    }
}

/// The whole reference: `docker.io/library/node:22@sha256:…`.
impl std::fmt::Display for ImageRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.suffixed(self.name()))
    }
}

fn named(domain: &str, path: &str) -> String {
    if domain.is_empty() {
        path.to_owned()
    } else {
        format!("{domain}/{path}")
    }
}

/// Whether lower-casing changes the text, as Go's `strings.ToLower(s) != s`.
fn has_upper(text: &str) -> bool {
    text.chars().any(|c| !c.to_lowercase().eq([c]))
}

/// Splits a name into the registry, by default Docker Hub, and the rest. Official images get their `library/`.
fn split_domain(name: &str) -> (&str, String) {
    let Some((first, rest)) = name.split_once('/') else {
        return (DEFAULT_DOMAIN, format!("{OFFICIAL_PREFIX}{name}"));
    };
    let (domain, remote) = if first == "index.docker.io" {
        (DEFAULT_DOMAIN, rest)
    } else if first == "localhost" || first.contains(['.', ':']) || has_upper(first) {
        (first, rest)
    } else {
        (DEFAULT_DOMAIN, name)
    };
    if domain == DEFAULT_DOMAIN && !remote.contains('/') {
        return (domain, format!("{OFFICIAL_PREFIX}{remote}"));
    }
    (domain, remote.to_owned())
}

/// The pieces of a reference that has the right shape.
struct Pieces<'a> {
    domain: &'a str,
    path: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

fn parse_canonical(text: &str) -> Result<ImageRef, RefError> {
    let Some(pieces) = split(text) else {
        let message = if text.is_empty() {
            "repository name must have at least one component"
        } else if split(&text.to_lowercase()).is_some() {
            "repository name must be lowercase"
        } else {
            "invalid reference format"
        };
        return Err(RefError(message.to_owned()));
    };
    if pieces.path.len() > MAX_PATH {
        return Err(RefError(format!(
            "repository name must not be more than {MAX_PATH} characters"
        )));
    }
    let digest = pieces
        .digest
        .map(Digest::parse)
        .transpose()
        .map_err(|e| RefError(e.0))?;
    Ok(ImageRef {
        domain: pieces.domain.to_owned(),
        path: pieces.path.to_owned(),
        tag: pieces.tag.map(str::to_owned),
        digest,
    })
}

fn split(text: &str) -> Option<Pieces<'_>> {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) if is_digest(digest) => (rest, Some(digest)),
        Some(_) => return None,
        None => (text, None),
    };
    let last = rest.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match rest[last..].find(':') {
        Some(at) if is_tag(&rest[last + at + 1..]) => {
            (&rest[..last + at], Some(&rest[last + at + 1..]))
        }
        Some(_) => return None,
        None => (rest, None),
    };
    if let Some((domain, path)) = name.split_once('/')
        && is_domain(domain)
        && is_path(path)
    {
        return Some(Pieces {
            domain,
            path,
            tag,
            digest,
        });
    }
    is_path(name).then_some(Pieces {
        domain: "",
        path: name,
        tag,
        digest,
    })
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let bytes = text.as_bytes();
    (1..=128).contains(&bytes.len())
        && word(bytes[0])
        && bytes.iter().all(|b| word(*b) || matches!(b, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else {
        return false;
    };
    algorithm.split(['-', '_', '+', '.']).all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric())
    }) && hex.len() >= 32
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether the text is a host name or an IPv6 address in brackets, with an optional port.
fn is_domain(text: &str) -> bool {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else {
            return false;
        };
        if address.is_empty() || !address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
            return false;
        }
        if port.is_empty() {
            return true;
        }
        match port.strip_prefix(':') {
            Some(port) => (None, Some(port)),
            None => return false,
        }
    } else {
        match text.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(text), None),
        }
    };
    let component = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.is_none_or(|host| host.split('.').all(component))
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the text is a path: components of lower-case letters and digits, with `.`, `_`, `__`, or dashes between them,
/// separated by slashes.
fn is_path(text: &str) -> bool {
    text.split('/').all(|component| {
        let mut rest = component.as_bytes();
        loop {
            let word = rest
                .iter()
                .take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'z'))
                .count();
            if word == 0 {
                return false;
            }
            rest = &rest[word..];
            let separator = match rest {
                [] => return true,
                [b'_', b'_', ..] => 2,
                [b'.' | b'_', ..] => 1,
                _ => rest.iter().take_while(|b| **b == b'-').count(),
            };
            if separator == 0 {
                return false;
            }
            rest = &rest[separator..];
        }
    })
}

#[cfg(test)]
mod tests;
