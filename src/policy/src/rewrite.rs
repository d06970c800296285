//! The rules under `rewrite:`, each applied to one image reference.

use std::fmt;

use fromtier_image::ImageRef;

use crate::glob::Glob;
use crate::pattern::{Pattern, identity};

/// One rule under `rewrite:`, which replaces an image by another.
#[derive(Debug, Clone)]
pub(crate) struct Rewrite {
    pub pattern: Pattern,
    /// The new image: a template with `{name}`, `{tag}`, and `{1}`, `{2}` … for the stars of the pattern. Without a tag in
    /// it, the requested tag is kept.
    pub to: String,
    /// The new tags. The first entry that matches the requested tag applies; if none does, the tag is kept.
    pub tags: Vec<MappedTag>,
    pub digest: RequestedDigest,
    pub reason: Option<String>,
}

/// What a rule does with the digest of an image that is requested by digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum RequestedDigest {
    /// It belongs to the old image, so it is dropped.
    #[default]
    Drop,
    /// The new image is the same image under another name, so it has the same digest.
    Keep,
    /// The image is refused.
    Refuse,
}

/// One entry of a rule's `tags`.
#[derive(Debug, Clone)]
pub(crate) struct MappedTag {
    pub glob: Glob,
    /// The glob as written.
    pub text: String,
    /// The new tag: a template as [`Rewrite::to`]. The numbers of the glob's stars follow those of the pattern's.
    pub to: String,
}

/// An error about an image that a rule matches but can't rewrite.
#[derive(Debug, Clone)]
pub(crate) struct RewriteError {
    /// The reason, in words.
    pub problem: String,
    /// A line of help; `None` if naming a tag helps.
    pub help: Option<String>,
}

impl fmt::Display for RewriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl From<String> for RewriteError {
    fn from(problem: String) -> RewriteError {
        RewriteError {
            problem,
            help: None,
        }
    }
}

impl Rewrite {
    /// Rewrites an image that the rule matches. The requested digest is dropped, kept, or refused, as the rule says. An image
    /// that the rule doesn't change keeps its digest.
    ///
    /// # Errors
    ///
    /// The image has no tag and the rule needs one, the result is not a valid reference, or the digest is refused.
    pub fn apply(&self, image: &ImageRef) -> Result<ImageRef, RewriteError> {
        let mapped = image.tag().and_then(|tag| {
            let matches = |mapped: &&MappedTag| mapped.glob.matches(tag);
            self.tags.iter().find(matches)
        });
        let target = self.target_for(image, mapped);
        if target.as_ref().is_ok_and(|target| is_same(target, image)) {
            return Ok(image.clone());
        }
        match (image.digest(), self.digest) {
            (Some(_), RequestedDigest::Refuse) => Err(RewriteError {
                problem: "the image is requested by digest, and the rule has `digest: refuse`"
                    .into(),
                help: Some("remove the digest; the new image has another one".into()),
            }),
            (Some(digest), RequestedDigest::Keep) => Ok(target?.with_digest(digest.clone())),
            _ => Ok(target?),
        }
    }

    /// Returns the new image for an image, with its tag mapped by this entry.
    pub fn target_for(
        &self,
        image: &ImageRef,
        mapped: Option<&MappedTag>,
    ) -> Result<ImageRef, String> {
        let name = identity(image);
        let mut filling = Filling {
            name: name.rsplit('/').next().unwrap_or_default(),
            tag: image.tag(),
            stars: self
                .pattern
                .captures(&name, image.tag())
                .unwrap_or_default(),
        };
        let pattern_stars = filling.stars.len();
        let mut tag = image.tag().map(str::to_owned);
        if let (Some(mapped), Some(requested)) = (mapped, image.tag()) {
            filling
                .stars
                .extend(mapped.glob.captures(requested).unwrap_or_default());
            tag = Some(filling.fill(&mapped.to)?);
        }
        filling.stars.truncate(pattern_stars);
        filling.tag = tag.as_deref();
        let to = filling.fill(&self.to)?;
        let target = ImageRef::parse(&to)
            .map_err(|problem| format!("`{to}` is not a valid image reference: {problem}"))?;
        if identity(&target) == "docker.io/library/scratch" {
            return Err("`scratch` is not an image".into());
        }
        if target.tag().is_some() || target.digest().is_some() {
            return Ok(target);
        }
        if tag.is_none() && identity(&target) == name {
            return Ok(image.clone());
        }
        if tag.is_none() && image.digest().is_some() && self.digest == RequestedDigest::Keep {
            return Ok(target);
        }
        let tag = tag.ok_or("the rule keeps the tag, but the image has none")?;
        target
            .with_tag(&tag)
            .map_err(|problem| format!("`{tag}` is not a valid tag: {problem}"))
    }

    /// Whether `to` has a tag or a digest that doesn't depend on the requested tag.
    pub fn has_own_tag(&self) -> bool {
        let last = self.to.rsplit('/').next().unwrap_or_default();
        last.contains([':', '@']) && !self.to.contains("{tag}")
    }

    /// Whether the new image always has the requested tag.
    pub fn keeps_tag(&self) -> bool {
        let last = self.to.rsplit('/').next().unwrap_or_default();
        let own = last.split_once(':').map(|(_, tag)| tag);
        self.tags.is_empty() && !last.contains('@') && own.is_none_or(|tag| tag == "{tag}")
    }

    /// Whether the name of the new image is the same for every requested image.
    pub fn has_fixed_name(&self) -> bool {
        self.pattern.literal_name().is_some()
            || placeholders(&self.to).all(|placeholder| placeholder == "tag")
    }
}

/// Whether a target is the requested image: the same name and tag, and no other digest.
fn is_same(target: &ImageRef, requested: &ImageRef) -> bool {
    identity(target) == identity(requested)
        && target.tag() == requested.tag()
        && target
            .digest()
            .is_none_or(|digest| requested.digest() == Some(digest))
}

/// Returns the texts between braces.
pub(crate) fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (_, behind) = rest.split_once('{')?;
        let (inside, behind) = behind.split_once('}').unwrap_or((behind, ""));
        rest = behind;
        Some(inside)
    })
}

/// Returns why a template can't be filled for a pattern with this number of stars; `None` if it can.
pub(crate) fn unfillable(template: &str, stars: usize) -> Option<String> {
    let is_known = |placeholder: &str| match placeholder.parse::<usize>() {
        Ok(star) => (1..=stars).contains(&star) && !placeholder.starts_with(['0', '+']),
        Err(_) => matches!(placeholder, "name" | "tag"),
    };
    let unknown = placeholders(template).find(|placeholder| !is_known(placeholder));
    let has_stray_brace = || template.matches('{').count() != template.matches('}').count();
    if unknown.is_none() && !has_stray_brace() {
        return None;
    }
    let found = match unknown {
        Some(unknown) => format!("{{{unknown}}}"),
        None => template.to_owned(),
    };
    let expected = "a placeholder is `{name}`, `{tag}`, or the number of a star";
    Some(match stars {
        0 => format!("`{found}`: {expected}; the pattern has no star"),
        1 => format!("`{found}`: {expected}; the pattern has one: `{{1}}`"),
        stars => format!("`{found}`: {expected}; the pattern has `{{1}}` to `{{{stars}}}`"),
    })
}

/// The values that fill a template.
struct Filling<'a> {
    name: &'a str,
    tag: Option<&'a str>,
    stars: Vec<&'a str>,
}

impl Filling<'_> {
    fn fill(&self, template: &str) -> Result<String, String> {
        if let Some(problem) = unfillable(template, self.stars.len()) {
            return Err(problem);
        }
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            let (inside, behind) = behind.split_once('}').unwrap_or((behind, ""));
            out.push_str(before);
            out.push_str(match inside {
                "name" => self.name,
                "tag" => self
                    .tag
                    .ok_or("the rule uses the tag, but the image has none")?,
                star => star
                    .parse::<usize>()
                    .ok()
                    .and_then(|star| self.stars.get(star.wrapping_sub(1)))
                    .copied()
                    .unwrap_or_default(),
            });
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
