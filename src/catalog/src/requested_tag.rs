//! Which tag of an official image corresponds to the name and tag of another image?

use crate::image::Image;
use crate::official_match::by_name_or_alias;
use crate::tag::TagParts;

/// Words that come before a release's number but aren't the image's name, and the image that they mean.
const RELEASE_WORDS: [(&str, &str); 2] = [("stream", "almalinux"), ("el", "almalinux")];

/// Words that are a name of Java and a variant of its images.
const KINDS: [&str; 2] = ["jdk", "jre"];

/// Images of Java itself.
const JAVAS: [&str; 3] = ["amazoncorretto", "azul-zulu", "eclipse-temurin"];

/// Returns the tag of `image` that corresponds to the name and tag of another image: `18-alpine` for
/// `acme/node18-alpine`, `3.9` for `tools/web:python3.9`. A version in the name comes first: it is the software's,
/// while a version in the tag may be that of the build.
pub fn requested_tag(image: Image, path: &str, tag: Option<&str>) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    let tag_parts = TagParts::parse(tag.unwrap_or("latest"));
    let mut variants: Vec<&str> = Vec::new();
    let named = if name == image.name() {
        None
    } else {
        let parts: Vec<&str> = name.split(['-', '_']).collect();
        version_in(image, &parts, &mut variants)
    };
    let mut tagged = Vec::new();
    let in_tag = version_in(image, &tag_parts.variants, &mut tagged);
    let version = named.or_else(|| {
        if tag_parts.version.is_empty() {
            in_tag
        } else {
            Some(tag_parts.version.clone())
        }
    });
    variants.extend(tagged);
    // Java 8 was called 1.8.
    let version = version.map(|mut version| {
        if version.len() > 1 && version[0] == 1 && JAVAS.contains(&image.name()) {
            version.remove(0);
        }
        version
    });
    let Some(version) = version else {
        // Nothing new: the tag as it is, with what the name adds.
        let mut all = vec![tag.unwrap_or("latest")];
        all.extend(
            variants
                .iter()
                .filter(|part| !tag_parts.variants.contains(part)),
        );
        return (tag.is_some() || all.len() > 1).then(|| all.join("-"));
    };
    let version: Vec<String> = version.iter().map(u32::to_string).collect();
    let mut text = version.join(".");
    for variant in variants {
        text = format!("{text}-{variant}");
    }
    Some(text)
}

/// Returns the version after one of the image's names among the parts. The other parts are appended to `rest`.
fn version_in<'a>(image: Image, parts: &[&'a str], rest: &mut Vec<&'a str>) -> Option<Vec<u32>> {
    let mut found = None;
    let mut after_name = false;
    for part in parts {
        let word = part.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &part[word.len()..];
        let is_name = !word.is_empty()
            && (by_name_or_alias(word).is_some_and(|known| known.name() == image.name())
                || !number.is_empty() && RELEASE_WORDS.contains(&(word, image.name())));
        let number_only = word.is_empty() && after_name;
        after_name = is_name && number.is_empty();
        if KINDS.contains(&word) {
            rest.push(word);
        }
        if (is_name || number_only) && !number.is_empty() && found.is_none() {
            found = release_numbers(image, number);
        } else if !is_name {
            rest.push(part);
        }
    }
    found
}

/// Returns the numbers of a version. `311` is `3.11` if there is no release 311.
fn release_numbers(image: Image, text: &str) -> Option<Vec<u32>> {
    let version = TagParts::parse(text).version;
    let known = |version: &[u32]| {
        image
            .cycles()
            .any(|cycle| cycle.version().starts_with(version))
    };
    if let (&[number], Some((first, rest))) = (version.as_slice(), text.split_at_checked(1))
        && !rest.is_empty()
        && !known(&[number])
    {
        let dotted = TagParts::parse(&format!("{first}.{rest}")).version;
        if known(&dotted) {
            return Some(dotted);
        }
    }
    (!version.is_empty()).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::official_match::official_match;

    #[test]
    fn the_version_comes_from_the_name_or_the_tag() {
        for (path, tag, expected) in [
            ("random-user/node-custom", "latest", "latest-custom"),
            ("random-user/node", "16-alpine", "16-alpine"),
            ("acme/node18-alpine", "latest", "18-alpine"),
            ("mhart/alpine-node", "12", "12-alpine"),
            ("acme/python3.11-slim", "1.0.3", "3.11-slim"),
            ("ubi8/python-39", "1-117", "3.9-117"),
            ("ubi9/php-83", "latest", "8.3"),
            ("ubi8/nodejs-18", "1-71", "18-71"),
            ("adoptopenjdk/openjdk11", "alpine-jre", "11-alpine-jre"),
            ("tools/python-web", "python3.9-slim", "3.9-web-slim"),
            (
                "distroless/java17-debian12",
                "nonroot",
                "17-debian12-nonroot",
            ),
            ("centos/centos", "stream9", "9"),
            ("bitnami/java", "1.8-debian-11", "8-debian-11"),
            ("acme/php-fpm", "7.4", "7.4-fpm"),
            (
                "bitnami/postgresql",
                "15.4.0-debian-11-r0",
                "15.4.0-debian-11-r0",
            ),
        ] {
            let image = official_match(path).unwrap();
            assert_eq!(
                requested_tag(image, path, Some(tag)).as_deref(),
                Some(expected),
                "{path}:{tag}"
            );
        }
    }
}
