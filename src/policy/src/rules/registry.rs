//! FT113: images come from the registries and repositories that the policy names only.

use super::Case;
use crate::code::Code;
use crate::verdict::{Finding, Severity};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Finding>) {
    let who = case.layer.owner;
    let message = if let Some(denied) = case.layer.index.denied_registry(case.name, case.tag()) {
        format!(
            "{} is from `{}`, where {who} takes no images from",
            case.shown(),
            denied.text
        )
    } else if case.layer.index.is_from_elsewhere(case.name, case.tag()) {
        let allowed: Vec<&str> = (case.layer.index.policy.registries.allow.iter())
            .map(|pattern| pattern.text.as_str())
            .collect();
        format!(
            "{} is from none of the registries that {who} takes images from: {}",
            case.shown(),
            some(&allowed)
        )
    } else {
        return;
    };
    out.push(Finding {
        code: Code::RegistryNotAllowed,
        severity: Severity::Deny,
        message,
        help: Some("`registries` in the policy decides on it".into()),
        suggestion: None,
    });
}

/// The first few.
fn some(names: &[&str]) -> String {
    match names {
        [a, b, c, d, _, more @ ..] if !more.is_empty() => {
            format!("{a}, {b}, {c}, {d} and {} more", more.len() + 1)
        }
        all => all.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{denied, passes, warned};

    const LISTS: &str = "version: 1\ntiers: {community: allow}\nregistries: {allow: [docker.io, ghcr.io/acme/**], deny: [docker.io/evil/*]}";

    #[test]
    fn only_the_named_registries_are_taken_from() {
        passes(LISTS, "node:24");
        passes(LISTS, "acme/tool:1");
        passes(LISTS, "ghcr.io/acme/a/b:1");
        let denial = denied(LISTS, "quay.io/acme/tool:1");
        assert_eq!(denial.code, "FT113");
        assert_eq!(
            denial.message,
            "quay.io/acme/tool:1 is from none of the registries that this policy takes images from: docker.io, ghcr.io/acme/**"
        );
        assert_eq!(denied(LISTS, "ghcr.io/other/a").code, "FT113");
    }

    #[test]
    fn a_denied_one_is_refused_whatever_is_allowed() {
        let denial = denied(LISTS, "evil/tool:1");
        assert_eq!(
            denial.message,
            "docker.io/evil/tool:1 is from `docker.io/evil/*`, where this policy takes no images from"
        );
        let only = "version: 1\nregistries: {deny: [quay.io]}";
        assert_eq!(denied(only, "quay.io/a/b:1").code, "FT101");
        assert_eq!(
            denied(
                "version: 1\ntiers: {community: allow}\nregistries: {deny: [quay.io]}",
                "quay.io/a/b:1"
            )
            .code,
            "FT113"
        );
    }

    #[test]
    fn a_denied_host_is_denied_by_all_its_names() {
        let policy = "version: 1\ntiers: {community: allow}\nregistries: {deny: [\"evil.example.com:443\", \"my_reg.io\", registry.hub.docker.com/acme/*]}";
        for reference in [
            "evil.example.com/a",
            "EVIL.example.com:443/a",
            "my_reg.io/a/b",
            "acme/tool",
            "index.docker.io/acme/tool",
        ] {
            assert_eq!(denied(policy, reference).code, "FT113", "{reference}");
        }
        passes(policy, "evil.example.com:8443/a");
    }

    #[test]
    fn an_exception_lifts_it() {
        let policy = format!(
            "{LISTS}\nexceptions: [{{match: quay.io/acme/tool, until: 2027-01-01, owner: a, reason: b, rules: [FT113]}}]"
        );
        assert_eq!(warned(&policy, "quay.io/acme/tool:1")[0].code, "FT150");
    }
}
