//! `docker build --check` and its brothers, which ask the frontend instead of building.

use fromtier_e2e::{Choice, DockerBuild, Frontend, client_version};

const DOCKERFILE: &str = "FROM random-user/node-custom AS Build\nRUN touch /x\n";

#[test]
fn a_check_has_the_findings_of_the_policy_and_of_docker() {
    let build = DockerBuild::new(DOCKERFILE);
    let frontend = Frontend::default_policy();
    let outcome = build.call(Choice::SyntaxLine(&frontend), "check");
    for part in [
        "FT101",
        "random-user/node-custom",
        "help: use an official image: node:24",
        "explain: fromtier explain FT101",
        "StageNameCasing",
    ] {
        assert!(
            outcome.log.contains(part),
            "no {part:?} in:\n{}",
            outcome.log
        );
    }
    // An older client shows the findings and succeeds.
    assert_eq!(outcome.ok, client_version() < (0, 15), "{}", outcome.log);
}

#[test]
fn the_targets_and_the_outline_are_those_of_the_reference_frontend() {
    let build = DockerBuild::new("ARG A=1\nFROM busybox AS base\nFROM base AS app\nARG B=2\n");
    for call in ["targets,format=json", "outline,format=json"] {
        let ours = build.call(Choice::BuildArgument(&Frontend::open()), call);
        let theirs = build.call(Choice::BuildArgument(&Frontend::reference()), call);
        assert!(ours.ok && theirs.ok, "{}\n{}", ours.log, theirs.log);
        assert!(ours.stdout.contains("\"app\""), "{}", ours.log);
        assert_eq!(ours.stdout, theirs.stdout, "{call}");
    }
}
