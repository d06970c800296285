//! Rewriting an image reference, once.

use crate::pattern::identity;
use crate::policy::Rewrite;
use fromtier_image::ImageRef;

impl Rewrite {
    /// What the rule makes of an image. The user's digest goes: it belongs to another image. The error says why
    /// nothing can be made of it.
    pub(crate) fn apply(&self, image: &ImageRef) -> Result<ImageRef, String> {
        let name = image.path().rsplit('/').next().unwrap_or_default();
        self.target(name, image.tag())
    }

    /// The target with `{name}` and `{tag}` filled in; without a tag of its own it keeps the asked one.
    pub(crate) fn target(&self, name: &str, tag: Option<&str>) -> Result<ImageRef, String> {
        let mut to = self.to.replace("{name}", name);
        if to.contains("{tag}") {
            let tag = tag.ok_or("the rule needs a tag, and there is none")?;
            to = to.replace("{tag}", tag);
        }
        if let Some(at) = to.find(['{', '}']) {
            return Err(format!(
                "`{}`: only {{name}} and {{tag}} are filled in",
                &to[at..]
            ));
        }
        let target = ImageRef::parse(&to)
            .map_err(|problem| format!("`{to}` is no image reference: {problem}"))?;
        if identity(&target) == "docker.io/library/scratch" {
            return Err("`scratch` is no image".into());
        }
        if target.tag().is_some() || target.digest().is_some() {
            return Ok(target);
        }
        let tag = tag.ok_or("the rule keeps the tag, and there is none")?;
        target.with_tag(tag).map_err(|problem| problem.to_string())
    }
}
