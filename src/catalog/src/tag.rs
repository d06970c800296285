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
        // In `5f3a9c1` and `24abc` the number is the start of a hash or of a word.
        if !ends_version(rest) {
            version.clear();
        }
        let rest = if version.is_empty() { tag } else { rest };
        let variants = rest
            .split(['-', '_'])
            .filter(|part| !part.is_empty() && *part != "latest")
            .collect();
        TagParts { version, variants }
    }

    /// Whether the tag names a commit, which never moves: `5f3a9c1`, `sha-860c190`. A hash has 7 to 64 hexadecimal digits;
    /// without a prefix, a letter and a digit among them, so that words and dates aren't hashes.
    pub fn names_commit(&self) -> bool {
        let is_hash = |text: &str| {
            (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
        };
        match self.variants.as_slice() {
            [prefix, hash, ..] if matches!(*prefix, "sha" | "git" | "commit") => is_hash(hash),
            [hash, ..] if self.version.is_empty() => {
                let has = |class: fn(&u8) -> bool| hash.as_bytes().iter().any(class);
                is_hash(hash) && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
            }
            _ => false,
        }
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

/// Whether a version can end before this text: at the end, at a separator, or at the name of a build or a prerelease with
/// its number (`rc1`, `beta2`, `u504`).
fn ends_version(rest: &str) -> bool {
    const SUFFIXES: [&str; 11] = [
        "alpha", "beta", "preview", "pre", "rc", "dev", "a", "b", "p", "r", "u",
    ];
    if !rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return true;
    }
    let lower = rest.to_ascii_lowercase();
    SUFFIXES.into_iter().any(|suffix| {
        let Some(number) = lower.strip_prefix(suffix) else {
            return false;
        };
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let is_end = !number[digits..].starts_with(|c: char| c.is_ascii_alphanumeric());
        digits <= 3 && is_end && (digits > 0 || suffix.len() > 1)
    })
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
    fn a_hash_or_a_word_with_a_number_in_front_is_not_a_version() {
        parts("5f3a9c1", &[], &["5f3a9c1"]);
        parts("24abc", &[], &["24abc"]);
        parts("3d-printer", &[], &["3d", "printer"]);
        parts("1.2f3-x", &[], &["1.2f3", "x"]);
        parts("18beta1", &[18], &["beta1"]);
        parts("8.5.0RC1-cli", &[8, 5, 0], &["RC1", "cli"]);
        parts("3.15.0a5", &[3, 15, 0], &["a5"]);
        parts("24+build5", &[24], &["+build5"]);
    }

    #[test]
    fn commits_are_recognized_with_and_without_a_prefix() {
        for tag in [
            "sha-860c190",
            "sha-abcdef1",
            "5f3a9c1",
            "git-0123456",
            "5f3a9c1-alpine",
        ] {
            assert!(TagParts::parse(tag).names_commit(), "{tag}");
        }
        for tag in [
            "latest",
            "facade",
            "defaced",
            "20260101",
            "sha-1",
            "24-alpine",
            "v1",
            "",
        ] {
            assert!(!TagParts::parse(tag).names_commit(), "{tag}");
        }
    }

    #[test]
    fn a_variant_can_have_a_number() {
        assert!(TagParts::parse("22-alpine3.23").has_variant("alpine"));
        assert!(TagParts::parse("22-bookworm-slim").has_variant("slim"));
        assert!(!TagParts::parse("22-alpinefat").has_variant("alpine"));
        assert!(!TagParts::parse("22").has_variant("alpine"));
    }
}
