//! Rewriting an image reference, once.

use std::fmt;

use fromtier_image::ImageRef;

use crate::glob::Glob;
use crate::pattern::{Pattern, identity};

/// `rewrite:` an image is replaced by another.
#[derive(Debug, Clone)]
pub(crate) struct Rewrite {
    pub pattern: Pattern,
    /// May hold `{name}`, `{tag}` and `{1}`, `{2}` … for the stars of the pattern; without a tag the asked one is kept.
    pub to: String,
    /// What becomes of the asked tag; the first that matches, none: it stays as it is.
    pub tags: Vec<MappedTag>,
    /// Is an image that is asked for by its digest refused? Else the digest goes.
    pub refuses_digest: bool,
    pub reason: Option<String>,
}

/// One line of a rule's `tags`.
#[derive(Debug, Clone)]
pub(crate) struct MappedTag {
    pub glob: Glob,
    /// The glob as it is written.
    pub text: String,
    /// May hold what `to` may; the glob's own stars are counted on from the pattern's.
    pub to: String,
}

/// Why nothing can be made of an image.
#[derive(Debug, Clone)]
pub(crate) struct RewriteError {
    pub problem: String,
    /// What to do, where it is another thing than naming a tag.
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
    /// What the rule makes of an image that it matches. The asked digest goes, or the image is refused with it, for it
    /// belongs to another image; one that the rule leaves what it is keeps it.
    pub fn apply(&self, image: &ImageRef) -> Result<ImageRef, RewriteError> {
        let mapped = image.tag().and_then(|tag| {
            let fits = |mapped: &&MappedTag| mapped.glob.matches(tag);
            self.tags.iter().find(fits)
        });
        let made = self.target_for(image, mapped);
        if made.as_ref().is_ok_and(|made| is_same(made, image)) {
            return Ok(image.clone());
        }
        if self.refuses_digest && image.digest().is_some() {
            return Err(RewriteError {
                problem: "the image is requested by digest, and the rule has `digest: refuse`"
                    .into(),
                help: Some("remove the digest; the new image has another one".into()),
            });
        }
        Ok(made?)
    }

    /// The target for an image, its tag mapped so.
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
        let own = filling.stars.len();
        let mut tag = image.tag().map(str::to_owned);
        if let (Some(mapped), Some(asked)) = (mapped, image.tag()) {
            filling
                .stars
                .extend(mapped.glob.captures(asked).unwrap_or_default());
            tag = Some(filling.fill(&mapped.to)?);
        }
        filling.stars.truncate(own);
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

    /// Does `to` say a tag or a digest of its own?
    pub fn has_own_tag(&self) -> bool {
        let last = self.to.rsplit('/').next().unwrap_or_default();
        last.contains([':', '@']) && !self.to.contains("{tag}")
    }

    /// Is it known without the asked image which name the target has?
    pub fn has_fixed_name(&self) -> bool {
        self.pattern.literal_name().is_some()
            || placeholders(&self.to).all(|placeholder| placeholder == "tag")
    }
}

/// Is it the same image, by name and tag, and no digest of another?
fn is_same(made: &ImageRef, asked: &ImageRef) -> bool {
    identity(made) == identity(asked)
        && made.tag() == asked.tag()
        && made
            .digest()
            .is_none_or(|digest| asked.digest() == Some(digest))
}

/// What stands between braces.
pub(crate) fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (_, behind) = rest.split_once('{')?;
        let (inside, behind) = behind.split_once('}').unwrap_or((behind, ""));
        rest = behind;
        Some(inside)
    })
}

/// Why a template with so many stars to fill in can't be filled; `None` when it can.
pub(crate) fn unfillable(template: &str, stars: usize) -> Option<String> {
    let known = |placeholder: &str| match placeholder.parse::<usize>() {
        Ok(star) => (1..=stars).contains(&star) && !placeholder.starts_with(['0', '+']),
        Err(_) => matches!(placeholder, "name" | "tag"),
    };
    let bad = placeholders(template).find(|placeholder| !known(placeholder));
    let stray = || template.matches('{').count() != template.matches('}').count();
    if bad.is_none() && !stray() {
        return None;
    }
    let what = match bad {
        Some(bad) => format!("{{{bad}}}"),
        None => template.to_owned(),
    };
    let expected = "a placeholder is `{name}`, `{tag}`, or the number of a star";
    Some(match stars {
        0 => format!("`{what}`: {expected}; the pattern has no star"),
        1 => format!("`{what}`: {expected}; the pattern has one: `{{1}}`"),
        stars => format!("`{what}`: {expected}; the pattern has `{{1}}` to `{{{stars}}}`"),
    })
}

/// What a template is filled with.
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
    fn pulls(rule: &str, asked: &str, expected: &str) {
        let text = format!("version: 1\ntiers: {{community: allow}}\nrewrite:\n- {rule}\n");
        let pass = ask(&gate(&text, ""), asked).unwrap_or_else(|e| panic!("{asked}: {e:?}"));
        assert_eq!(pass.pull().familiar(), expected, "{rule}: {asked}");
    }

    #[test]
    fn stars_of_the_name_and_of_the_tag_are_filled_in() {
        for (rule, asked, expected) in [
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
                // Whatever is there already stays there.
                let rule = format!(
                    "{{match: mirror.example.com/**, to: \"mirror.example.com/{{1}}\"}}\n- {rule}"
                );
                pulls(&rule, asked, expected);
                pulls(&rule, expected, expected);
            } else {
                pulls(rule, asked, expected);
            }
        }
    }

    #[test]
    fn tags_are_mapped_by_the_first_that_matches() {
        let rule = "{match: bitnami/*, to: \"{1}\", tags: {\"16*\": \"22\", \"1*\": \"20\", latest: \"24\", \"*-debian-*\": \"{2}-slim\"}}";
        for (asked, expected) in [
            ("bitnami/node:16.20-alpine", "node:22"),
            ("bitnami/node:18", "node:20"),
            ("bitnami/node", "node:24"),
            ("bitnami/node:26-debian-12", "node:26-slim"),
            ("bitnami/node:26", "node:26"),
        ] {
            pulls(rule, asked, expected);
        }
        let rule = "{match: bitnami/node, to: \"node:{tag}-alpine\", tags: [{\"1*\": \"22\"}, {\"*\": \"{tag}\"}]}";
        pulls(rule, "bitnami/node:18", "node:22-alpine");
        pulls(rule, "bitnami/node:24", "node:24-alpine");
    }

    #[test]
    fn no_digest_is_carried_to_another_image() {
        let asked = format!("acme/node:22@{}", digest('a').as_str());
        pulls("{match: acme/node, to: node}", &asked, "node:22");
        let rule = |mode: &str| {
            format!("version: 1\n{mode}rewrite: [{{match: acme/node, to: node, digest: refuse}}]")
        };
        let denial = denied(&rule(""), &asked);
        assert_eq!(denial.code, "FT161");
        assert!(
            denial
                .message
                .ends_with("the image is requested by digest, and the rule has `digest: refuse`")
        );
        assert!(denial.help.unwrap().starts_with("remove the digest"));
        let pass = ask(&gate(&rule(""), ""), "acme/node:22").unwrap();
        assert_eq!(pass.pull().familiar(), "node:22");
        // A refusal that only warns leaves the image what it is.
        let found = warned(&rule("mode: warn\n"), &asked);
        assert!(
            found
                .iter()
                .any(|f| f.code == "FT161" && f.severity == Severity::Warn)
        );
        assert!(found.iter().any(|f| f.code == "FT101"));
    }

    #[test]
    fn an_image_that_stays_what_it_is_keeps_its_digest() {
        let keeps = "{match: r.example.com/**, to: \"r.example.com/{1}\"}\n- {match: \"**\", to: \"r.example.com/{1}\"}";
        let refuses = keeps.replace("{1}\"}", "{1}\", digest: refuse}");
        let tagged = format!("r.example.com/a:1@{}", digest('a').as_str());
        let bare = format!("r.example.com/a@{}", digest('a').as_str());
        for asked in [&tagged, &bare] {
            pulls(keeps, asked, asked);
            pulls(&refuses, asked, asked);
        }
        let asked = format!("node:22@{}", digest('a').as_str());
        pulls("{match: node, to: \"node:{tag}\"}", &asked, &asked);
        // Another tag is another image.
        pulls("{match: node, to: \"node:24\"}", &asked, "node:24");
    }

    #[test]
    fn the_log_says_what_went() {
        let text = "version: 1\nrewrite: [{match: acme/node, to: node, reason: one source}]";
        let asked = format!("acme/node:22@{}", digest('a').as_str());
        let pass = ask(&gate(text, ""), &asked).unwrap();
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
