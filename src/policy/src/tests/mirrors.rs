//! Mirrors: where an image is pulled from, and which policy judges that place.

use std::collections::BTreeMap;

use fromtier_image::{ImageConfig, ImageRef};

use crate::fixtures::{ask, denied, digest, gate, lock_of, passes_with_lock, today, two};
use crate::gate::{Gate, Resolved};
use crate::{Lock, Policy, Scope, Severity};

#[test]
fn a_mirror_changes_where_an_image_is_pulled_from_and_not_what_it_is() {
    let text = "version: 1\nmirrors: {docker.io: registry.example.com/hub}\nimages: [{match: node, tags: \">=22\"}]";
    let lock = lock_of("docker.io/library/node:22", 'a');
    let pass = passes_with_lock(text, &lock, "node:22");
    assert_eq!(
        pass.pull().to_string(),
        format!(
            "registry.example.com/hub/library/node:22@{}",
            digest('a').as_str()
        )
    );
    assert_eq!(
        pass.verdict().normalized,
        Some(ImageRef::parse("node:22").unwrap())
    );
    assert_eq!(denied(text, "node:18").code, "FT110");
    assert_eq!(denied(text, "ghcr.io/a/b").code, "FT101");
    let config = ImageConfig::default();
    let resolved = Resolved {
        reference: pass.pull(),
        digest: Some(&digest('a')),
        config: &config,
    };
    assert_eq!(
        gate(text, &lock)
            .admit(&pass, &resolved)
            .unwrap()
            .reference(),
        pass.pull()
    );
}

#[test]
fn the_organization_judges_a_mirror_of_the_repository() {
    let repository = "version: 1\nmirrors: {docker.io: evil.example.com/hub}";
    assert_eq!(
        ask(&two("version: 1", repository), "node:22")
            .unwrap_err()
            .code,
        "FT101"
    );
    let allowed = two("version: 1\ninternal: [evil.example.com/**]", repository);
    assert_eq!(
        ask(&allowed, "node:22").unwrap().pull().to_string(),
        "evil.example.com/hub/library/node:22"
    );
    let own = two(
        "version: 1\nmirrors: {docker.io: r.example.com/hub}",
        repository,
    );
    assert_eq!(
        ask(&own, "node:22").unwrap().pull().to_string(),
        "r.example.com/hub/library/node:22"
    );
}

/// Returns the findings, as codes with their severities, and the help of the first refusal if the repository pulls through
/// these mirrors.
fn findings_through(
    organization: &str,
    mirrors: &str,
    reference: &str,
) -> (Vec<(&'static str, Severity)>, Option<String>) {
    let repository = format!("version: 1\nmirrors: {mirrors}");
    let (findings, help) = match ask(&two(organization, &repository), reference) {
        Ok(pass) => (pass.verdict().findings.clone(), None),
        Err(denial) => (denial.verdict.findings, denial.help),
    };
    let codes = findings
        .iter()
        .map(|finding| (finding.code.as_str(), finding.severity));
    (codes.collect(), help)
}

#[test]
fn a_mirror_that_the_organization_refuses_by_name_is_refused() {
    // The mirror is refused with and without the rule. An image rule with an action replaces the tier's action.
    let by_name = "version: 1\nimages: [{match: \"evil.example.org/**\", action: deny}]";
    let (codes, help) = findings_through(by_name, "{docker.io: evil.example.org/hub}", "node:24");
    assert_eq!(codes, [("FT106", Severity::Deny)]);
    assert_eq!(
        help.as_deref(),
        Some("the repository's policy pulls docker.io/library/node:24 from this mirror")
    );
    let by_tag = "version: 1\ninternal: [r.example.com/**]\nimages: [{match: r.example.com/**, tags: \">=24\"}]";
    for (reference, expected) in [
        ("node:24", vec![]),
        ("node:22", vec![("FT110", Severity::Deny)]),
    ] {
        assert_eq!(
            findings_through(by_tag, "{docker.io: r.example.com/hub}", reference).0,
            expected
        );
    }
}

#[test]
fn a_mirror_that_is_an_official_image_has_its_end_of_life() {
    let organization = "version: 1\nverified-publisher: [quay.io/**]\ntiers: {verified-publisher: allow}\nbase: {end-of-life: deny}";
    let place = "{quay.io: docker.io/library}";
    assert_eq!(
        findings_through(organization, place, "quay.io/node:24").0,
        []
    );
    assert_eq!(
        findings_through(organization, place, "quay.io/node:18").0,
        [("FT131", Severity::Deny)]
    );
}

#[test]
fn a_mirror_on_a_look_alike_registry_is_reported() {
    let place = "{docker.io: docker.lo/hub}";
    assert_eq!(
        findings_through("version: 1", place, "node:24").0,
        [("FT109", Severity::Deny)]
    );
    let allowing = "version: 1\ntiers: {community: allow}";
    assert_eq!(
        findings_through(allowing, place, "node:24").0,
        [("FT109", Severity::Warn)]
    );
    // A `library` in a mirror of Docker Hub isn't a look-alike.
    let place = "{docker.io: ghcr.io/acme/hub}";
    assert_eq!(findings_through(allowing, place, "node:24").0, []);
}

#[test]
fn a_registry_has_one_mirror_under_all_its_names() {
    for name in [
        "index.docker.io",
        "registry-1.docker.io",
        "docker.io:443",
        "DOCKER.io",
    ] {
        let text = format!("version: 1\nmirrors: {{\"{name}\": r.example.com/hub}}");
        let pass = ask(&gate(&text, ""), "node:24").unwrap();
        assert_eq!(pass.pull().domain(), "r.example.com", "{name}");
        let twice = text.replace("{", "{docker.io: r.example.com, ");
        let errors = Policy::parse("p", &twice).unwrap_err();
        assert!(
            errors[0]
                .to_string()
                .contains("already has a mirror: it is the same registry as docker.io"),
            "{errors:?}"
        );
    }
}

#[test]
fn an_image_whose_name_is_too_long_for_its_mirror_is_refused() {
    let text = |mode: &str| {
        format!(
            "version: 1\nmode: {mode}\ninternal: [\"**\"]\nmirrors: {{docker.io: r.example.com/hub}}"
        )
    };
    // `hub/acme/` and the name have 255 bytes at most.
    let fits = format!("acme/{}:1", "a".repeat(246));
    let too_long = format!("acme/{}:1", "a".repeat(247));
    let pass = ask(&gate(&text("enforce"), ""), &fits).unwrap();
    assert_eq!(pass.pull().domain(), "r.example.com");
    let denial = ask(&gate(&text("enforce"), ""), &too_long).unwrap_err();
    assert_eq!(denial.code.as_str(), "FT161");
    assert!(denial.message.ends_with(
        "from its mirror r.example.com/hub: repository name must not be more than 255 characters"
    ));
    let pass = ask(&gate(&text("warn"), ""), &too_long).unwrap();
    assert_eq!(pass.verdict().findings[0].severity, Severity::Warn);
}

#[test]
fn a_clients_definition_names_an_image_as_its_mirror_does_or_is_refused() {
    let ask_in_definition = |text: &str, reference: &str| {
        let identifier = format!("docker-image://{reference}@{}", digest('a').as_str());
        let gate = gate(text, "");
        let verdict = gate.input_source(&identifier, &BTreeMap::new(), &Scope::default());
        verdict.map_err(|denial| (denial.code.as_str(), denial.help.unwrap_or_default()))
    };
    let mirror = "version: 1\nmirrors: {docker.io: r.example.com/hub}";
    // As this frontend itself names it.
    let verdict = ask_in_definition(mirror, "r.example.com/hub/library/node:24").unwrap();
    assert_eq!(verdict.normalized.unwrap().name(), "docker.io/library/node");
    for other in [
        "r.example.com/hub/acme/node:24",
        "r.example.com/hubs/library/node:24",
    ] {
        assert_eq!(
            ask_in_definition(mirror, other).unwrap_err().0,
            "FT101",
            "{other}"
        );
    }
    // As another frontend names it.
    let (code, help) = ask_in_definition(mirror, "docker.io/library/node:24").unwrap_err();
    assert_eq!(code, "FT161");
    assert!(
        help.contains("docker-image://r.example.com/hub/library/node:24@sha256:"),
        "{help}"
    );
    let warned = ask_in_definition(
        &format!("{mirror}\nmode: warn"),
        "docker.io/library/node:24",
    );
    assert_eq!(warned.unwrap().findings[0].severity, Severity::Warn);
    let rewrite =
        "version: 1\nrewrite: [{match: bitnami/node, to: \"node:{tag}\"}]\ninternal: [bitnami/*]";
    assert_eq!(
        ask_in_definition(rewrite, "docker.io/bitnami/node:24")
            .unwrap_err()
            .0,
        "FT161"
    );
    ask_in_definition(rewrite, "docker.io/library/node:24").unwrap();
}

#[test]
fn a_source_policy_of_the_client_does_not_lead_around_a_mirror() {
    let text = "version: 1\nmirrors: {docker.io: r.example.com/hub}";
    let answer = |mode: &str, reference: &str| {
        let gate = gate(&format!("{text}\nmode: {mode}"), "");
        let pass = ask(&gate, "node:24").unwrap();
        let resolved = Resolved {
            reference: &ImageRef::parse(reference).unwrap(),
            digest: Some(&digest('a')),
            config: &ImageConfig::default(),
        };
        gate.admit(&pass, &resolved)
            .map_err(|denial| denial.message)
    };
    answer("enforce", "r.example.com/hub/library/node:24").unwrap();
    // Another image, in its mirror.
    answer("enforce", "r.example.com/hub/library/golang:1.26").unwrap();
    let refused = answer("enforce", "docker.io/library/node:24").unwrap_err();
    assert_eq!(
        refused,
        "the builder replaced r.example.com/hub/library/node:24 with docker.io/library/node:24: the policy takes this image from r.example.com/hub/library/node:24"
    );
    assert_eq!(
        answer("warn", "docker.io/library/node:24")
            .unwrap()
            .verdict()
            .severity,
        Severity::Warn
    );
}

#[test]
fn a_repositorys_mirror_makes_no_image_pass_for_another() {
    let lock = lock_of("docker.io/library/node:24", 'a');
    let organization = Policy::parse("o", "version: 1").unwrap();
    let repository = Policy::parse("r", "version: 1\nmirrors: {ghcr.io: docker.io}").unwrap();
    let lock = Some(Lock::parse("l", &lock).unwrap());
    let gate = Gate::new(Some(organization), Some(repository), lock, today());
    // It has no digest, and the lock file has one.
    let verdict = gate.input_source(
        "docker-image://docker.io/library/node:24",
        &BTreeMap::new(),
        &Scope::default(),
    );
    assert_eq!(verdict.unwrap_err().code, "FT125");
}

#[test]
fn the_mirror_of_the_longest_part_of_a_name_is_used() {
    let policy = "version: 1\ntiers: {community: allow}\nmirrors: {docker.io: r.example.com/hub, docker.io/library: public.ecr.aws/docker/library, docker.io/acme/tool: t.example.com/tool}";
    for (name, expected) in [
        ("node:24", "public.ecr.aws/docker/library/node:24"),
        ("bitnami/node:24", "r.example.com/hub/bitnami/node:24"),
        ("acme/tool:1", "t.example.com/tool:1"),
        ("acme/tools:1", "r.example.com/hub/acme/tools:1"),
    ] {
        let pass = ask(&gate(policy, ""), name).unwrap();
        assert_eq!(pass.pull().to_string(), expected, "{name}");
        // The place in the mirror is a name of the same image.
        let again = ask(&gate(policy, ""), expected).unwrap();
        assert_eq!((again.image(), again.pull()), (pass.image(), pass.pull()));
    }
}

#[test]
fn an_image_falls_back_to_its_own_registry_only_if_the_policy_says_so() {
    let lock = lock_of("docker.io/library/node:24", 'a');
    let policy = "version: 1\nmirrors: {docker.io: {to: r.example.com/hub, fallback: true}}";
    let pass = passes_with_lock(policy, &lock, "node:24");
    let own = pass.fall_back("not found").unwrap();
    assert_eq!(
        own.pull().to_string(),
        format!("docker.io/library/node:24@{}", digest('a').as_str())
    );
    assert!(own.fall_back("not found").is_none());
    let finding = &own.verdict().findings[0];
    assert_eq!(
        (finding.code, finding.severity),
        (crate::Code::MirrorFailed, Severity::Warn)
    );
    let config = ImageConfig::default();
    let resolved = Resolved {
        reference: own.pull(),
        digest: Some(&digest('a')),
        config: &config,
    };
    let approved = gate(policy, &lock).admit(&own, &resolved).unwrap();
    assert_eq!(approved.reference(), own.pull());
    let strict = policy.replace("fallback: true", "fallback: false");
    for policy in [
        strict.as_str(),
        "version: 1\nmirrors: {docker.io: r.example.com/hub}",
    ] {
        assert!(
            passes_with_lock(policy, &lock, "node:24")
                .fall_back("not found")
                .is_none()
        );
    }
}

#[test]
fn a_rewrite_that_fails_in_a_clients_definition_refuses_the_image() {
    let policy = "version: 1\ntiers: {community: allow}\nrewrite: [{match: acme/*, to: \"node:{tag}\", digest: refuse}]";
    let judge = |reference: String| {
        gate(policy, "").input_source(
            &format!("docker-image://{reference}"),
            &BTreeMap::new(),
            &Scope::UNKNOWN,
        )
    };
    let digest = digest('a');
    let pinned = format!("docker.io/acme/x:1@{}", digest.as_str());
    assert_eq!(judge(pinned).unwrap_err().code, "FT161");
    let untagged = format!("docker.io/acme/x@{}", digest.as_str());
    assert_eq!(judge(untagged).unwrap_err().code, "FT161");
}

#[test]
fn a_mirror_that_can_not_be_one_is_an_error() {
    for (mirrors, expected) in [
        ("docker.io: docker.io", "is its own mirror"),
        ("docker.io: hub", "is not a valid mirror"),
        (
            "library/node: r.example.com/hub",
            "is not a registry, or a registry and a path",
        ),
    ] {
        let text = format!("version: 1\nmirrors: {{{mirrors}}}");
        let errors = Policy::parse("p", &text).unwrap_err();
        assert!(errors[0].to_string().contains(expected), "{errors:?}");
    }
}
