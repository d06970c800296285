//! FT113: the policy only allows images from some registries and repositories.

use super::RuleContext;
use crate::code::Code;
use crate::draft::Draft;
use crate::pattern::identity;
use crate::policy_index::RegistryEntry;
use crate::verdict::Finding;

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    // An alias is pulled from where it is, and not from where the image is that it is.
    let named = identity(context.named);
    let (index, owner) = (context.policy.index, context.policy.owner);
    let name = if context.named == context.image {
        context.display_name()
    } else {
        context.named.clone().without_digest().to_string()
    };
    let message = match index.registry_entry(&named, context.named.tag()) {
        RegistryEntry::Denied(denied) => {
            format!("{name} matches `{}`, which {owner} denies", denied.text)
        }
        RegistryEntry::Missing => {
            let allowed: Vec<&str> = (index.policy.registries.allow.iter())
                .map(|pattern| pattern.text.as_str())
                .collect();
            format!(
                "{name} is not from a registry that {owner} allows: {}",
                shortened_list(&allowed)
            )
        }
        RegistryEntry::Allowed(_) | RegistryEntry::Unrestricted => return,
    };
    drafts.push(
        Finding::fixed(Code::RegistryNotAllowed, message)
            .with_help("change `registries` in the policy to allow it")
            .into(),
    );
}

/// Joins the names: all of up to five, else four and how many more there are.
fn shortened_list(names: &[&str]) -> String {
    match names {
        [a, b, c, d, _, more @ ..] if !more.is_empty() => {
            format!("{a}, {b}, {c}, {d} and {} more", more.len() + 1)
        }
        all => all.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied, passes, warned};

    const LISTS: &str = "version: 1\ntiers: {community: allow}\nregistries: {allow: [docker.io, ghcr.io/acme/**], deny: [docker.io/evil/*]}";

    #[test]
    fn only_listed_registries_are_allowed() {
        passes(LISTS, "node:24");
        passes(LISTS, "acme/tool:1");
        passes(LISTS, "ghcr.io/acme/a/b:1");
        let denial = denied(LISTS, "quay.io/acme/tool:1");
        assert_eq!(denial.code, "FT113");
        assert_eq!(
            denial.message,
            "quay.io/acme/tool:1 is not from a registry that this policy allows: docker.io, ghcr.io/acme/**"
        );
        assert_eq!(denied(LISTS, "ghcr.io/other/a").code, "FT113");
    }

    #[test]
    fn a_denied_registry_is_refused_even_if_it_is_allowed_too() {
        let denial = denied(LISTS, "evil/tool:1");
        assert_eq!(
            denial.message,
            "docker.io/evil/tool:1 matches `docker.io/evil/*`, which this policy denies"
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
    fn a_denied_host_is_denied_under_all_its_names() {
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
