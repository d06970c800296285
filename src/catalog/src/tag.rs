//! The parts of an official image's tag: `22.23.2-bookworm-slim` is a version and two variants.

/// A tag split into its parts. Tags follow no grammar. This is the convention of the official images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagParts<'a> {
    /// The numbers of the version that the tag begins with; empty if it begins with none.
    pub version: Vec<u32>,
    /// The rest, split at dashes: `["bookworm", "slim"]`. Without a version, the whole tag except `latest`.
    pub variants: Vec<&'a str>,
}

impl<'a> TagParts<'a> {
    /// Splits a tag. A leading `v` before a number is part of the version: `v3.1`.
    pub fn parse(tag: &'a str) -> TagParts<'a> {
        let digits = match tag.strip_prefix('v') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
            _ => tag,
        };
        let mut version = Vec::new();
        let mut rest = digits;
        loop {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let Ok(number) = rest[..end].parse::<u32>() else {
                break;
            };
            version.push(number);
            rest = &rest[end..];
            match rest.strip_prefix('.') {
                Some(next) if next.starts_with(|c: char| c.is_ascii_digit()) => rest = next,
                _ => break,
            }
        }
        let rest = if version.is_empty() { tag } else { rest };
        let variants = rest
            .split(['-', '_'])
            .filter(|part| !part.is_empty() && *part != "latest")
            .collect();
        TagParts { version, variants }
    }

    /// Whether one of the variants is this one, or this one followed by a number (`alpine3.23` is `alpine`).
    pub fn has_variant(&self, wanted: &str) -> bool {
        self.variants.iter().any(|variant| {
            variant
                .strip_prefix(wanted)
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parts(tag: &str, version: &[u32], variants: &[&str]) {
        assert_eq!(
            TagParts::parse(tag),
            TagParts {
                version: version.to_vec(),
                variants: variants.to_vec()
            },
            "{tag}"
        );
    }

    #[test]
    fn a_tag_is_split_into_version_and_variants() {
        parts("22.23.2-bookworm-slim", &[22, 23, 2], &["bookworm", "slim"]);
        parts("22-alpine3.23", &[22], &["alpine3.23"]);
        parts("alpine", &[], &["alpine"]);
        parts("latest", &[], &[]);
        parts("v3.1", &[3, 1], &[]);
        parts("8u504-al2", &[8], &["u504", "al2"]);
        parts("1.27rc1-alpine", &[1, 27], &["rc1", "alpine"]);
        parts("ce-8.1.2.4_1", &[], &["ce", "8.1.2.4", "1"]);
        parts("99999999999", &[], &["99999999999"]);
        parts("", &[], &[]);
        parts("1.-x", &[1], &[".", "x"]);
    }

    #[test]
    fn a_variant_can_have_a_number() {
        assert!(TagParts::parse("22-alpine3.23").has_variant("alpine"));
        assert!(TagParts::parse("22-bookworm-slim").has_variant("slim"));
        assert!(!TagParts::parse("22-alpinefat").has_variant("alpine"));
        assert!(!TagParts::parse("22").has_variant("alpine"));
    }
}
