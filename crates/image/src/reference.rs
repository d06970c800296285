//! Image references, normalised once: `node` is `docker.io/library/node`.

use crate::digest::Digest;

/// A normalised reference: domain, path, and a tag or a digest or both or neither.
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
    /// `reference.ParseNormalizedNamed` of distribution/reference, by hand, without regular expressions.
    pub fn parse(_text: &str) -> Result<ImageRef, RefError> {
        todo!("owned by the image helper")
    }
    pub fn domain(&self) -> &str {
        &self.domain
    }
    pub fn path(&self) -> &str {
        &self.path
    }
    /// `docker.io/library/node`
    pub fn name(&self) -> String {
        format!("{}/{}", self.domain, self.path)
    }
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }
    /// `:latest` where there is neither tag nor digest (`reference.TagNameOnly`).
    #[must_use]
    pub fn tag_name_only(self) -> ImageRef {
        todo!("owned by the image helper")
    }
    #[must_use]
    pub fn with_digest(mut self, digest: Digest) -> ImageRef {
        self.digest = Some(digest);
        self
    }
    #[must_use]
    pub fn without_digest(mut self) -> ImageRef {
        self.digest = None;
        self
    }
    /// The same image under another tag (checked), keeping no digest.
    pub fn with_tag(self, _tag: &str) -> Result<ImageRef, RefError> {
        todo!("owned by the image helper")
    }
    /// `node:22` for `docker.io/library/node:22` (`reference.FamiliarString`).
    pub fn familiar(&self) -> String {
        todo!("owned by the image helper")
    }
    pub fn familiar_name(&self) -> String {
        todo!("owned by the image helper")
    }
}

/// The whole reference: `docker.io/library/node:22@sha256:…`.
impl std::fmt::Display for ImageRef {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        todo!("owned by the image helper")
    }
}
