//! FT135: the release cycle of an official image's tag ends soon.

use fromtier_catalog::{EndOfLife, as_of};

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::verdict::Finding;

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let Some(notice) = context.policy.effective.notice else {
        return;
    };
    let (Some(image), Some(tag)) = (context.official, context.tag()) else {
        return;
    };
    let Some(cycle) = image
        .cycle_of(tag)
        .filter(|cycle| !cycle.has_ended(context.today))
    else {
        return;
    };
    let EndOfLife::On(day) = cycle.end_of_life else {
        return;
    };
    let days_left = day.days_since(context.today);
    if i64::from(days_left) > i64::from(notice) {
        return;
    }
    let when = match days_left {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    let message = format!(
        "{} reaches its end of life {when}, on {day} ({} {}, as of {})",
        context.display_name(),
        image.name(),
        cycle.name,
        as_of(),
    );
    let finding = Finding::fixed(Code::EndOfLifeNear, message);
    drafts.push(finding.suggesting(SuggestionKind::Another));
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{gate_on, passes, warned};
    use crate::{Day, Severity};

    const NOTICE: &str = "version: 1\nbase: {end-of-life-notice: 60d}";

    fn warnings_on(day: &str, reference: &str) -> Vec<(&'static str, String)> {
        let gate = gate_on(NOTICE, Day::parse(day).unwrap());
        let pass = crate::fixtures::ask(&gate, reference).unwrap();
        (pass.verdict().findings.iter())
            .filter(|finding| finding.severity == Severity::Warn)
            .map(|finding| (finding.code.as_str(), finding.message.clone()))
            .collect()
    }

    #[test]
    fn the_days_that_are_left_are_reported() {
        let warnings = warnings_on("2027-03-01", "node:22-alpine");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert_eq!(warnings[0].0, "FT135");
        assert_eq!(
            warnings[0].1,
            "docker.io/library/node:22-alpine reaches its end of life in 60 days, on 2027-04-30 (node 22, as of 2026-08-21)"
        );
        assert!(
            warnings_on("2027-04-29", "node:22")[0]
                .1
                .contains("tomorrow")
        );
        assert!(warnings_on("2027-04-30", "node:22")[0].1.contains("today"));
    }

    #[test]
    fn it_is_silent_before_the_notice_and_after_the_end_of_life() {
        assert_eq!(warnings_on("2027-02-28", "node:22"), []);
        let after = warnings_on("2027-05-01", "node:22");
        assert_eq!(after.len(), 1);
        assert_eq!(after[0].0, "FT131");
    }

    #[test]
    fn a_codename_has_its_cycle_too() {
        let policy = "version: 1\nbase: {end-of-life-notice: 3650d}";
        let warnings = warned(policy, "debian:trixie-slim");
        assert_eq!(warnings[0].code, "FT135");
        passes(NOTICE, "node:24");
        passes("version: 1", "node:22");
    }
}
