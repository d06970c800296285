//! The corpus itself is in order.

use std::path::Path;

use fromtier_buildkit_double::compare::Intended;
use fromtier_differential::corpus;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus"))
}

#[test]
fn every_case_can_be_read_and_has_a_description() {
    let cases = corpus(folder(), &[]).unwrap();
    assert!(cases.len() > 100, "only {} cases", cases.len());
    for named in cases {
        assert!(!named.case.about.is_empty(), "{} says nothing", named.name);
    }
}

#[test]
fn every_intended_difference_has_a_reason() {
    let text = std::fs::read_to_string(folder().join("intended.txt")).unwrap();
    Intended::parse(&text).unwrap();
}
