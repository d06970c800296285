//! A policy's other image is built instead of the one that the Dockerfile names.

use fromtier_e2e::{Choice, DockerBuild, Frontend};

const POLICY: &str = "version: 1\nrewrite:\n  - match: random-user/node-custom\n    to: node:22-alpine\n    reason: the official image has what it added\n";

#[test]
fn a_rewritten_image_is_built_as_if_the_dockerfile_named_it() {
    let frontend = Frontend::with_policy(POLICY);
    let written = DockerBuild::new("FROM random-user/node-custom:latest\nRUN echo made > /made\n");
    let meant = DockerBuild::new("FROM node:22-alpine\nRUN echo made > /made\n");
    let outcome = written.run(Choice::SyntaxLine(&frontend));
    assert_eq!(
        outcome.digest(),
        meant.run(Choice::SyntaxLine(&frontend)).digest()
    );
    let base = "docker.io/library/node:22-alpine@sha256:";
    assert!(outcome.log.contains(base), "{}", outcome.log);
    let rewriting = "(rewritten from random-user/node-custom:latest by this policy)";
    assert!(outcome.log.contains(rewriting), "{}", outcome.log);
}
