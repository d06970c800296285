//! The gate as a whole: rewriting, two policies, pinning, admission.

mod identity;
mod layers;
mod mirrors;
mod random;
mod severities;
mod sources;

use std::collections::BTreeMap;

use fromtier_image::{Digest, ImageConfig, ImageRef};
use proptest::prelude::*;

use crate::fixtures::{ask, denied, digest, gate, lock_of, policy, today, two};
use crate::gate::{Gate, ImageRequest, Resolved, Via};
use crate::verdict::Severity;
use crate::{Lock, Policy, Scope};

fn image(text: &str) -> ImageRef {
    ImageRef::parse(text).unwrap()
}

#[test]
fn without_a_file_the_built_in_policy_applies() {
    let gate = Gate::new(None, None, None, today());
    assert_eq!(
        ask(&gate, "node:24").unwrap().pull().to_string(),
        "docker.io/library/node:24"
    );
    assert_eq!(
        ask(&gate, "node").unwrap().pull().to_string(),
        "docker.io/library/node:latest"
    );
    assert_eq!(
        ask(&gate, "random-user/node-custom").unwrap_err().code,
        "FT101"
    );
    let denial = ask(&gate, "Not A Reference").unwrap_err();
    assert_eq!(
        (denial.code.as_str(), denial.verdict.severity),
        ("FT100", Severity::Deny)
    );
}

#[test]
fn a_letter_that_looks_like_another_is_named() {
    let denial = denied("version: 1", "docker.io/library/nоde:22");
    assert_eq!(denial.code, "FT100");
    assert_eq!(
        denial.help.as_deref(),
        Some("`о` (U+043E) looks like `o` but isn't; did you mean docker.io/library/node:22?")
    );
    assert_eq!(denial.verdict.findings[0].help, denial.help);
    assert_eq!(denied("version: 1", "Node:22").help, None);
}

#[test]
fn the_first_rewrite_rule_that_matches_is_applied_once() {
    let text = "version: 1\nrewrite:\n- {match: \"bitnami/node:1*\", to: \"node:22\"}\n- {match: bitnami/node, to: \"node:{tag}\"}\n- {match: acme/*, to: \"registry.example.com/{name}\"}\ninternal: [registry.example.com/*]";
    let gate = gate(text, "");
    for (requested, expected) in [
        ("bitnami/node:18", "docker.io/library/node:22"),
        ("bitnami/node:24-alpine", "docker.io/library/node:24-alpine"),
        ("acme/tool:3", "registry.example.com/tool:3"),
        ("acme/tool", "registry.example.com/tool:latest"),
        ("node:24", "docker.io/library/node:24"),
    ] {
        assert_eq!(
            ask(&gate, requested).unwrap().pull().to_string(),
            expected,
            "{requested}"
        );
    }
    let pass = ask(&gate, "bitnami/node:24").unwrap();
    assert_eq!(pass.verdict().rewritten, Some(image("node:24")));
    assert_eq!(pass.verdict().normalized, Some(image("bitnami/node:24")));
    assert_eq!(pass.verdict().severity, Severity::Allow);
    assert_eq!(pass.verdict().findings[0].code, "FT160");
}

#[test]
fn a_rewritten_image_loses_the_digest_of_the_original() {
    let text = "version: 1\nrewrite: [{match: bitnami/node, to: \"node:{tag}\"}]";
    let requested = format!("bitnami/node:24@{}", digest('a').as_str());
    let pass = ask(&gate(text, ""), &requested).unwrap();
    assert_eq!(
        (pass.pinned(), pass.pull().to_string().as_str()),
        (None, "docker.io/library/node:24")
    );
    let denial = denied(text, &format!("bitnami/node@{}", digest('a').as_str()));
    assert_eq!(denial.code, "FT161");
}

#[test]
fn warn_mode_refuses_only_invalid_references() {
    let gate = gate(
        "version: 1\nmode: warn\nbase: {digest: pin}\nsources: {http: deny}\nimages: [{match: node, tags: \">=22\"}]",
        "",
    );
    for reference in ["random-user/node-custom", "node:18", "centos:7"] {
        let pass = ask(&gate, reference).unwrap();
        assert_eq!(pass.verdict().severity, Severity::Warn, "{reference}");
    }
    assert_eq!(ask(&gate, "A B").unwrap_err().code, "FT100");
}

#[test]
fn settings_that_a_repository_leaves_out_have_no_effect_next_to_an_organizations() {
    let gate = two(
        "version: 1\ntiers: {community: allow}\nbase: {end-of-life: allow}",
        "version: 1\nimages: [{match: node, tags: \">=22\"}]",
    );
    assert_eq!(
        ask(&gate, "acme/thing").unwrap().verdict().severity,
        Severity::Allow
    );
    assert_eq!(
        ask(&gate, "debian:buster").unwrap().verdict().severity,
        Severity::Allow
    );
    let denial = ask(&gate, "node:18").unwrap_err();
    assert!(
        denial.message.contains("the repository's policy allows"),
        "{}",
        denial.message
    );
}

#[test]
fn a_repositorys_policy_loosens_nothing() {
    let organization = "version: 1\nbase: {digest: require}\nsources: {http: deny}\nimages: [{match: node, tags: \">=22\"}]";
    for repository in [
        "version: 1\nmode: warn",
        "version: 1\ntiers: {community: allow}\nbase: {digest: resolve}\nsources: {http: allow}",
        "version: 1\ninternal: [random-user/*]\nverified-publisher: [acme/*]\nopen-source: [acme2/*]",
        "version: 1\nimages: [{match: random-user/*, action: allow}, {match: node, tags: [\"*\"]}]",
        "version: 1\nexceptions: [{match: \"**\", until: 2099-01-01, owner: me, reason: please}]",
        "version: 1\ninternal: [random-user/*]\nrewrite: [{match: acme/*, to: random-user/node-custom}]",
    ] {
        let gate = two(organization, repository);
        for reference in [
            "random-user/node-custom",
            "acme/thing",
            "node:18",
            "node:22",
        ] {
            let denial = ask(&gate, reference).unwrap_err();
            assert!(
                denial.message.contains("organization's policy"),
                "{repository} {reference}: {}",
                denial.message
            );
        }
        let http = crate::gate::SourceRequest::Http {
            url: "https://example.com",
            checksum: None,
        };
        assert_eq!(
            gate.source(&http, &Scope::default()).unwrap_err().code,
            "FT141"
        );
    }
}

#[test]
fn the_organization_judges_the_image_after_the_repositorys_rewriting() {
    let gate = two(
        "version: 1\nrewrite: [{match: node, to: \"registry.example.com/node\"}]\ninternal: [registry.example.com/*]",
        "version: 1\nrewrite: [{match: acme/node, to: \"node:{tag}\"}]",
    );
    // The repository's rule has the same effect as `node:22` in the Dockerfile.
    assert_eq!(
        ask(&gate, "acme/node:22").unwrap().pull().to_string(),
        "registry.example.com/node:22"
    );
    let gate = two(
        "version: 1",
        "version: 1\ninternal: [evil/*]\nrewrite: [{match: node, to: \"evil/node\"}]",
    );
    assert_eq!(ask(&gate, "node:22").unwrap_err().code, "FT101");
}

#[test]
fn the_answer_must_have_the_pinned_digest() {
    let gate = gate("version: 1", &lock_of("docker.io/library/node:22", 'a'));
    let config = ImageConfig::default();
    let pass = ask(&gate, "node:22").unwrap();
    let admit = |reference: &ImageRef, digest: Option<&Digest>| {
        gate.admit(
            &pass,
            &Resolved {
                reference,
                digest,
                config: &config,
            },
        )
    };
    let approved = admit(pass.pull(), Some(&digest('a'))).unwrap();
    assert_eq!(
        approved.reference().to_string(),
        format!("docker.io/library/node:22@{}", digest('a').as_str())
    );
    assert_eq!(
        admit(pass.pull(), Some(&digest('b'))).unwrap_err().code,
        "FT123"
    );
    assert_eq!(admit(&image("node:22"), None).unwrap_err().code, "FT125");
    let other = image(&format!("node:22@{}", digest('b').as_str()));
    assert_eq!(admit(&other, None).unwrap_err().code, "FT123");
}

#[test]
fn an_image_that_the_builder_takes_instead_must_pass_too() {
    let gate = gate("version: 1\ninternal: [r.example.com/*]", "");
    let config = ImageConfig::default();
    let pass = ask(&gate, "node:22").unwrap();
    let admit = |reference: &str| {
        gate.admit(
            &pass,
            &Resolved {
                reference: &image(reference),
                digest: Some(&digest('a')),
                config: &config,
            },
        )
    };
    assert_eq!(admit("evil/node:22").unwrap_err().code, "FT124");
    let approved = admit("r.example.com/node:22").unwrap();
    assert_eq!(
        approved.reference().to_string(),
        format!("r.example.com/node:22@{}", digest('a').as_str())
    );
    assert!(admit("node:24").is_ok());
}

#[test]
fn a_locked_image_that_the_builder_takes_instead_needs_its_digest() {
    let gate = gate("version: 1", &lock_of("docker.io/library/node:22", 'a'));
    let config = ImageConfig::default();
    let pass = ask(&gate, "node:24").unwrap();
    let admit = |digest: Option<&Digest>| {
        let reference = &image("node:22");
        let resolved = Resolved {
            reference,
            digest,
            config: &config,
        };
        gate.admit(&pass, &resolved)
            .map_err(|denial| denial.code.as_str())
    };
    assert_eq!(admit(None), Err("FT125"));
    assert_eq!(admit(Some(&digest('b'))), Err("FT123"));
    assert!(admit(Some(&digest('a'))).is_ok());
}

#[test]
fn without_a_digest_an_image_is_admitted_if_no_policy_requires_one() {
    let config = ImageConfig::default();
    let free = gate("version: 1", "");
    let pass = ask(&free, "node:22").unwrap();
    let resolved = Resolved {
        reference: pass.pull(),
        digest: None,
        config: &config,
    };
    assert_eq!(
        free.admit(&pass, &resolved)
            .unwrap()
            .reference()
            .to_string(),
        "docker.io/library/node:22"
    );
}

#[test]
fn sources_in_a_clients_definition_are_judged_without_rewriting() {
    let gate = gate(
        "version: 1\nbase: {digest: require}\nsources: {git: require-checksum, http: deny, oci-layout: deny}",
        "",
    );
    let none = BTreeMap::new();
    let code = |identifier: &str, attrs: &BTreeMap<String, String>| {
        gate.input_source(identifier, attrs, &Scope::default())
            .map_err(|d| d.code.as_str())
            .err()
    };
    let by_digest = format!(
        "docker-image://docker.io/library/node:22@{}",
        digest('a').as_str()
    );
    assert_eq!(code(&by_digest, &none), None);
    assert_eq!(
        code("docker-image://docker.io/library/node:22", &none),
        Some("FT120")
    );
    assert_eq!(
        code(
            &format!(
                "docker-image://docker.io/evil/node@{}",
                digest('a').as_str()
            ),
            &none
        ),
        Some("FT101")
    );
    assert_eq!(code("docker-image://%%", &none), Some("FT100"));
    // BuildKit would take the first part of these names as a registry.
    for short in ["node:22", "library/node:22", "docker.io/node:22"] {
        for scheme in ["docker-image", "docker-image+blob"] {
            let identifier = format!("{scheme}://{short}@{}", digest('a').as_str());
            assert_eq!(code(&identifier, &none), Some("FT100"), "{identifier}");
        }
    }
    assert_eq!(code("oci-layout://x@sha256:abc", &none), Some("FT143"));
    assert_eq!(code("https://example.com/x", &none), Some("FT141"));
    assert_eq!(code("local://context", &none), None);
    assert_eq!(code("blob://x", &none), Some("FT145"));
    assert_eq!(code("", &none), Some("FT145"));
    let attrs = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect::<BTreeMap<_, _>>()
    };
    let commit = "a".repeat(40);
    assert_eq!(code("git://github.com/a/b", &none), Some("FT140"));
    assert_eq!(
        code("git://github.com/a/b", &attrs(&[("git.checksum", &commit)])),
        None
    );
    let bundle = attrs(&[
        ("git.checksum", &commit),
        ("git.bundle", "docker-image+blob://evil/x@sha256:0"),
    ]);
    assert_eq!(code("git://github.com/a/b", &bundle), Some("FT100"));
    assert_eq!(
        code(
            "git://github.com/a/b",
            &attrs(&[("git.checksum", &commit), ("git.bundle", "https://x")])
        ),
        Some("FT141")
    );
}

#[test]
fn a_locked_image_needs_its_digest_in_a_clients_definition() {
    let gate = gate("version: 1", &lock_of("docker.io/library/node:22", 'a'));
    let code = |reference: &str| {
        let identifier = format!("docker-image://{reference}");
        let found = gate.input_source(&identifier, &BTreeMap::new(), &Scope::default());
        found.map_err(|denial| denial.code.as_str()).err()
    };
    let with = |letter| format!("docker.io/library/node:22@{}", digest(letter).as_str());
    assert_eq!(code("docker.io/library/node:22"), Some("FT125"));
    assert_eq!(code(&with('a')), None);
    assert_eq!(code(&with('b')), Some("FT122"));
    assert_eq!(code("docker.io/library/node:24"), None);
}

/// References as in a Dockerfile.
fn references() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "node",
        "docker.io/library/node",
        "random-user/node",
        "acme/tool",
        "ghcr.io/acme/legacy",
        "r.example.com/a",
        "evil.example.com/hub/library/node",
        "centos",
        "GHCR.io/acme/legacy",
        "localhost:5000/x",
        "docker/scan",
    ]);
    let tags = prop::sample::select(vec!["", ":22", ":18-alpine", ":latest"]);
    let digests = prop::sample::select(vec!["", "a", "b"]);
    (names, tags, digests).prop_map(|(name, tag, letter)| match letter {
        "" => format!("{name}{tag}"),
        letter => format!("{name}{tag}@sha256:{}", letter.repeat(64)),
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    let parts = prop::sample::subsequence(
        vec![
            "internal: [r.example.com/*]\n",
            "verified-publisher: [acme/*]\n",
            "rewrite: [{match: random-user/*, to: \"node:22\"}]\n",
            "images: [{match: node, tags: \">=22\"}, {match: ghcr.io/acme/legacy, action: allow}]\n",
            "base: {digest: require, end-of-life: deny}\n",
            "mirrors: {docker.io: r.example.com}\n",
            "exceptions: [{match: evil.example.com/**, until: 2027-01-01, owner: a, reason: b}]\n",
        ],
        0..=7,
    );
    parts.prop_map(|parts| policy(&format!("version: 1\n{}", parts.concat())))
}

fn gates() -> impl Strategy<Value = Gate> {
    let lock = prop::option::of(Just(lock_of("docker.io/library/node:22", 'a')));
    (
        prop::option::of(policies()),
        prop::option::of(policies()),
        lock,
    )
        .prop_map(|(organization, repository, lock)| {
            let lock = lock.map(|text| Lock::parse("l", &text).unwrap());
            Gate::new(organization, repository, lock, today())
        })
}

/// Whether the gate allows an image that it can't rewrite or pull through a mirror.
fn passes_as_it_is(gate: &Gate, reference: &ImageRef, digest: Option<&Digest>) -> bool {
    let reference = match digest {
        Some(digest) => reference.clone().with_digest(digest.clone()),
        None => reference.clone(),
    };
    gate.input_source(
        &format!("docker-image://{reference}"),
        &BTreeMap::new(),
        &Scope::default(),
    )
    .is_ok()
}

proptest! {
    /// For each request and each answer of the builder: an approved image is the requested one, in its mirror, or one that
    /// the gate would allow by itself.
    #[test]
    fn nothing_is_approved_that_the_gate_refuses(gate in gates(), requested in references(), answered in references(), letter in prop::option::of("[ab]")) {
        let config = ImageConfig::default();
        let Ok(pass) = gate.request(&ImageRequest { reference: &requested, via: Via::From, scope: Scope::default() }) else {
            return Ok(());
        };
        let digest = letter.map(|letter| digest(letter.chars().next().unwrap()));
        for reference in [pass.pull().clone(), image(&answered).tag_name_only()] {
            let resolved = Resolved { reference: &reference, digest: digest.as_ref(), config: &config };
            if let Ok(approved) = gate.admit(&pass, &resolved) {
                let is_pull = approved.reference().clone().without_digest() == pass.pull().clone().without_digest();
                prop_assert!(is_pull || passes_as_it_is(&gate, &reference, digest.as_ref()), "{requested} → {approved:?}");
                if let Some(pinned) = pass.pinned() {
                    prop_assert_eq!(Some(pinned), approved.reference().digest());
                }
            }
        }
    }

    /// A repository's policy never makes an image pass that the organization's refuses, unless it rewrites the image to
    /// another that the organization's allows.
    #[test]
    fn a_second_policy_only_tightens(organization in policies(), repository in policies(), requested in references()) {
        let alone = Gate::new(Some(organization.clone()), None, None, today());
        let both = Gate::new(Some(organization), Some(repository), None, today());
        if let Ok(pass) = ask(&both, &requested) {
            let written = pass.verdict().rewritten.clone().unwrap_or_else(|| pass.verdict().normalized.clone().unwrap());
            prop_assert!(ask(&alone, &written.to_string()).is_ok(), "{requested}: {pass:?}");
        }
    }

    /// A request for a rewritten image doesn't rewrite it again.
    #[test]
    fn rewriting_is_done_once(organization in policies(), requested in references()) {
        let gate = Gate::new(Some(organization), None, None, today());
        if let Ok(pass) = ask(&gate, &requested)
            && let Some(rewritten) = &pass.verdict().rewritten
        {
            let again = ask(&gate, &rewritten.to_string()).unwrap();
            prop_assert_eq!(&again.verdict().rewritten, &None);
        }
    }

    /// Equal requests have equal verdicts.
    #[test]
    fn the_gate_has_no_state(gate in gates(), requested in references()) {
        prop_assert_eq!(format!("{:?}", ask(&gate, &requested)), format!("{:?}", ask(&gate, &requested)));
    }
}

#[test]
fn a_tag_that_nobody_has_leads_to_the_nearest_that_is_supported() {
    let nearest = |policy: &str, reference: &str| {
        let gate = gate(policy, "");
        gate.nearest_tag(&ask(&gate, reference).unwrap())
    };
    let found = |text: &str| Some(text.to_owned());
    assert_eq!(
        nearest("version: 1", "node:24-alpne"),
        found("node:24-alpine")
    );
    assert_eq!(nearest("version: 1", "node:24-alpine"), None);
    assert_eq!(
        nearest("version: 1\ntiers: {community: allow}", "acme/x:9"),
        None
    );
    let only_slim = "version: 1\nimages: [{match: \"node:*-alpine\", action: deny}]";
    assert_ne!(nearest(only_slim, "node:24-alpne"), found("node:24-alpine"));
}
