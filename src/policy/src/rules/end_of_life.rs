//! FT131: the release cycle of an official image's tag is over.

use fromtier_catalog::{CycleRelation, EndOfLife, as_of};

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::settings::Check;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let severity = context.policy.check(Check::EndOfLife);
    if severity == Severity::Allow {
        return;
    }
    let (Some(image), Some(tag)) = (context.official, context.tag()) else {
        return;
    };
    let Some(ended) = image.ended_release(tag, context.today) else {
        return;
    };
    let (name, cycle) = (ended.image.name(), ended.cycle.name);
    let day = |lead: &str| match ended.cycle.end_of_life {
        EndOfLife::On(day) => format!("{lead}{day}"),
        EndOfLife::Over | EndOfLife::NotAnnounced => String::new(),
    };
    let (since, because) = match ended.relation {
        CycleRelation::Own => (day(" since "), format!("{name} {cycle}")),
        CycleRelation::Last => (
            day(" since "),
            format!("{name} {cycle} was the last of them"),
        ),
        CycleRelation::Successor => (
            String::new(),
            format!("{name} {cycle} came after it and is over{}", day(" since ")),
        ),
        CycleRelation::System => (
            String::new(),
            format!(
                "it is built upon {name} {cycle}, which is over{}",
                day(" since ")
            ),
        ),
    };
    let message = format!(
        "{} is past its end of life{since} ({because}, as of {}); {} images that get no fixes",
        context.shown(),
        as_of(),
        context.policy_verb(severity),
    );
    let finding = Finding::new(Code::EndOfLife, severity, message);
    drafts.push(finding.suggesting(SuggestionKind::Another));
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied, passes, warned};

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
    fn what_ended_before_all_that_is_known_is_over_too() {
        for (reference, expected) in [
            (
                "golang:1.9",
                "is past its end of life (golang 1.10 came after it and is over since 2019-02-25, as of",
            ),
            (
                "python:2-slim",
                "is past its end of life since 2020-01-01 (python 2.7 was the last of them, as of",
            ),
            (
                "python:3.12-slim-buster",
                "is past its end of life (it is built upon debian 10, which is over since 2022-09-10, as of",
            ),
            ("node:argon", "since 2018-04-30 (node 4, as of"),
        ] {
            let denial = denied("version: 1\nbase: {end-of-life: deny}", reference);
            assert_eq!(denial.code, "FT131", "{reference}");
            assert!(denial.message.contains(expected), "{}", denial.message);
        }
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
