//! FT134: the image was created too long ago. The day is in the config, so it is known only after the registry has
//! answered.

use fromtier_catalog::Day;
use fromtier_image::ImageConfig;

use super::RuleContext;
use crate::code::Code;
use crate::verdict::Finding;

pub(crate) fn check(
    context: &RuleContext<'_>,
    config: Option<&ImageConfig>,
    findings: &mut Vec<Finding>,
) {
    let Some(max) = context.policy.resolution.effective.max_age else {
        return;
    };
    let created = config.and_then(|config| config.created.as_deref());
    let day = created.and_then(|time| time.get(..10)).and_then(Day::parse);
    let owner = context.policy.owner;
    let limit = match max {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let message = match day {
        Some(day) => {
            let age = context.today.days_since(day);
            if i64::from(age) <= i64::from(max) {
                return;
            }
            format!(
                "{} was created {age} days ago, on {day}; {owner} only allows images up to {limit} old",
                context.display_name()
            )
        }
        None => format!(
            "{} has no known creation date; {owner} only allows images up to {limit} old",
            context.display_name()
        ),
    };
    let help = "use a tag that is rebuilt, or a newer digest";
    findings.push(Finding::fixed(Code::TooOld, message).with_help(help));
}

#[cfg(test)]
mod tests {
    use crate::fixtures::admit_created;

    const POLICY: &str = "version: 1\nbase: {max-age: 90d}";

    #[test]
    fn an_old_image_is_refused() {
        let denial = admit_created(POLICY, Some("2026-01-31T10:00:00Z")).unwrap_err();
        assert_eq!(denial.code, "FT134");
        assert_eq!(
            denial.message,
            "docker.io/library/node:24 was created 213 days ago, on 2026-01-31; this policy only allows images up to 90 days old"
        );
        assert_eq!(admit_created(POLICY, None).unwrap_err().code, "FT134");
        assert_eq!(
            admit_created(POLICY, Some("nonsense")).unwrap_err().code,
            "FT134"
        );
        assert_eq!(admit_created(POLICY, Some("é")).unwrap_err().code, "FT134");
    }

    #[test]
    fn a_recent_image_passes() {
        admit_created(POLICY, Some("2026-08-31T10:00:00.123456789Z")).unwrap();
        admit_created(POLICY, Some("2026-06-03T00:00:00Z")).unwrap();
        assert!(admit_created(POLICY, Some("2026-06-02T00:00:00Z")).is_err());
        admit_created("version: 1", None).unwrap();
    }
}
