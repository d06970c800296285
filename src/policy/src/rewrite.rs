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
    /// Whether an image that is requested by digest is refused. If not, the digest is dropped.
    pub refuses_digest: bool,
    pub reason: Option<String>,
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
    /// Rewrites an image that the rule matches. The requested digest belongs to the old image: it is dropped, or the image
    /// is refused, as the rule says. An image that the rule doesn't change keeps its digest.
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
        if self.refuses_digest && image.digest().is_some() {
            return Err(RewriteError {
                problem: "the image is requested by digest, and the rule has `digest: refuse`"
                    .into(),
                help: Some("remove the digest; the new image has another one".into()),
            });
        }
        Ok(target?)
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
mod tests {
    use crate::fixtures::{ask, denied, digest, gate, warned};
    use crate::verdict::Severity;

    #[track_caller]
    fn assert_pulled(rule: &str, requested: &str, expected: &str) {
        let text = format!("version: 1\ntiers: {{community: allow}}\nrewrite:\n- {rule}\n");
        let pass =
            ask(&gate(&text, ""), requested).unwrap_or_else(|e| panic!("{requested}: {e:?}"));
        assert_eq!(pass.pull().familiar(), expected, "{rule}: {requested}");
    }

    #[test]
    fn stars_of_the_name_and_of_the_tag_are_filled_in() {
        for (rule, requested, expected) in [
            (
                "{match: old.example.com/*/*, to: \"new.example.com/{2}/{1}\"}",
                "old.example.com/team/app:3",
                "new.example.com/app/team:3",
            ),
            (
                "{match: \"docker.io/**\", to: \"mirror.example.com/hub/{1}\"}",
                "node:22-alpine",
                "mirror.example.com/hub/library/node:22-alpine",
            ),
            (
                "{match: \"**\", to: \"mirror.example.com/{1}:{tag}\"}",
                "ghcr.io/acme/tool",
                "mirror.example.com/ghcr.io/acme/tool:latest",
            ),
            (
                "{match: \"acme/*:*-debian-*\", to: \"{1}:{2}-slim\"}",
                "acme/node:22-debian-12",
                "node:22-slim",
            ),
            (
                "{match: \"*.old.example.com/**/*\", to: \"new.example.com/{1}/{2}/{name}\"}",
                "eu.old.example.com/a/b/app:1",
                "new.example.com/eu/a/b/app:1",
            ),
            (
                "{match: \"acme/node-*\", to: \"node:{1}\"}",
                "acme/node-22:build7",
                "node:22",
            ),
        ] {
            if rule.contains("\"**\"") {
                // An image that is already there stays there.
                let rule = format!(
                    "{{match: mirror.example.com/**, to: \"mirror.example.com/{{1}}\"}}\n- {rule}"
                );
                assert_pulled(&rule, requested, expected);
                assert_pulled(&rule, expected, expected);
            } else {
                assert_pulled(rule, requested, expected);
            }
        }
    }

    #[test]
    fn the_first_entry_that_matches_maps_the_tag() {
        let rule = "{match: bitnami/*, to: \"{1}\", tags: {\"16*\": \"22\", \"1*\": \"20\", latest: \"24\", \"*-debian-*\": \"{2}-slim\"}}";
        for (requested, expected) in [
            ("bitnami/node:16.20-alpine", "node:22"),
            ("bitnami/node:18", "node:20"),
            ("bitnami/node", "node:24"),
            ("bitnami/node:26-debian-12", "node:26-slim"),
            ("bitnami/node:26", "node:26"),
        ] {
            assert_pulled(rule, requested, expected);
        }
        let rule = "{match: bitnami/node, to: \"node:{tag}-alpine\", tags: [{\"1*\": \"22\"}, {\"*\": \"{tag}\"}]}";
        assert_pulled(rule, "bitnami/node:18", "node:22-alpine");
        assert_pulled(rule, "bitnami/node:24", "node:24-alpine");
    }

    #[test]
    fn a_digest_is_dropped_or_refused_with_the_old_image() {
        let requested = format!("acme/node:22@{}", digest('a').as_str());
        assert_pulled("{match: acme/node, to: node}", &requested, "node:22");
        let rule = |mode: &str| {
            format!("version: 1\n{mode}rewrite: [{{match: acme/node, to: node, digest: refuse}}]")
        };
        let denial = denied(&rule(""), &requested);
        assert_eq!(denial.code, "FT161");
        assert!(
            denial
                .message
                .ends_with("the image is requested by digest, and the rule has `digest: refuse`")
        );
        assert!(denial.help.unwrap().starts_with("remove the digest"));
        let pass = ask(&gate(&rule(""), ""), "acme/node:22").unwrap();
        assert_eq!(pass.pull().familiar(), "node:22");
        // With `mode: warn` the image is not rewritten.
        let found = warned(&rule("mode: warn\n"), &requested);
        assert!(
            found
                .iter()
                .any(|f| f.code == "FT161" && f.severity == Severity::Warn)
        );
        assert!(found.iter().any(|f| f.code == "FT101"));
    }

    #[test]
    fn an_image_that_a_rule_does_not_change_keeps_its_digest() {
        let keeps = "{match: r.example.com/**, to: \"r.example.com/{1}\"}\n- {match: \"**\", to: \"r.example.com/{1}\"}";
        let refuses = keeps.replace("{1}\"}", "{1}\", digest: refuse}");
        let tagged = format!("r.example.com/a:1@{}", digest('a').as_str());
        let bare = format!("r.example.com/a@{}", digest('a').as_str());
        for requested in [&tagged, &bare] {
            assert_pulled(keeps, requested, requested);
            assert_pulled(&refuses, requested, requested);
        }
        let requested = format!("node:22@{}", digest('a').as_str());
        assert_pulled("{match: node, to: \"node:{tag}\"}", &requested, &requested);
        // Another tag is another image.
        assert_pulled("{match: node, to: \"node:24\"}", &requested, "node:24");
    }

    #[test]
    fn the_finding_names_both_images_and_the_dropped_digest() {
        let text = "version: 1\nrewrite: [{match: acme/node, to: node, reason: one source}]";
        let requested = format!("acme/node:22@{}", digest('a').as_str());
        let pass = ask(&gate(text, ""), &requested).unwrap();
        let finding = &pass.verdict().findings[0];
        assert_eq!(
            (finding.code.as_str(), finding.message.as_str()),
            (
                "FT160",
                "this policy rewrites acme/node:22 to node:22 and drops the digest: one source"
            )
        );
    }
}
