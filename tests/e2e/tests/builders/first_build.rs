//! A plain build gives the image that Docker's own frontend gives.

use fromtier_e2e::{Builder, Choice, DockerBuild, Frontend};

fn build(more: &str) -> DockerBuild {
    let dockerfile = format!(
        "FROM node:22-alpine\nLABEL version=1\nENV A=1\nWORKDIR /app\nCOPY package.json ./\nRUN echo made > /made\nUSER node\n\
         CMD [\"node\", \"server.js\"]\n{more}"
    );
    DockerBuild::new(&dockerfile).file("package.json", "{}\n")
}

#[test]
fn the_image_equals_the_one_of_the_reference_frontend() {
    let build = build("EXPOSE 8080\n");
    let theirs = build
        .run(Choice::BuildArgument(&Frontend::reference()))
        .digest();
    let open = Frontend::open();
    assert_eq!(build.run(Choice::SyntaxLine(&open)).digest(), theirs);
    assert_eq!(build.run(Choice::BuildArgument(&open)).digest(), theirs);
}

#[test]
fn the_image_equals_the_one_of_the_builders_own_frontend() {
    // No EXPOSE: it has another line of history since Dockerfile 1.13.
    let build = build("");
    let theirs = build.run(Choice::BuiltIn);
    let ours = build.run(Choice::SyntaxLine(&Frontend::open()));
    if Builder::here() == Builder::OldBuildKit {
        // Its own frontend wrote `"OnBuild": null`, which later ones leave out.
        let (ours, theirs) = (ours.image(), theirs.image());
        let mut config = theirs.image_config();
        config["config"].as_object_mut().unwrap().remove("OnBuild");
        assert_eq!(ours.image_config(), config);
        assert_eq!(
            ours.manifests()[0].1["layers"],
            theirs.manifests()[0].1["layers"]
        );
    } else {
        assert_eq!(ours.digest(), theirs.digest(), "{}", ours.log);
    }
}

#[test]
fn the_image_has_the_files() {
    let outcome = build("").files(Choice::SyntaxLine(&Frontend::default_policy()));
    assert_eq!(outcome.text("made"), "made\n");
    assert_eq!(outcome.text("app/package.json"), "{}\n");
}
