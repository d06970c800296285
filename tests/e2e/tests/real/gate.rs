//! Nothing gets into a build that the policy refuses, whichever way it is named.

use fromtier_e2e::{Build, Frontend, serve};

const OFFICIAL: &str = "version: 1\nmode: enforce\ntiers:\n  docker-official-image: allow\n  verified-publisher: deny\n  open-source: deny\n  community: deny\n";

/// A build under the strict policy is refused for the community image, by name.
#[track_caller]
fn refused(build: &Build) -> String {
    let text = build.run(&Frontend::with_policy(OFFICIAL)).failure();
    assert!(text.contains("FT"), "no rule is named:\n{text}");
    assert!(
        text.contains("random-user/"),
        "the image isn't named:\n{text}"
    );
    text
}

#[test]
fn as_a_base() {
    let text = refused(&Build::new(
        "FROM random-user/node-custom:latest\nRUN touch /x\n",
    ));
    assert!(
        text.contains(">>> FROM random-user/node-custom:latest"),
        "{text}"
    );
    assert!(
        text.contains("node:22-alpine") || text.contains("node:"),
        "no suggestion:\n{text}"
    );
}

#[test]
fn as_a_base_with_no_policy_at_all() {
    let build = Build::new("FROM random-user/node-custom:latest\n");
    let text = build.run(&Frontend::default_policy()).failure();
    assert!(text.contains("community"), "{text}");
}

#[test]
fn as_a_base_named_by_an_argument() {
    refused(&Build::new(
        "ARG BASE=random-user/node-custom\nFROM $BASE\n",
    ));
    refused(
        &Build::new("ARG BASE=node\nFROM $BASE\n").opt("build-arg:BASE=random-user/node-custom"),
    );
}

#[test]
fn as_the_source_of_a_copy() {
    refused(&Build::new(
        "FROM busybox\nCOPY --from=random-user/node-custom /etc/passwd /\n",
    ));
}

#[test]
fn as_the_source_of_a_mount() {
    refused(&Build::new(
        "FROM busybox\nRUN --mount=from=random-user/node-custom,target=/m cat /m/etc/passwd\n",
    ));
    refused(&Build::new(
        "FROM busybox\nRUN --mount=type=cache,from=random-user/node-custom,target=/m ls /m\n",
    ));
}

#[test]
fn as_a_named_context() {
    refused(&Build::new("FROM base\n").opt("context:base=docker-image://random-user/node-custom"));
    refused(
        &Build::new("FROM node:22-alpine\n")
            .opt("context:node:22-alpine=docker-image://random-user/node-custom"),
    );
}

#[test]
fn as_a_context_for_one_platform() {
    refused(
        &Build::new("FROM base\n")
            .opt("platform=linux/amd64")
            .opt("context:base::linux/amd64=docker-image://random-user/node-custom"),
    );
}

#[test]
fn by_a_trigger_of_a_base() {
    // The base is allowed; the image that its trigger copies from is not.
    let base = "images:\n- {match: onbuild-from, action: allow, reason: a base of ours}\n";
    let policy = format!("{OFFICIAL}{base}");
    let text = Build::new("FROM onbuild-from\n").run(&Frontend::with_policy(&policy));
    let text = text.failure();
    assert!(text.contains("FT101"), "no rule is named:\n{text}");
    assert!(
        text.contains("random-user/"),
        "the image isn't named:\n{text}"
    );
}

#[test]
fn as_the_maker_of_a_bill_of_materials() {
    refused(&Build::new("FROM busybox\n").opt("attest:sbom=generator=random-user/node-custom"));
}

#[test]
fn a_stage_can_have_the_name_of_a_community_image() {
    let build = Build::new(
        "FROM busybox AS random-user\nRUN echo mine > /x\nFROM busybox\nCOPY --from=random-user /x /\n",
    );
    let image = build.run(&Frontend::with_policy(OFFICIAL)).image();
    assert_eq!(image.text("/x"), "mine\n");
}

#[test]
fn a_stage_that_is_not_built_is_not_judged() {
    // As the reference never looks at it, it takes nothing from outside.
    let build =
        Build::new("FROM random-user/node-custom AS unused\nFROM busybox\nRUN echo x > /x\n");
    let outcome = build.run(&Frontend::with_policy(OFFICIAL));
    assert!(
        outcome.ok || outcome.log.contains("random-user/node-custom"),
        "{}",
        outcome.log
    );
}

#[test]
fn a_rewritten_base_is_built() {
    let policy = format!(
        "{OFFICIAL}rewrite:\n  - match: random-user/node-custom\n    to: node:22-alpine\n    reason: it has all that\n"
    );
    let build = Build::new("FROM random-user/node-custom:latest\nRUN echo built > /said\n");
    let outcome = build.run(&Frontend::with_policy(&policy));
    let image = outcome.image();
    assert_eq!(image.text("/said"), "built\n");
    let env = image.config()["Env"].to_string();
    assert!(
        env.contains("YARN_VERSION"),
        "not the official image: {env}"
    );
    assert!(
        outcome
            .log
            .contains("docker.io/library/node:22-alpine@sha256:"),
        "the base isn't named by digest:\n{}",
        outcome.log
    );
}

#[test]
fn in_warning_mode_the_build_goes_on() {
    let policy = OFFICIAL.replace("enforce", "warn");
    let build = Build::new("FROM random-user/node-custom:latest\nRUN echo built > /tmp/said\n");
    let outcome = build.run(&Frontend::with_policy(&policy));
    outcome.image();
    // Not from the plain log: buildctl shows a warning there only if its step is drawn again after it came.
    let warnings = build.warnings(&Frontend::with_policy(&policy));
    let said = |w: &serde_json::Value| w["short"].as_str().is_some_and(|t| t.contains("community"));
    assert!(warnings.iter().any(said), "{warnings:#?}");
}

#[test]
fn a_syntax_line_cannot_bring_another_frontend() {
    let reference = Frontend::reference();
    let build = Build::new(&format!(
        "# syntax={}\nFROM random-user/node-custom\n",
        reference.name()
    ));
    refused(&build);
    let build = Build::new("FROM random-user/node-custom\n")
        .opt(&format!("build-arg:BUILDKIT_SYNTAX={}", reference.name()));
    refused(&build);
}

#[test]
fn the_repositorys_policy_cannot_loosen_the_organizations() {
    let build = Build::new("FROM random-user/node-custom\n").file(
        ".fromtier.yaml",
        "version: 1\nmode: enforce\ntiers:\n  community: allow\n",
    );
    refused(&build);
}

#[test]
fn a_url_without_a_checksum() {
    let server = serve(&[("file", b"served")]);
    let policy = format!("{OFFICIAL}sources:\n  http: require-checksum\n");
    let build = Build::new(&format!("FROM busybox\nADD {} /\n", server.url("file")));
    let text = build.run(&Frontend::with_policy(&policy)).failure();
    assert!(text.contains("checksum"), "{text}");
}

#[test]
fn git_where_it_is_denied() {
    let policy = format!("{OFFICIAL}sources:\n  git: deny\n");
    let build = Build::new("FROM busybox\nADD https://github.com/example/example.git /src\n");
    let text = build.run(&Frontend::with_policy(&policy)).failure();
    assert!(text.contains("git"), "{text}");
}

#[test]
fn a_broken_policy_stops_every_build_and_says_where() {
    let build = Build::new("FROM busybox\n");
    let text = build
        .run(&Frontend::with_policy(
            "version: 1\nmode: enforce\ntears:\n  community: deny\n",
        ))
        .failure();
    assert!(
        text.contains("policy.yaml:3") && text.contains("tears"),
        "{text}"
    );
}

#[test]
fn an_empty_policy_file_is_broken_too() {
    let build = Build::new("FROM busybox\n");
    let outcome = build.run(&Frontend::with_policy(""));
    assert!(!outcome.ok, "{}", outcome.log);
}

#[test]
fn without_asking_a_registry_that_never_answers() {
    let registry = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    registry.set_nonblocking(true).unwrap();
    let host = format!("localhost:{}", registry.local_addr().unwrap().port());
    let policy = format!("version: 1\ninternal: [\"{host}/**\"]\nsources: {{http: deny}}\n");
    let build = Build::new(&format!(
        "FROM {host}/team/base:1 AS base\nFROM random-user/node-custom\nCOPY --from=base / /\n\
         ADD https://example.com/file /\n"
    ));
    let text = build.run(&Frontend::with_policy(&policy)).failure();
    assert!(text.contains("random-user/node-custom"), "{text}");
    assert!(text.contains("https://example.com/file"), "{text}");
    let asked = registry.accept().map(|_| ());
    assert_eq!(
        asked.unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock,
        "the registry was asked"
    );
}
