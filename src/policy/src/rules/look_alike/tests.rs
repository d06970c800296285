use crate::fixtures::{ask, ask_in, denied, gate, passes, today, warned};
use crate::{Gate, Policy, Scope};

#[test]
fn a_registry_that_looks_like_another_is_refused() {
    for (reference, known) in [
        ("docker.lo/library/node:24", "docker.io"),
        ("d0cker.io/library/node:24", "docker.io"),
        ("dockerr.io/library/node:24", "docker.io"),
        ("dokcer.io/library/node:24", "docker.io"),
        ("docker.com.example.org/library/node:24", "docker.io"),
        ("dockerhub.io/acme/node:24", "docker.io"),
        ("dockerhub.com/library/node:24", "docker.io"),
        ("dockerhub.dev/library/node:24", "docker.io"),
        ("docker.io.example.com/library/node:24", "docker.io"),
        ("docker.net/library/node:24", "docker.io"),
        ("ghcr.lo/acme/tool", "ghcr.io"),
        ("qhcr.io/acme/tool", "ghcr.io"),
        ("gchr.io/acme/tool", "ghcr.io"),
        ("ghcr.io.example.com/acme/tool", "ghcr.io"),
        ("quayy.io/acme/tool", "quay.io"),
        ("mcr.rnicrosoft.com/dotnet/sdk", "mcr.microsoft.com"),
        ("xn--dcker-jua.io/library/node:24", "docker.io"),
        ("xn--mller-kva.de/acme/tool", ""),
    ] {
        let denial = denied("version: 1", reference);
        assert_eq!(denial.code, "FT109", "{reference}: {}", denial.message);
        assert!(denial.message.contains(known), "{}", denial.message);
        let others = denial.verdict.findings.iter().map(|f| f.code);
        assert_eq!(others.collect::<Vec<_>>(), ["FT109"], "{reference}");
    }
    let denial = denied("version: 1", "docker.lo/library/node:24");
    assert_eq!(
        denial.message,
        "docker.lo/library/node is on docker.lo, which looks like docker.io but isn't; this policy refuses look-alikes"
    );
    assert_eq!(denial.help.as_deref(), Some("did you mean node:24?"));
    let denial = denied("version: 1", "ghcr.lo/acme/tool:1");
    assert_eq!(
        denial.help.as_deref(),
        Some("did you mean ghcr.io/acme/tool:1?")
    );
    let help = |reference| denied("version: 1", reference).help.unwrap();
    assert_eq!(help("docker.lo/library/node"), "did you mean node:24?");
    assert_eq!(help("docker.lo/acme/tool"), "did you mean acme/tool?");
    assert!(
        denied("version: 1", "xn--dcker-jua.io/library/node")
            .message
            .contains("(`döcker.io`)")
    );
}

#[test]
fn a_namespace_that_claims_to_be_dockers_library_is_refused() {
    for reference in [
        "ghcr.io/library/node",
        "quay.io/acme/docker.io/node:22",
        "registry.gitlab.com/library/node",
        "libary/node",
        "1ibrary/postgres",
        "docker-library/node",
        "docker0fficial/node",
    ] {
        let denial = denied("version: 1", reference);
        assert_eq!(denial.code, "FT109", "{reference}: {}", denial.message);
        assert!(
            denial.help.unwrap().starts_with("did you mean "),
            "{reference}"
        );
    }
}

#[test]
fn well_known_and_private_registries_are_not_look_alikes() {
    for reference in [
        "registry.example.com/tool",
        "docker.example.com/node",
        "docker-remote.artifactory.example.com/node",
        "docker-io.example.com/node",
        "ghcr.example.com/a/b",
        "us-docker.pkg.dev/p/r/node",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/library/tool",
        "public.ecr.aws/docker/library/node",
        "mirror.gcr.io/library/node",
        "k8s.gcr.io/pause",
        "icr.io/a/b",
        "us.icr.io/a/b",
        "iad.ocir.io/a/b",
        "dcr.io/a/b",
        "cgr.dev/chainguard/node",
        "lscr.io/linuxserver/nginx",
        "registry.gitlab.example.com/a/b",
        "harbor.example.com/library/tool",
        "acme.azurecr.io/node",
        "container-registry.oracle.com/a/b",
        "localhost:5000/library/node",
        "host.docker.internal:5000/library/node",
        "docker.local/library/node",
        "10.0.0.1/library/node",
        "hub:5000/library/node",
        "foo/node",
        "acme/library",
        // Where pull-through caches keep Docker Hub's images.
        "nexus.example.com/library/node",
        "harbor.example.com/docker.io/library/node",
        "example.jfrog.io/docker-remote/library/node",
        "dockerhub.example.com/library/node",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/docker-hub/library/node",
        "europe-docker.pkg.dev/project/docker-hub/library/node",
        "example.azurecr.io/library/node",
    ] {
        let denial = denied("version: 1", reference);
        assert_eq!(denial.code, "FT101", "{reference}: {}", denial.message);
    }
}

#[test]
fn an_image_that_the_policy_lists_is_not_a_look_alike() {
    let policy = "version: 1\ninternal: [docker.io.example.com/**]\nimages: [{match: ghcr.io/library/*, action: allow}]";
    passes(policy, "docker.io.example.com/library/node");
    passes(policy, "ghcr.io/library/node:22");
    // The image itself, named as in its mirror.
    let policy = "version: 1\nmirrors: {docker.io: ghcr.io/acme/hub}";
    passes(policy, "ghcr.io/acme/hub/library/node");
}

#[test]
fn a_rule_of_a_stage_clears_a_look_alike_only_in_that_stage() {
    let policy = "version: 1\ntiers: {community: allow}\nstages: {build: {images: [{match: ghcr.io/library/*, action: allow}]}}";
    let in_stage = |ships| {
        let scope = Scope {
            stage: Some("build"),
            ships,
            ..Scope::UNKNOWN
        };
        let pass = ask_in(&gate(policy, ""), "ghcr.io/library/node:24", scope);
        pass.unwrap().verdict().findings.len()
    };
    assert_eq!((in_stage(Some(false)), in_stage(None)), (0, 1));
}

#[test]
fn a_mirror_of_the_repositorys_policy_is_a_look_alike_to_the_organizations() {
    let parsed = |text| Some(Policy::parse("p", text).unwrap());
    let repository = parsed("version: 1\nmirrors: {docker.io: ghcr.io/acme/hub}");
    let organization = parsed(
        "version: 1\nexceptions: [{match: ghcr.io/acme/**, rules: [FT101], until: 2026-12-01, owner: o, reason: r}]",
    );
    let gate = Gate::new(organization, repository, None, today());
    let denial = ask(&gate, "ghcr.io/acme/hub/library/node").unwrap_err();
    assert_eq!(denial.code, "FT109", "{}", denial.message);
    assert!(denial.message.contains("the organization's policy"));
}

#[test]
fn where_community_images_are_allowed_a_look_alike_warns() {
    let policy = "version: 1\ntiers: {community: allow}";
    assert_eq!(warned(policy, "docker.lo/library/node:24")[0].code, "FT109");
    passes(policy, "random-user/node");
}
