//! `docker buildx build --call=check`: what clients print of each finding is the rule, its page, the text, and one excerpt.
#![cfg(test)]

use std::path::Path;

use fromtier_buildkit_double::record::Outcome;
use fromtier_buildkit_double::{Case, run::run_blocking};
use fromtier_policy::Code;
use serde_json::Value;

/// The warnings of a check, and its text.
fn check(case: &str) -> (Vec<Value>, String) {
    let case =
        format!("option requestid=frontend.lint\n{case}-- image alpine --\n{{\"config\":{{}}}}\n");
    let case = Case::parse("lint", &case).unwrap();
    let recording =
        run_blocking(Path::new(env!("CARGO_BIN_EXE_fromtier-frontend")), &case).unwrap();
    let Outcome::Result(result) = &recording.outcome else {
        panic!("{:?} {}", recording.outcome, recording.stderr);
    };
    let json: Value = serde_json::from_slice(&result.metadata["result.json"]).unwrap();
    let text = String::from_utf8(result.metadata["result.txt"].clone()).unwrap();
    (json["warnings"].as_array().unwrap().clone(), text)
}

fn lines(warning: &Value) -> Vec<u64> {
    let ranges = warning["location"]["ranges"].as_array().unwrap().iter();
    ranges
        .map(|range| range["start"]["line"].as_u64().unwrap())
        .collect()
}

const CASE: &str = "\
-- Dockerfile --
FROM acme/tool AS a
FROM alpine
COPY --from=acme/tool /a /a
COPY --from=evil/tool /b /b
-- .fromtier.yaml --
version: 1
contact: platform@example.com
";

#[test]
fn the_page_and_the_fix_are_in_the_fields_that_buildx_prints() {
    let (warnings, text) = check(CASE);
    let url = Code::CommunityImage.url();
    for warning in &warnings {
        assert_eq!(warning["ruleName"], "FT101");
        assert_eq!(warning["url"].as_str(), url.as_deref());
        let detail = warning["detail"].as_str().unwrap();
        let help = "\nhelp: use an official image, or allow this one in the policy";
        assert!(detail.contains(help), "{detail}");
        assert!(text.contains(detail), "{text}");
    }
}

#[test]
fn equal_findings_are_one_with_all_their_lines() {
    let (warnings, _) = check(CASE);
    let places: Vec<_> = warnings.iter().map(lines).collect();
    assert_eq!(places, [vec![1, 3], vec![4]]);
    // An excerpt of a long file would be long: far lines are shown by themselves.
    let far = CASE.replace(
        "COPY --from=acme",
        &format!("{}COPY --from=acme", "RUN true\n".repeat(40)),
    );
    let (warnings, _) = check(&far);
    let places: Vec<_> = warnings.iter().map(lines).collect();
    assert_eq!(places, [vec![1], vec![43], vec![44]]);
}

#[test]
fn the_last_finding_says_whose_policy_it_is_and_whom_to_ask() {
    let (warnings, _) = check(CASE);
    let details: Vec<&str> = (warnings.iter())
        .map(|warning| warning["detail"].as_str().unwrap())
        .collect();
    let end = "\npolicy: the repository's (.fromtier.yaml)\ncontact: platform@example.com\nexplain: fromtier explain FT101";
    assert!(details[1].ends_with(end), "{details:?}");
    assert!(!details[0].contains("policy: "), "{details:?}");
}
