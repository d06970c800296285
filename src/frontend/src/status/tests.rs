use fromtier_dockerfile::error::{Origin, RefusedBy};
use fromtier_dockerfile::span::Range;

use super::*;

fn line(n: i32) -> Vec<Range> {
    let at = fromtier_dockerfile::span::Position {
        line: n,
        character: 0,
    };
    vec![Range { start: at, end: at }]
}

#[test]
fn every_place_goes_along_outermost_first() {
    let error = Error::new("boom").at(&line(3)).at(&line(1));
    let info = pb::SourceInfo {
        filename: "Dockerfile".into(),
        ..Default::default()
    };
    let status = failure_status(error.into(), Some(&info));
    assert_eq!((status.code, status.message.as_str()), (2, "boom"));
    let texts: Vec<String> = (status.details.iter())
        .map(|d| String::from_utf8_lossy(&d.value).into_owned())
        .collect();
    assert!(texts[0].contains("\"line\":1"), "{texts:?}");
    assert!(texts[1].contains("\"line\":3"), "{texts:?}");
}

#[test]
fn our_message_about_the_builders_failure_keeps_the_builders_status() {
    let mut error = Error::new("it is locked: not found");
    error.cause = Some(Box::new(Cause {
        code: 5,
        message: "not found".into(),
        details: Vec::new(),
    }));
    let of = |error: &Error| failure_status(error.clone().into(), None);
    assert_eq!(
        (of(&error).code, of(&error).message.as_str()),
        (5, "not found")
    );
    error.origin = Origin::Gate("FT126", RefusedBy::Any);
    let refused = of(&error);
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (5, "error[FT126]: it is locked: not found")
    );
}

#[test]
fn all_refusals_are_on_one_screen() {
    let refusal = |code, text: &str, at| Error {
        origin: Origin::Gate(code, RefusedBy::Any),
        help: Some(format!("use {text}").into()),
        ..Error::new(format!("{text} is refused")).at(&line(at))
    };
    let mut error = refusal("FT101", "a", 1);
    error.more = [refusal("FT107", "b", 4), refusal("FT110", "c", 9)].into();
    let info = pb::SourceInfo {
        filename: "Dockerfile".into(),
        ..Default::default()
    };
    let status = failure_status(error.into(), Some(&info));
    assert_eq!(
        status.message,
        "Dockerfile:1: error[FT101]: a is refused\nhelp: use a\n\n\
             Dockerfile:4: error[FT107]: b is refused\nhelp: use b\n\n\
             Dockerfile:9: error[FT110]: c is refused\nhelp: use c"
    );
    let places: Vec<String> = (status.details.iter())
        .map(|d| String::from_utf8_lossy(&d.value).into_owned())
        .collect();
    assert_eq!(places.len(), 1, "{places:?}");
    for line in [1, 4, 9] {
        assert!(places[0].contains(&format!("\"line\":{line}")));
    }
}

#[test]
fn equal_refusals_are_reported_once_with_their_lines() {
    let refusal = |text: &str, at| Error {
        origin: Origin::Gate("FT101", RefusedBy::Any),
        ..Error::new(text).at(&line(at))
    };
    let mut error = refusal("a", 1);
    error.more = [refusal("b", 2), refusal("a", 5), refusal("a", 200)].into();
    let info = pb::SourceInfo {
        filename: "Dockerfile".into(),
        ..Default::default()
    };
    let status = failure_status(error.into(), Some(&info));
    assert_eq!(
        status.message,
        "Dockerfile:1, 5, 200: error[FT101]: a\n\nDockerfile:2: error[FT101]: b"
    );
    // What is far from the others has a frame of its own.
    assert_eq!(status.details.len(), 2);
    let last = String::from_utf8_lossy(&status.details[0].value);
    assert!(last.contains("\"line\":200"), "{last}");
}

#[test]
fn a_crowd_of_refusals_still_fits_into_a_message() {
    let refusal = |at| Error {
        origin: Origin::Gate("FT101", RefusedBy::Any),
        ..Error::new("no").at(&line(at))
    };
    let mut error = refusal(1);
    error.more = (2..20_001).map(|n| refusal(n * 10)).collect();
    for (size, places) in [(100, MAX_REFUSALS), (100_000, 10), (2_000_000, 1)] {
        let info = pb::SourceInfo {
            data: vec![b'x'; size],
            ..Default::default()
        };
        let status = failure_status(error.clone().into(), Some(&info));
        assert_eq!(status.details.len(), places);
        let sizes = status.details.iter().map(|detail| detail.value.len());
        assert!(sizes.sum::<usize>() < 4 << 20);
        assert!(status.message.ends_with("no\n\nand 19949 more"));
    }
}

#[test]
fn an_error_without_a_code_shows_its_help() {
    let mut error = Error::new("a -> a");
    error.help = Some("take another base".into());
    let message = failure_status(error.into(), None).message;
    assert_eq!(message, "a -> a\nhelp: take another base");
}

#[test]
fn a_refusal_carries_its_code_and_help() {
    let mut error = Error::new("no");
    error.origin = Origin::Gate("FT101", RefusedBy::Any);
    error.help = Some("use node".into());
    assert_eq!(
        failure_status(error.into(), None).message,
        "error[FT101]: no\nhelp: use node"
    );
}

#[test]
fn the_contact_is_that_of_the_policies_that_refuse() {
    let refusal = |refused_by| Error {
        origin: Origin::Gate("FT101", refused_by),
        ..Error::new("no")
    };
    let asked = |error: Error| {
        let policies = |deciders: &[Option<Owner>]| format!("{deciders:?}");
        let message = refusal_status(error.into(), None, policies).message;
        message.lines().rev().nth(1).map(str::to_owned)
    };
    let (organization, repository) = (RefusedBy::Organization, RefusedBy::Repository);
    assert_eq!(
        asked(refusal(organization)).as_deref(),
        Some("[Some(Organization)]")
    );
    let both = Error {
        more: [refusal(organization)].into(),
        ..refusal(repository)
    };
    assert_eq!(
        asked(both).as_deref(),
        Some("[Some(Repository), Some(Organization)]")
    );
    assert_eq!(asked(refusal(RefusedBy::Any)).as_deref(), Some("[None]"));
}
