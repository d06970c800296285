//! FT137: the base image has `ONBUILD` triggers. They are in the config, so they are known only after the registry has
//! answered.

use fromtier_image::ImageConfig;

use super::{RuleContext, root_user};
use crate::code::Code;
use crate::settings::Check;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(
    context: &RuleContext<'_>,
    config: Option<&ImageConfig>,
    findings: &mut Vec<Finding>,
) {
    let severity = context.policy.check(Check::Onbuild);
    if severity == Severity::Allow || !root_user::is_built_on(context.request.via) {
        return;
    }
    let found = match config {
        Some(config) => match config.config.on_build.as_deref() {
            None | Some([]) => return,
            Some([only]) => format!("has the trigger `ONBUILD {only}`"),
            Some(all) => format!("has {} `ONBUILD` triggers", all.len()),
        },
        None => "has an unknown config, so it might have `ONBUILD` triggers".to_owned(),
    };
    let message = format!(
        "{} {found}; {} images with triggers",
        context.display_name(),
        context.policy_verb(severity)
    );
    let help = "use an image without triggers, and write their instructions into the Dockerfile";
    findings.push(Finding::new(Code::OnbuildTriggers, severity, message).with_help(help));
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{admit_config, admit_via, config};
    use crate::gate::Via;

    #[test]
    fn triggers_are_refused_or_warned_about() {
        let mut with = config();
        with.config.on_build = Some(vec!["COPY . /app".into()]);
        let denial = admit_config("version: 1\nbase: {onbuild: deny}", &with).unwrap_err();
        assert_eq!(denial.code, "FT137");
        assert_eq!(
            denial.message,
            "docker.io/library/node:24 has the trigger `ONBUILD COPY . /app`; this policy refuses images with triggers"
        );
        let warned = admit_config("version: 1\nbase: {onbuild: warn}", &with).unwrap();
        assert_eq!(warned.verdict().findings[0].code, "FT137");
        admit_config("version: 1", &with).unwrap();
    }

    #[test]
    fn an_image_passes_without_triggers_and_where_no_trigger_runs() {
        let deny = "version: 1\nbase: {onbuild: deny}";
        admit_config(deny, &config()).unwrap();
        let mut with = config();
        with.config.on_build = Some(Vec::new());
        admit_config(deny, &with).unwrap();
        with.config.on_build = Some(vec!["RUN a".into(), "RUN b".into()]);
        admit_via(deny, &with, Via::CopyFrom).unwrap();
        assert!(
            admit_config(deny, &with)
                .unwrap_err()
                .message
                .contains("has 2 `ONBUILD` triggers")
        );
    }
}
