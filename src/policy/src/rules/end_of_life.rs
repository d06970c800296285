//! FT131: the release cycle of an official image's tag has reached its end of life.

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
    let reached = match ended.cycle.end_of_life {
        EndOfLife::On(day) => format!("reached its end of life on {day}"),
        EndOfLife::Ended | EndOfLife::NotAnnounced => "reached its end of life".to_owned(),
    };
    let past = || "is past its end of life".to_owned();
    let (state, reason) = match ended.relation {
        CycleRelation::Own => (reached, format!("{name} {cycle}")),
        CycleRelation::Last => (reached, format!("last release: {name} {cycle}")),
        CycleRelation::Successor => (past(), format!("the newer {name} {cycle} {reached}")),
        CycleRelation::System => (
            past(),
            format!("it is built on {name} {cycle}, which {reached}"),
        ),
    };
    let message = format!(
        "{} {state} ({reason}, as of {}); {} images past their end of life",
        context.display_name(),
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
    fn a_cycle_past_its_end_of_life_warns_and_suggests_a_supported_tag() {
        let findings = warned("version: 1", "node:18-alpine");
        assert_eq!(findings[0].code, "FT131");
        assert_eq!(
            findings[0].message,
            "docker.io/library/node:18-alpine reached its end of life on 2025-04-30 (node 18, as of 2026-08-21); \
             this policy warns about images past their end of life"
        );
        assert_eq!(findings[0].help.as_deref(), Some("use node:24-alpine"));
    }

    #[test]
    fn a_base_system_past_its_end_of_life_is_named() {
        let findings = warned("version: 1", "buildpack-deps:buster-scm");
        assert!(
            findings[0]
                .message
                .contains("on 2022-09-10 (debian 10, as of"),
            "{findings:?}"
        );
    }

    #[test]
    fn a_release_older_than_the_known_cycles_is_past_its_end_of_life() {
        for (reference, expected) in [
            (
                "golang:1.9",
                "is past its end of life (the newer golang 1.10 reached its end of life on 2019-02-25, as of",
            ),
            (
                "python:2-slim",
                "reached its end of life on 2020-01-01 (last release: python 2.7, as of",
            ),
            (
                "python:3.12-slim-buster",
                "is past its end of life (it is built on debian 10, which reached its end of life on 2022-09-10, as of",
            ),
            ("node:argon", "on 2018-04-30 (node 4, as of"),
        ] {
            let denial = denied("version: 1\nbase: {end-of-life: deny}", reference);
            assert_eq!(denial.code, "FT131", "{reference}");
            assert!(denial.message.contains(expected), "{}", denial.message);
        }
    }

    #[test]
    fn the_policy_can_refuse_it_or_allow_it() {
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
