//! FT136: the base image runs as root. Its user is in the config, so it is known only after the registry has answered.

use fromtier_image::ImageConfig;

use super::RuleContext;
use crate::code::Code;
use crate::request::Via;
use crate::settings::Check;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(
    context: &RuleContext<'_>,
    config: Option<&ImageConfig>,
    findings: &mut Vec<Finding>,
) {
    let severity = context.policy.check(Check::RootUser);
    if severity == Severity::Allow || !is_built_on(context.request.via) {
        return;
    }
    let found = match config {
        Some(config) => root_found(&config.config.user),
        None => Some("has an unknown config, so it might run as root".to_owned()),
    };
    let Some(found) = found else { return };
    let message = format!(
        "{} {found}; {} base images that run as root",
        context.display_name(),
        context.policy_verb(severity)
    );
    let help = "use a variant that sets another user, such as nonroot or rootless";
    findings.push(Finding::new(Code::RootUser, severity, message).with_help(help));
}

/// Whether a stage is built on the image or the image is run; `false` if files are only copied from it.
pub(super) fn is_built_on(via: Via) -> bool {
    !matches!(via, Via::CopyFrom | Via::MountFrom | Via::Onbuild)
}

/// Returns in which way an image with this user runs as root, if it does.
pub(crate) fn root_found(user: &str) -> Option<String> {
    match user {
        "" => Some("sets no user, so it runs as root".to_owned()),
        user => is_root(user).then(|| format!("runs as {user}")),
    }
}

/// Whether the user is root: `root`, `0`, `0:0`, none at all, or the administrator of a Windows container.
fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim();
    name.is_empty()
        || name.parse() == Ok(0i64)
        || name == "root"
        || name.eq_ignore_ascii_case("ContainerAdministrator")
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::fixtures::{admit_config, admit_via, config};
    use crate::gate::Via;

    const DENY: &str = "version: 1\nbase: {root-user: deny}";

    fn refusal_of_user(name: &str) -> Option<(&'static str, String)> {
        let mut config = config();
        config.config.user = name.to_owned();
        let denial = admit_config(DENY, &config).err()?;
        Some((denial.code.as_str(), denial.message))
    }

    #[test]
    fn a_base_that_runs_as_root_is_refused() {
        assert_eq!(
            refusal_of_user(""),
            Some((
                "FT136",
                "docker.io/library/node:24 sets no user, so it runs as root; this policy refuses base images that run as root".into()
            ))
        );
        assert!(
            refusal_of_user("0:0")
                .unwrap()
                .1
                .starts_with("docker.io/library/node:24 runs as 0:0;")
        );
        for root in [
            "root",
            "0",
            "root:wheel",
            "00",
            "+0",
            "-0",
            "containeradministrator",
        ] {
            assert_eq!(refusal_of_user(root).unwrap().0, "FT136", "{root}");
        }
        for other in ["node", "1000", "65532:65532", "nonroot", "rooty"] {
            assert_eq!(refusal_of_user(other), None, "{other}");
        }
    }

    #[test]
    fn it_warns_if_the_policy_says_so_and_is_silent_by_default() {
        let warned = admit_config("version: 1\nbase: {root-user: warn}", &config()).unwrap();
        assert_eq!(warned.verdict().severity, Severity::Warn);
        let passed = admit_config("version: 1", &config()).unwrap();
        assert_eq!(passed.verdict().severity, Severity::Allow);
    }

    #[test]
    fn an_image_that_is_only_copied_from_passes() {
        for via in [Via::CopyFrom, Via::MountFrom] {
            admit_via(DENY, &config(), via).unwrap();
        }
        for via in [Via::NamedContext, Via::SbomGenerator] {
            assert_eq!(
                admit_via(DENY, &config(), via).unwrap_err().code,
                "FT136",
                "{via:?}"
            );
        }
    }
}
