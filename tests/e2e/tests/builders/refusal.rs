//! A refused build shows the same text on every builder: the one at the top of the README.

use std::path::Path;

use fromtier_e2e::{Choice, DockerBuild, DockerOutcome, Frontend};

/// The lines of the README's first code block from the error on.
fn shown() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let block = readme.split("```").nth(1).unwrap();
    let lines = block.lines().skip_while(|line| !line.starts_with("error["));
    lines.map(str::to_owned).collect()
}

#[track_caller]
fn assert_as_shown(outcome: &DockerOutcome) {
    let shown = shown();
    assert!(shown.len() >= 2, "the README shows no refusal: {shown:?}");
    let text = outcome.failure();
    assert!(
        text.contains(&shown.join("\n")),
        "the README shows\n{}\nand it is\n{text}",
        shown.join("\n")
    );
    assert!(
        text.contains(">>> FROM random-user/node-custom:latest"),
        "{text}"
    );
}

#[test]
fn a_community_image_is_refused_as_the_readme_shows() {
    let build = DockerBuild::new("FROM random-user/node-custom:latest\nRUN touch /x\n");
    let frontend = Frontend::default_policy();
    assert_as_shown(&build.run(Choice::SyntaxLine(&frontend)));
    assert_as_shown(&build.run(Choice::BuildArgument(&frontend)));
}

#[test]
fn nothing_is_pulled_for_a_refused_build() {
    let build = DockerBuild::new("FROM random-user/node-custom:latest\nRUN touch /x\n");
    let outcome = build.run(Choice::SyntaxLine(&Frontend::default_policy()));
    let text = outcome.failure();
    assert!(!text.contains("[1/2] FROM"), "{text}");
}
