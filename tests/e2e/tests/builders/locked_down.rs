//! The builder of docs/security.md, which runs this frontend and nothing else.

use fromtier_e2e::{Build, Choice, DockerBuild, Frontend, client_version, here, store};

const DOCKERFILE: &str = "FROM node:22-alpine\nRUN echo made > /made\n";
const REFUSED: &str = "invalid frontend: dockerfile.v0";

#[test]
fn a_build_argument_that_names_the_frontend_works_from_buildx_0_28_on() {
    let build = DockerBuild::new(DOCKERFILE);
    let outcome = build.files(Choice::BuildArgument(&Frontend::default_policy()));
    if client_version() >= (0, 28) {
        assert_eq!(outcome.text("made"), "made\n");
    } else {
        assert!(outcome.failure().contains(REFUSED), "{}", outcome.log);
    }
}

#[test]
fn buildctl_works_with_the_frontend_as_its_source() {
    let outcome = Build::new(DOCKERFILE).run(&Frontend::default_policy());
    assert_eq!(outcome.image().text("/made"), "made\n");
}

#[test]
fn a_build_that_names_no_frontend_is_refused() {
    let outcome = DockerBuild::new(DOCKERFILE).files(Choice::BuiltIn);
    assert!(outcome.failure().contains(REFUSED), "{}", outcome.log);
}

#[test]
fn a_syntax_line_alone_is_refused() {
    let frontend = Frontend::default_policy();
    let outcome = DockerBuild::new(DOCKERFILE).files(Choice::SyntaxLine(&frontend));
    assert!(outcome.failure().contains(REFUSED), "{}", outcome.log);
    let text = format!("# syntax={}\n{DOCKERFILE}", frontend.name());
    let outcome = Build::new(&text).by_syntax().run(&frontend);
    assert!(outcome.failure().contains(REFUSED), "{}", outcome.log);
}

#[test]
fn a_frontend_of_another_repository_is_refused() {
    store("other/frontend:1", "not a frontend", &[]);
    let source = format!("source={}", here("other/frontend:1"));
    let build = Build::new(DOCKERFILE).arg("--opt").arg(&source);
    let outcome = build.run(&Frontend::default_policy());
    let refused = "is not an allowed gateway source";
    assert!(outcome.failure().contains(refused), "{}", outcome.log);
}
