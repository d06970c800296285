//! Which official image does the name of another image most likely mean?

use crate::edits::edits_up_to_two;
use crate::image::{Image, image, images, retired};
use crate::tag::TagParts;

/// Common names of software whose official image has another name.
const ALIASES: [(&str, &str); 37] = [
    ("nodejs", "node"),
    ("npm", "node"),
    ("yarn", "node"),
    ("go", "golang"),
    ("python2", "python"),
    ("py", "python"),
    ("django", "python"),
    ("flask", "python"),
    ("java", "eclipse-temurin"),
    ("jdk", "eclipse-temurin"),
    ("jre", "eclipse-temurin"),
    ("openjdk", "eclipse-temurin"),
    ("temurin", "eclipse-temurin"),
    ("adoptopenjdk", "eclipse-temurin"),
    ("corretto", "amazoncorretto"),
    ("zulu", "azul-zulu"),
    ("semeru", "ibm-semeru-runtimes"),
    ("postgresql", "postgres"),
    ("postgis", "postgres"),
    ("pg", "postgres"),
    ("mongodb", "mongo"),
    ("apache", "httpd"),
    ("apache2", "httpd"),
    ("mosquitto", "eclipse-mosquitto"),
    ("rabbit", "rabbitmq"),
    ("rails", "ruby"),
    ("cargo", "rust"),
    ("wp", "wordpress"),
    ("mvn", "maven"),
    ("centos", "almalinux"),
    ("fastapi", "python"),
    ("minideb", "debian"),
    ("openresty", "nginx"),
    ("zend-php", "php"),
    ("rocky", "almalinux"),
    ("rockylinux", "almalinux"),
    ("dind", "docker"),
];

/// Base systems. The rest of a name is more specific: `alpine-node` is a node.
const SYSTEMS: [&str; 14] = [
    "almalinux",
    "alpine",
    "alt",
    "amazonlinux",
    "archlinux",
    "busybox",
    "buildpack-deps",
    "cirros",
    "debian",
    "fedora",
    "mageia",
    "oraclelinux",
    "photon",
    "ubuntu",
];

/// Servers. The software behind them is more specific: `nginx-php` is a PHP.
const SERVERS: [&str; 5] = ["caddy", "haproxy", "httpd", "nginx", "traefik"];

/// Names that are everyday words. As part of a longer name they mean nothing.
const WORDS: [&str; 12] = [
    "alt",
    "bash",
    "crate",
    "docker",
    "ghost",
    "hello-world",
    "monica",
    "notary",
    "registry",
    "storm",
    "unit",
    "hitch",
];

/// Returns the official image that comes closest to the path of another image: `node` for `random-user/node-custom`.
///
/// Only the last component counts. It is looked up as a whole, then by its parts between dashes, dots and underscores,
/// the longest run of parts first: a language or service before a server, and a server before a base system. Each is
/// also looked up without trailing digits, and by its common names. A deprecated image is never returned, but its
/// official successor is.
pub fn official_match(path: &str) -> Option<Image> {
    let name = path.rsplit('/').next()?.to_ascii_lowercase();
    if let Some(image) = by_name_or_alias(&name) {
        return Some(image);
    }
    let parts: Vec<&str> = name
        .split(['-', '_', '.'])
        .filter(|part| !part.is_empty())
        .collect();
    let (mut server, mut system) = (None, None);
    for length in (1..=parts.len()).rev() {
        for run in parts.windows(length) {
            let run = run.join("-");
            let Some(image) = by_name_or_alias(&run) else {
                continue;
            };
            if WORDS.contains(&image.name()) {
                continue;
            }
            if SYSTEMS.contains(&image.name()) {
                system = system.or(Some(image));
            } else if SERVERS.contains(&image.name()) {
                server = server.or(Some(image));
            } else {
                return Some(image);
            }
        }
    }
    server.or(system)
}

/// Returns the official image that a tag names together with its version: `python` for `python3.8-slim`. A tag that
/// begins with a version of its own names none.
pub fn named_in_tag(tag: &str) -> Option<Image> {
    let parts = TagParts::parse(tag);
    if !parts.version.is_empty() {
        return None;
    }
    let named = |part: &&str| {
        let word = part.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        by_name_or_alias(word)
            .filter(|image| word.len() < part.len() && !SYSTEMS.contains(&image.name()))
    };
    parts.variants.iter().find_map(named)
}

/// Returns the supported official image with this name or alias, with or without trailing digits.
pub(crate) fn by_name_or_alias(name: &str) -> Option<Image> {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    for name in [name, bare] {
        if let Some(image) = image(name) {
            match image.deprecation(None) {
                None => return Some(image),
                Some(notice) => {
                    if let Some(successor) = notice.alternatives().find_map(crate::image::image) {
                        return Some(successor);
                    }
                }
            }
        }
        if let Some((_, alias)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
            return image(alias);
        }
        if let Some(successor) =
            retired(name).and_then(|notice| notice.alternatives().find_map(crate::image::image))
        {
            return Some(successor);
        }
    }
    None
}

/// Returns the official image that a mistyped name means: one typing mistake in a short name, two from eight letters on.
/// The closest name wins, and among equally close ones the first in alphabetical order.
pub fn similarly_named(name: &str) -> Option<Image> {
    let allowed = match name.len() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    images()
        .filter(|image| image.deprecation(None).is_none())
        .filter_map(|image| Some((edits_up_to_two(name, image.name())?, image)))
        .filter(|(edits, _)| *edits <= allowed)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, image)| image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_official_image() {
        for (path, expected) in [
            ("random-user/node-custom", "node"),
            ("bitnami/node", "node"),
            ("bitnami/postgresql", "postgres"),
            ("acme/node18", "node"),
            ("acme/python3.11-slim", "python"),
            ("acme/alpine-node", "node"),
            ("mhart/alpine-node", "node"),
            ("distroless/nodejs22-debian12", "node"),
            ("acme/eclipse-temurin-custom", "eclipse-temurin"),
            ("library/openjdk", "eclipse-temurin"),
            ("acme/openjdk-11", "eclipse-temurin"),
            ("acme/base-alpine", "alpine"),
            ("nginxinc/nginx-unprivileged", "nginx"),
            ("library/centos", "almalinux"),
            ("acme/Go-Builder", "golang"),
            ("acme/docker-nginx", "nginx"),
            ("acme/nginx-php-fpm", "php"),
        ] {
            assert_eq!(
                official_match(path).map(Image::name),
                Some(expected),
                "{path}"
            );
        }
    }

    #[test]
    fn a_name_without_a_known_word_has_no_match() {
        for path in [
            "acme/app",
            "acme/storm-tool",
            "acme/docker-thing",
            "",
            "acme/",
            "acme/-",
            "distroless/static",
            "acme/123",
        ] {
            assert!(
                official_match(path).is_none(),
                "{path}: {:?}",
                official_match(path).map(Image::name)
            );
        }
    }

    #[test]
    fn every_alias_is_an_official_image() {
        for (_, name) in ALIASES {
            assert!(
                image(name).is_some_and(|image| image.deprecation(None).is_none()),
                "{name}"
            );
        }
        for name in SYSTEMS.iter().chain(&WORDS) {
            assert!(image(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_mistyped_name_has_its_official_image() {
        assert_eq!(similarly_named("pyhton").map(Image::name), Some("python"));
        assert_eq!(similarly_named("noed").map(Image::name), Some("node"));
        assert_eq!(
            similarly_named("elasticsarch").map(Image::name),
            Some("elasticsearch")
        );
        assert_eq!(similarly_named("xyz").map(Image::name), None);
        assert_eq!(similarly_named("application").map(Image::name), None);
    }
}
