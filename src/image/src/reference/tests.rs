use super::ImageRef;
use crate::Digest;

/// Each line: a reference, a tab, and what distribution/reference returns (String, Domain, Path,
/// FamiliarString, FamiliarName, TagNameOnly; or the error).
const VERIFIED: &str = include_str!("verified.txt");

#[test]
fn references_are_parsed_as_in_distribution() {
    let mut seen = 0;
    for line in VERIFIED.lines() {
        let (given, expected) = line.split_once('\t').unwrap();
        let got = match ImageRef::parse(given) {
            Ok(r) => format!(
                "{r}|{}|{}|{}|{}|{}",
                r.domain(),
                r.path(),
                r.familiar(),
                r.familiar_name(),
                r.clone().tag_name_only()
            ),
            Err(error) => format!("ERR {error}"),
        };
        assert_eq!(got, expected, "{given}");
        seen += 1;
    }
    assert!(seen > 50);
}

#[test]
fn a_tag_is_checked_and_replaces_the_digest() {
    let pinned = ImageRef::parse("node:22")
        .unwrap()
        .with_digest(Digest::sha256(b""));
    assert_eq!(
        pinned.clone().with_tag("23").unwrap().to_string(),
        "docker.io/library/node:23"
    );
    assert_eq!(
        pinned.with_tag("a b").unwrap_err().to_string(),
        "invalid tag format"
    );
}

#[test]
fn a_name_can_be_read_as_it_is() {
    let read = |text: &str| ImageRef::parse_as_is(text).map(|r| (r.name(), r.to_string()));
    assert_eq!(
        read("store:t"),
        Ok(("store".to_owned(), "store:t".to_owned()))
    );
    assert_eq!(read("a.b/c").unwrap().0, "a.b/c");
    let error = |text: &str| read(text).unwrap_err().to_string();
    assert_eq!(
        error(""),
        "repository name must have at least one component"
    );
    assert_eq!(error("Store"), "repository name must be lowercase");
    assert_eq!(error("a b"), "invalid reference format");
}
