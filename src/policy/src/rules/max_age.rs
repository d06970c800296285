//! FT134 and FT128: the image was created too long ago, or nobody knows when. The days are in the config, so they are known
//! only after the registry has answered.

use fromtier_catalog::Day;
use fromtier_gostd::time::Time;
use fromtier_image::ImageConfig;

use super::RuleContext;
use crate::code::Code;
use crate::settings::Check;
use crate::verdict::{Finding, Severity};

/// The day of Docker's first release. No image is older, so an earlier day says nothing. Tools that make the same image every
/// time write such days: 1970-01-01, 1980-01-01.
const FIRST_IMAGES: Day = match Day::new(2013, 3, 20) {
    Some(day) => day,
    None => panic!("not a day"),
};

pub(crate) fn check(
    context: &RuleContext<'_>,
    config: Option<&ImageConfig>,
    findings: &mut Vec<Finding>,
) {
    let Some(max) = context.policy.effective.max_age else {
        return;
    };
    let (image, owner) = (context.display_name(), context.policy.owner);
    let limit = match max {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let Some(day) = config.and_then(|config| newest(config, context.today)) else {
        let severity = context.policy.check(Check::Undated);
        if severity > Severity::Allow {
            let message = format!(
                "{image} has no creation date; {owner} only allows images up to {limit} old"
            );
            let help = "use an image with a date, or set `base: {undated: allow}` in the policy";
            findings.push(Finding::new(Code::NoDate, severity, message).with_help(help));
        }
        return;
    };
    let age = context.today.days_since(day);
    if i64::from(age) <= i64::from(max) {
        return;
    }
    let message = format!(
        "{image} was created {age} days ago, on {day}; {owner} only allows images up to {limit} old"
    );
    let help = "use a tag that is rebuilt, or a newer digest";
    findings.push(Finding::fixed(Code::TooOld, message).with_help(help));
}

/// Returns the newest day in a config. A rebuilt image can keep the date of its source as its own, and a new layer can be put on
/// an old one. A day in the future says nothing; tomorrow can be today in another time zone.
fn newest(config: &ImageConfig, today: Day) -> Option<Day> {
    let steps = config.history.iter().map(|step| &step.created);
    let times = steps.chain([&config.created]).flatten();
    let is_possible = |day: &Day| *day >= FIRST_IMAGES && day.days_since(today) <= 1;
    times
        .filter_map(|time| day_of(time))
        .filter(is_possible)
        .max()
}

/// Returns the day of a time such as `2026-08-31T12:00:00Z`.
fn day_of(time: &str) -> Option<Day> {
    Time::parse(time).ok()?;
    time.get(..10).and_then(Day::parse)
}

#[cfg(test)]
mod tests {
    use fromtier_image::{ImageConfig, config::History};

    use crate::Severity;
    use crate::fixtures::{admit_config, admit_created};

    const POLICY: &str = "version: 1\nbase: {max-age: 90d}";

    #[test]
    fn an_old_image_is_refused() {
        let denial = admit_created(POLICY, Some("2026-01-31T10:00:00Z")).unwrap_err();
        assert_eq!(denial.code, "FT134");
        assert_eq!(
            denial.message,
            "docker.io/library/node:24 was created 213 days ago, on 2026-01-31; this policy only allows images up to 90 days old"
        );
        assert_eq!(admit_created(POLICY, None).unwrap_err().code, "FT128");
        assert_eq!(
            admit_created(POLICY, Some("nonsense")).unwrap_err().code,
            "FT128"
        );
        assert_eq!(admit_created(POLICY, Some("é")).unwrap_err().code, "FT128");
    }

    #[test]
    fn a_recent_image_passes() {
        admit_created(POLICY, Some("2026-08-31T10:00:00.123456789Z")).unwrap();
        admit_created(POLICY, Some("2026-06-03T00:00:00Z")).unwrap();
        assert!(admit_created(POLICY, Some("2026-06-02T00:00:00Z")).is_err());
        admit_created("version: 1", None).unwrap();
    }

    #[test]
    fn the_newest_step_counts() {
        let created = |config: &str, steps: &[&str]| {
            let step = |time: &&str| History {
                created: Some((*time).to_owned()),
                ..History::default()
            };
            let config = ImageConfig {
                created: Some(config.to_owned()),
                history: steps.iter().map(step).collect(),
                ..ImageConfig::default()
            };
            admit_config(POLICY, &config).map_err(|denial| denial.code.as_str())
        };
        let (old, new, none) = (
            "2026-01-31T10:00:00Z",
            "2026-08-30T10:00:00Z",
            "1970-01-01T00:00:00Z",
        );
        assert!(created(old, &[old, new, old]).is_ok());
        assert!(created(none, &[none, new]).is_ok());
        assert!(created(new, &[old]).is_ok());
        assert_eq!(created(old, &[old]).unwrap_err(), "FT134");
        assert_eq!(created(none, &[old, none]).unwrap_err(), "FT134");
        assert_eq!(
            created(old, &["2099-01-01T00:00:00Z"]).unwrap_err(),
            "FT134"
        );
    }

    #[test]
    fn a_day_on_which_no_image_was_made_is_none() {
        let undated = |setting: &str| format!("version: 1\nbase: {{max-age: 90d{setting}}}");
        for time in [
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:01Z",
            "1980-01-01T00:00:01Z",
            "0001-01-01T00:00:00Z",
            "2013-03-19T00:00:00Z",
            // Neither does a day in the future, or one that can't be read.
            "2099-01-01T00:00:00Z",
            "2026-08-30nonsense",
            "2026-08-30T10:00",
        ] {
            let denial = admit_created(&undated(""), Some(time)).unwrap_err();
            assert_eq!(
                denial.message,
                "docker.io/library/node:24 has no creation date; this policy only allows images up to 90 days old"
            );
            assert_eq!(denial.code, "FT128", "{time}");
            admit_created(&undated(", undated: allow"), Some(time)).unwrap();
            let warned = admit_created(&undated(", undated: warn"), Some(time)).unwrap();
            assert_eq!(warned.verdict().severity, Severity::Warn, "{time}");
        }
    }
}
