//! Patterns of image names and tags: `random-user/node-custom`, `registry.example.com/platform/*`, `node:22*`.

use crate::Place;
use crate::index::Literals;
use fromtier_image::ImageRef;

/// The name that rules judge an image by: registries that are one and the same have one spelling here.
pub(crate) fn identity(image: &ImageRef) -> String {
    let domain = image.domain().to_ascii_lowercase();
    let domain = domain.strip_suffix(":443").unwrap_or(&domain);
    let domain = match domain {
        "index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com" => "docker.io",
        other => other,
    };
    format!("{domain}/{}", image.path())
}

/// A pattern. In the name `*` stands for any characters but `/`, `**` for any; in the tag `*` stands for any.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// As written in the file.
    pub text: String,
    /// Where it is written; none for what is built in.
    pub at: Option<Place>,
    name: Glob,
    tag: Option<Glob>,
}

impl Pattern {
    /// Reads a pattern; a name without a registry is one of Docker Hub's, as in a Dockerfile. The error says why it
    /// can never match.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("an empty pattern can never match".into());
        }
        if text.contains('@') {
            return Err("a pattern has no digest: images are matched by name and tag".into());
        }
        if let Some(bad) = text
            .chars()
            .find(|c| !(c.is_ascii_alphanumeric() || ".-_/:*".contains(*c)))
        {
            return Err(format!(
                "no image reference contains `{bad}`: this can never match"
            ));
        }
        let (name, tag) = match text.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (text, None),
        };
        if tag == Some("") {
            return Err("the tag is missing behind the `:`".into());
        }
        let full = complete(name);
        let (domain, path) = full.split_once('/').unwrap_or((&full, ""));
        if path.is_empty() && full != "**" {
            return Err("a registry alone names no image: this can never match (did you mean `/**` behind it?)".into());
        }
        if path.contains(|c: char| c.is_ascii_uppercase()) {
            return Err("repository names have no upper-case letters: this can never match".into());
        }
        if path.contains(':') || path.split('/').any(str::is_empty) && full != "**" {
            return Err("this is no image name: it can never match".into());
        }
        let name = if full == "**" {
            full
        } else {
            format!("{}/{path}", domain.to_ascii_lowercase())
        };
        Ok(Pattern {
            text: text.to_owned(),
            at: None,
            name: Glob::new(&name, true),
            tag: tag.map(|tag| Glob::new(tag, false)),
        })
    }

    /// Do both match the same, as far as their letters tell?
    pub fn same(&self, other: &Pattern) -> bool {
        self.name == other.name && self.tag == other.tag
    }

    /// Does the pattern match? `name` is [`identity`]'s.
    pub fn matches(&self, name: &str, tag: Option<&str>) -> bool {
        self.name.matches(name)
            && self
                .tag
                .as_ref()
                .is_none_or(|glob| tag.is_some_and(|tag| glob.matches(tag)))
    }

    /// The one name that the pattern matches, when it has no `*` there.
    pub fn literal_name(&self) -> Option<&str> {
        self.name.literal.as_deref()
    }

    /// The literal parts that the pattern can be found by.
    pub fn literals(&self) -> Literals {
        let name = &self.name.tokens;
        let mut beginning: Vec<u8> = literally(name.iter()).collect();
        if let (true, Some(tag)) = (beginning.len() == name.len(), &self.tag) {
            let tag: Vec<u8> = literally(tag.tokens.iter()).collect();
            if !tag.is_empty() {
                beginning.push(b':');
                beginning.extend(tag);
            }
        }
        // Only what stands before the first `/` is the host, and only where no `**` may stand for a `/` as well.
        let host = name
            .split(|token| *token == Token::Byte(b'/'))
            .next()
            .filter(|host| !host.contains(&Token::Any))
            .map(|host| literally(host.iter().rev()).collect());
        Literals {
            beginning,
            end: literally(name.iter().rev()).collect(),
            host,
        }
    }

    /// Does this pattern certainly match all that `other` matches?
    pub fn covers(&self, other: &Pattern) -> bool {
        let tag = match (&self.tag, &other.tag) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => mine.covers(theirs),
            (Some(mine), None) => mine.tokens == [Token::Any],
        };
        tag && self.name.covers(&other.name)
    }
}

/// `node` → `docker.io/library/node`, by the rule of image references.
fn complete(name: &str) -> String {
    if name == "**" {
        return name.to_owned();
    }
    match name.split_once('/') {
        None => format!("docker.io/library/{name}"),
        Some((first, rest)) => {
            let is_registry = first.contains(['.', ':'])
                || first == "localhost"
                || first == "**"
                || first.contains(|c: char| c.is_ascii_uppercase());
            match (is_registry, first) {
                (true, "docker.io" | "index.docker.io") if !rest.contains('/') && rest != "**" => {
                    format!("docker.io/library/{rest}")
                }
                (true, "index.docker.io" | "registry-1.docker.io") => format!("docker.io/{rest}"),
                (true, _) => name.to_owned(),
                (false, _) => format!("docker.io/{name}"),
            }
        }
    }
}

/// Does a tag match a glob of tags, `22-*`?
pub(crate) fn tag_glob(glob: &str, tag: &str) -> bool {
    Glob::new(glob, false).matches(tag)
}

/// A text with stars; of segments, `*` stands for any characters but `/` and `**` for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    tokens: Vec<Token>,
    literal: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// Any run of bytes without `/`.
    Segment,
    /// Any run of bytes.
    Any,
}

impl Glob {
    pub fn new(text: &str, with_segments: bool) -> Glob {
        let mut tokens: Vec<Token> = Vec::with_capacity(text.len());
        for byte in text.bytes() {
            let token = match (byte, tokens.last()) {
                (b'*', Some(Token::Segment | Token::Any)) => {
                    tokens.pop();
                    Token::Any
                }
                (b'*', _) if with_segments => Token::Segment,
                (b'*', _) => Token::Any,
                (byte, _) => Token::Byte(byte),
            };
            tokens.push(token);
        }
        let literal = (!text.contains('*')).then(|| text.to_owned());
        Glob { tokens, literal }
    }

    /// Does it begin with `**/`?
    pub fn starts_anywhere(&self) -> bool {
        self.tokens.starts_with(&[Token::Any, Token::Byte(b'/')])
    }

    pub fn matches(&self, text: &str) -> bool {
        match &self.literal {
            Some(literal) => literal == text,
            None => fits(&self.tokens, text.as_bytes()),
        }
    }

    /// Stars of the other glob are met by stars only, so a yes is certain.
    fn covers(&self, other: &Glob) -> bool {
        run(&self.tokens, other.tokens.iter().copied())
    }
}

/// The bytes until the first star.
fn literally<'a>(tokens: impl Iterator<Item = &'a Token>) -> impl Iterator<Item = u8> {
    tokens.map_while(|token| match token {
        Token::Byte(byte) => Some(*byte),
        Token::Segment | Token::Any => None,
    })
}

/// Does a text fit a glob? Each star first stands for nothing, and for more when what follows it doesn't fit: the last
/// one first, and when that would have to stand for a `/` it can't stand for, the last `**` before it. Stars before
/// those need no second try, for what lies between would fit no better further on.
fn fits(glob: &[Token], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    // Where a star stands in the glob, and up to where in the text it reaches.
    let mut segment: Option<(usize, usize)> = None;
    let mut any: Option<(usize, usize)> = None;
    loop {
        match (glob.get(at), text.get(read)) {
            (None, None) => return true,
            (Some(Token::Byte(a)), Some(b)) if a == b => (at, read) = (at + 1, read + 1),
            (Some(Token::Segment), _) => {
                segment = Some((at, read));
                at += 1;
            }
            (Some(Token::Any), _) => {
                (any, segment) = (Some((at, read)), None);
                at += 1;
            }
            _ => {
                let longer = |(star, end): (usize, usize), slash: bool| {
                    (*text.get(end)? != b'/' || slash).then_some((star, end + 1))
                };
                segment = segment.and_then(|star| longer(star, false));
                if segment.is_none() {
                    any = any.and_then(|star| longer(star, true));
                }
                let Some((star, end)) = segment.or(any) else {
                    return false;
                };
                (at, read) = (star + 1, end);
            }
        }
    }
}

/// Runs a glob over another glob's tokens, keeping the set of places in the glob that are reached.
fn run(glob: &[Token], text: impl Iterator<Item = Token>) -> bool {
    let mut reached = vec![false; glob.len() + 1];
    let close = |reached: &mut Vec<bool>| {
        for i in 0..glob.len() {
            if reached[i] && matches!(glob[i], Token::Segment | Token::Any) {
                reached[i + 1] = true;
            }
        }
    };
    reached[0] = true;
    close(&mut reached);
    for token in text {
        let mut next = vec![false; glob.len() + 1];
        for i in (0..glob.len()).filter(|i| reached[*i]) {
            match (glob[i], token) {
                (Token::Byte(a), Token::Byte(b)) if a == b => next[i + 1] = true,
                (Token::Any, _) => next[i] = true,
                (Token::Segment, Token::Byte(b)) if b != b'/' => next[i] = true,
                (Token::Segment, Token::Segment) => next[i] = true,
                _ => {}
            }
        }
        close(&mut next);
        reached = next;
    }
    reached[glob.len()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn matches(pattern: &str, reference: &str) -> bool {
        let image = ImageRef::parse(reference).unwrap().tag_name_only();
        Pattern::parse(pattern)
            .unwrap()
            .matches(&identity(&image), image.tag())
    }

    #[test]
    fn a_name_matches_as_a_dockerfile_reads_it() {
        for (pattern, reference) in [
            ("node", "node"),
            ("node", "docker.io/library/node:22"),
            ("node", "index.docker.io/library/node"),
            ("node", "registry-1.docker.io/library/node"),
            ("node", "docker.io:443/library/node"),
            ("docker.io/node", "node"),
            ("index.docker.io/node", "node"),
            (
                "docker.io/library/node",
                "node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            ),
            ("random-user/node-custom", "random-user/node-custom:latest"),
            ("ghcr.io/acme/legacy:*", "ghcr.io/acme/legacy:1"),
            ("ghcr.io/acme/legacy:*", "GHCR.io/acme/legacy"),
            ("localhost:5000/app", "localhost:5000/app:1"),
            ("localhost:5000/app:1", "localhost:5000/app:1"),
            ("node:22*", "node:22-alpine"),
            ("node:latest", "node"),
        ] {
            assert!(matches(pattern, reference), "{pattern} {reference}");
        }
        for (pattern, reference) in [
            ("node", "random-user/node"),
            ("node", "registry.example.com/library/node"),
            ("node", "nodes"),
            ("node:22*", "node:21"),
            (
                "node:22",
                "node@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            ),
        ] {
            assert!(!matches(pattern, reference), "{pattern} {reference}");
        }
    }

    #[test]
    fn one_star_stays_within_a_component_and_two_do_not() {
        assert!(matches(
            "registry.example.com/platform/*",
            "registry.example.com/platform/node"
        ));
        assert!(!matches(
            "registry.example.com/platform/*",
            "registry.example.com/platform/a/b"
        ));
        assert!(matches(
            "registry.example.com/**",
            "registry.example.com/platform/a/b"
        ));
        assert!(!matches(
            "registry.example.com/**",
            "registry.example.com.evil.org/platform/a"
        ));
        assert!(matches("bitnami/*", "bitnami/node"));
        assert!(!matches("bitnami/*", "bitnami/a/b"));
        assert!(matches("*", "node"));
        assert!(!matches("*", "acme/node"));
        assert!(matches("**", "acme/node"));
        assert!(matches("**/node", "ghcr.io/acme/node"));
        assert!(matches("*.example.com/x", "a.example.com/x"));
        assert!(!matches("*.example.com/x", "evil.org/example.com/x"));
    }

    #[test]
    fn what_can_never_match_is_an_error() {
        for text in [
            "",
            "Acme/node",
            "ghcr.io/Acme/node",
            "node@sha256:abc",
            "node:",
            "ghcr.io/",
            "a//b",
            "no de",
            "é",
        ] {
            assert!(
                Pattern::parse(text).is_err() || text == "Acme/node",
                "{text}"
            );
        }
    }

    proptest::proptest! {
        /// The way that tries no more than it must finds what the way that tries all finds.
        #[test]
        fn the_quick_way_is_right(glob in "[ab/*]{0,9}", text in "[ab/]{0,12}") {
            let glob = Glob::new(&glob, true);
            let slow = run(&glob.tokens, text.bytes().map(Token::Byte));
            proptest::prop_assert_eq!(fits(&glob.tokens, text.as_bytes()), slow);
        }
    }

    #[test]
    fn covering_is_certain() {
        let covers = |a: &str, b: &str| {
            Pattern::parse(a)
                .unwrap()
                .covers(&Pattern::parse(b).unwrap())
        };
        assert!(covers("bitnami/*", "bitnami/node"));
        assert!(covers("bitnami/*", "bitnami/node:1"));
        assert!(covers("bitnami/*", "bitnami/n*"));
        assert!(covers("bitnami/**", "bitnami/*"));
        assert!(!covers("bitnami/*", "bitnami/**"));
        assert!(!covers("bitnami/n*", "bitnami/*"));
        assert!(covers("node:*", "node"));
        assert!(!covers("node:22", "node"));
        assert!(covers("**", "ghcr.io/acme/*"));
    }
}
