//! FT131: the release cycle of an official image's tag is over.

use super::Case;
use crate::suggest::another;
use crate::verdict::{Finding, Severity};
use fromtier_catalog::{EndOfLife, TagParts, as_of};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Finding>) {
    let severity = case.layer.end_of_life();
    if severity == Severity::Allow {
        return;
    }
    let (Some(image), Some(tag)) = (case.official, case.tag()) else {
        return;
    };
    let Some(cycle) = image
        .cycle_of(tag)
        .filter(|cycle| cycle.is_over(case.today()))
    else {
        return;
    };
    let since = match cycle.end_of_life {
        EndOfLife::On(day) => format!(" since {day}"),
        EndOfLife::Over | EndOfLife::NotAnnounced => String::new(),
    };
    let (help, suggestion) = another(case);
    out.push(Finding {
        code: "FT131",
        severity,
        message: format!(
            "{} is past its end of life{since} ({} {}, as of {}); {} images that get no fixes",
            case.shown(),
            image.goes_by(&TagParts::parse(tag)).name(),
            cycle.name,
            as_of(),
            case.says(severity),
        ),
        help,
        suggestion,
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use crate::testing::{denied, passes, warned};

    #[test]
    fn a_cycle_that_is_over_warns_with_a_tag_that_lives() {
        let findings = warned("version: 1", "node:18-alpine");
        assert_eq!(findings[0].code, "FT131");
        assert_eq!(
            findings[0].message,
            "docker.io/library/node:18-alpine is past its end of life since 2025-04-30 (node 18, as of 2026-08-21); \
             this policy warns about images that get no fixes"
        );
        assert_eq!(findings[0].help.as_deref(), Some("use node:24-alpine"));
    }

    #[test]
    fn a_system_below_that_is_over_is_named() {
        let findings = warned("version: 1", "buildpack-deps:buster-scm");
        assert!(
            findings[0]
                .message
                .contains("since 2022-09-10 (debian 10, as of"),
            "{findings:?}"
        );
    }

    #[test]
    fn the_policy_may_refuse_it_or_be_silent() {
        assert_eq!(
            denied(
                "version: 1\nbase: {end-of-life: deny}",
                "debian:buster-slim"
            )
            .code,
            "FT131"
        );
        passes(
            "version: 1\nbase: {end-of-life: allow}",
            "debian:buster-slim",
        );
        passes("version: 1\nbase: {end-of-life: deny}", "node:24");
        passes("version: 1\nbase: {end-of-life: deny}", "node");
    }
}
