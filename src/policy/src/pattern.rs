//! Patterns of image names and tags: `random-user/node-custom`, `registry.example.com/platform/*`, `node:22*`.

use fromtier_image::ImageRef;

use crate::Place;
use crate::glob::{Glob, Token, literal_bytes};

/// Returns the name by which rules compare an image. A registry with several names has one spelling here.
pub(crate) fn identity(image: &ImageRef) -> String {
    // If a reference has no valid registry (`my_reg.io/app`), the first part of its path is used as the host.
    let name = image.name();
    match name.split_once('/') {
        Some((domain, path)) => format!("{}/{path}", canonical_registry(domain)),
        None => name,
    }
}

/// Returns a registry's host in the one spelling that rules compare.
pub(crate) fn canonical_registry(domain: &str) -> String {
    let domain = domain.to_ascii_lowercase();
    match domain.strip_suffix(":443").unwrap_or(&domain) {
        "index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com" => "docker.io",
        other => other,
    }
    .to_owned()
}

/// Returns a registry, or a registry and a path, in the spelling that rules compare. `None` if no image can be there.
pub(crate) fn mirrored_part(text: &str) -> Option<String> {
    let (host, path) = match text.split_once('/') {
        Some((host, path)) => (host, format!("/{path}")),
        None => (text, String::new()),
    };
    let sample = ImageRef::parse(&format!("{text}/a/b")).ok()?;
    // A name that begins with a repository is on Docker Hub.
    let is_host = host.contains(['.', ':']) || host == "localhost";
    let is_path = format!("/{}", sample.path()) == format!("{path}/a/b");
    (is_host && is_path).then(|| format!("{}{path}", canonical_registry(host)))
}

/// A pattern of image names and tags. In the name, `*` matches any characters except `/`, and `**` matches any characters.
/// In the tag, `*` matches any characters.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// The pattern as written in the file.
    pub text: String,
    /// Where it is written; `None` for built-in patterns.
    pub at: Option<Place>,
    name: Glob,
    tag: Option<Glob>,
}

/// The literal parts of a pattern by which an index can find it.
pub(crate) struct Literals {
    pub beginning: Vec<u8>,
    pub end: Vec<u8>,
    /// `None` if a `**` can match past the end of the host.
    pub host: Option<Vec<u8>>,
}

impl Literals {
    pub fn all(&self) -> [Option<&[u8]>; 3] {
        [Some(&self.beginning), Some(&self.end), self.host.as_deref()]
    }
}

impl Pattern {
    /// Parses a pattern. A name without a registry is on Docker Hub, as in a Dockerfile. The error says why the pattern
    /// can never match.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("an empty pattern can never match".into());
        }
        if text.contains('@') {
            return Err(
                "a pattern can't contain a digest; images are matched by name and tag".into(),
            );
        }
        if let Some(bad) = text
            .chars()
            .find(|c| !(c.is_ascii_alphanumeric() || ".-_/:*".contains(*c)))
        {
            return Err(format!(
                "an image reference can't contain `{bad}`, so this can never match"
            ));
        }
        let (name, tag) = match text.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (text, None),
        };
        if tag == Some("") {
            return Err("the tag is missing after the `:`".into());
        }
        let full = full_name(name);
        let (domain, path) = full.split_once('/').unwrap_or((&full, ""));
        if path.is_empty() && full != "**" {
            return Err("a registry alone is not an image, so this can never match (did you mean to add `/**`?)".into());
        }
        if path.contains(|c: char| c.is_ascii_uppercase()) {
            return Err(
                "repository names have no uppercase letters, so this can never match".into(),
            );
        }
        if path.contains(':') || path.split('/').any(str::is_empty) && full != "**" {
            return Err("this is not an image name, so it can never match".into());
        }
        let name = if full == "**" {
            full
        } else {
            format!("{}/{path}", canonical_registry(domain))
        };
        Ok(Pattern {
            text: text.to_owned(),
            at: None,
            name: Glob::of_path(&name),
            tag: tag.map(Glob::of_word),
        })
    }

    /// Whether both patterns have the same name and tag, in any spelling of the registry.
    pub fn is_same_as(&self, other: &Pattern) -> bool {
        self.name == other.name && self.tag == other.tag
    }

    /// Whether the pattern matches an image. `name` is from [`identity`].
    pub fn matches(&self, name: &str, tag: Option<&str>) -> bool {
        self.name.matches(name)
            && self
                .tag
                .as_ref()
                .is_none_or(|glob| tag.is_some_and(|tag| glob.matches(tag)))
    }

    /// Returns the texts that the stars match, those of the name first. From left to right, each is as short as possible.
    /// `None` if the pattern doesn't match.
    pub fn captures<'t>(&self, name: &'t str, tag: Option<&'t str>) -> Option<Vec<&'t str>> {
        let mut stars = self.name.captures(name)?;
        if let Some(glob) = &self.tag {
            stars.extend(glob.captures(tag?)?);
        }
        Some(stars)
    }

    /// Returns the number of stars. A `**` is one star.
    pub fn stars(&self) -> usize {
        self.name.stars() + self.tag.as_ref().map_or(0, Glob::stars)
    }

    /// Returns an image that the pattern matches, if one can be made up.
    pub fn example(&self) -> Option<ImageRef> {
        let name = self.name.example("x");
        let name = match name.strip_prefix('x') {
            // A `**` at the beginning is filled in with a registry.
            Some(rest) if self.name.tokens.first() == Some(&Token::Any) => match rest {
                "" => "example.com/x".to_owned(),
                rest => format!("example.com{rest}"),
            },
            _ => name,
        };
        let tag = self
            .tag
            .as_ref()
            .map_or("0".to_owned(), |glob| glob.example("0"));
        let image = ImageRef::parse(&format!("{name}:{tag}")).ok()?;
        self.matches(&identity(&image), image.tag())
            .then_some(image)
    }

    /// Returns the name that the pattern matches, if it has no `*`.
    pub fn literal_name(&self) -> Option<&str> {
        self.name.literal.as_deref()
    }

    /// Returns the literal parts by which an index can find the pattern.
    pub fn literals(&self) -> Literals {
        let name = &self.name.tokens;
        let mut beginning: Vec<u8> = literal_bytes(name.iter()).collect();
        if let (true, Some(tag)) = (beginning.len() == name.len(), &self.tag) {
            let tag: Vec<u8> = literal_bytes(tag.tokens.iter()).collect();
            if !tag.is_empty() {
                beginning.push(b':');
                beginning.extend(tag);
            }
        }
        // The text before the first `/` is the host, unless a `**` in it can match a `/` as well.
        let host = name
            .split(|token| *token == Token::Byte(b'/'))
            .next()
            .filter(|host| !host.contains(&Token::Any))
            .map(|host| literal_bytes(host.iter().rev()).collect());
        Literals {
            beginning,
            end: literal_bytes(name.iter().rev()).collect(),
            host,
        }
    }

    /// Whether this pattern certainly matches everything that `other` matches.
    pub fn covers(&self, other: &Pattern) -> bool {
        let tag = match (&self.tag, &other.tag) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => mine.covers(theirs),
            (Some(mine), None) => mine.tokens == [Token::Any],
        };
        tag && self.name.covers(&other.name)
    }
}

/// Returns the full name, as for an image reference: `docker.io/library/node` for `node`.
fn full_name(name: &str) -> String {
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
                (true, _) => name.to_owned(),
                (false, _) => format!("docker.io/{name}"),
            }
        }
    }
}

#[cfg(test)]
mod tests;
