//! FT138, FT139: labels that an image must have or must not have. They are in the config, so they are known only after
//! the registry has answered.

use fromtier_image::ImageConfig;

use super::RuleContext;
use crate::code::Code;
use crate::verdict::Finding;

pub(crate) fn check(
    context: &RuleContext<'_>,
    config: Option<&ImageConfig>,
    findings: &mut Vec<Finding>,
) {
    let label = |key: &str| {
        let labels = config.and_then(|config| config.config.labels.as_ref());
        labels.and_then(|labels| labels.get(key))
    };
    let owner = context.policy.owner;
    let missing = context.policy.required_labels().find(|rule| {
        let value = label(&rule.key);
        !value.is_some_and(|value| rule.matches(value))
    });
    if let Some(rule) = missing {
        let found = match (config, label(&rule.key)) {
            (None, _) => "has an unknown config".to_owned(),
            (Some(_), Some(value)) => format!("has the label `{}={value}`", rule.key),
            (Some(_), None) => format!("has no label `{}`", rule.key),
        };
        let message = format!(
            "{} {found}; {owner} requires the label `{}`",
            context.display_name(),
            rule.text
        );
        let help = "use an image that has the label, or ask its publisher to set it";
        findings.push(Finding::fixed(Code::LabelMissing, message).with_help(help));
    }
    let forbidden = context.policy.forbidden_labels().find_map(|rule| {
        let value = label(&rule.key).filter(|value| rule.matches(value))?;
        Some((rule, value.as_str()))
    });
    if let Some((rule, value)) = forbidden {
        let message = format!(
            "{} has the label `{}={value}`; {owner} forbids the label `{}`",
            context.display_name(),
            rule.key,
            rule.text
        );
        let help = "use an image without the label";
        findings.push(Finding::fixed(Code::LabelNotAllowed, message).with_help(help));
    } else if config.is_none()
        && let Some(rule) = context.policy.forbidden_labels().next()
    {
        let message = format!(
            "{} has an unknown config; {owner} forbids the label `{}`",
            context.display_name(),
            rule.text
        );
        let help = "name the image in the Dockerfile instead";
        findings.push(Finding::fixed(Code::LabelNotAllowed, message).with_help(help));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::Scope;
    use crate::fixtures::{admit_config, config, gate};

    fn refusal(policy: &str, labels: &[(&str, &str)]) -> Option<(&'static str, String)> {
        let mut config = config();
        config.config.labels = Some(
            (labels.iter())
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        );
        let denial = admit_config(policy, &config).err()?;
        Some((denial.code.as_str(), denial.message))
    }

    #[test]
    fn an_image_without_a_required_label_is_refused() {
        let policy = "version: 1\nbase: {labels: {require: [org.opencontainers.image.source, \"maintainer=acme*\"]}}";
        let source = ("org.opencontainers.image.source", "x");
        assert_eq!(
            refusal(policy, &[source, ("maintainer", "acme inc.")]),
            None
        );
        assert_eq!(
            refusal(policy, &[("maintainer", "acme")]),
            Some((
                "FT138",
                "docker.io/library/node:24 has no label `org.opencontainers.image.source`; this policy requires the label `org.opencontainers.image.source`".into()
            ))
        );
        assert_eq!(
            refusal(policy, &[source, ("maintainer", "other")]),
            Some((
                "FT138",
                "docker.io/library/node:24 has the label `maintainer=other`; this policy requires the label `maintainer=acme*`".into()
            ))
        );
    }

    #[test]
    fn an_image_with_an_unknown_config_is_not_reported_as_one_without_the_label() {
        let gate = gate("version: 1\nbase: {labels: {require: [maintainer]}}", "");
        let identifier = "docker-image://docker.io/library/node:24";
        let judged = gate.input_source(identifier, &BTreeMap::new(), &Scope::default());
        assert_eq!(
            judged.unwrap_err().message,
            "docker.io/library/node:24 has an unknown config; this policy requires the label `maintainer`"
        );
    }

    #[test]
    fn an_image_with_a_forbidden_label_is_refused() {
        let policy =
            "version: 1\nbase: {labels: {forbid: [deprecated, \"stability=experimental*\"]}}";
        assert_eq!(refusal(policy, &[("stability", "stable")]), None);
        assert_eq!(refusal(policy, &[]), None);
        assert_eq!(
            refusal(policy, &[("stability", "experimental-2")]),
            Some((
                "FT139",
                "docker.io/library/node:24 has the label `stability=experimental-2`; this policy forbids the label `stability=experimental*`".into()
            ))
        );
        assert_eq!(refusal(policy, &[("deprecated", "")]).unwrap().0, "FT139");
    }
}
