//! Several platforms at once, where the builder can.

use fromtier_e2e::{Builder, Choice, DockerBuild, Frontend};

#[test]
fn an_image_for_two_platforms_equals_the_one_of_the_reference_frontend() {
    let build = DockerBuild::new("FROM busybox\nARG TARGETARCH\nCOPY $TARGETARCH /architecture\n")
        .file("amd64", "amd64\n")
        .file("arm64", "arm64\n")
        .arg("--platform=linux/amd64,linux/arm64");
    let ours = build.run(Choice::SyntaxLine(&Frontend::default_policy()));
    if Builder::here() == Builder::Engine {
        // The client refuses it before the frontend starts.
        let text = ours.failure();
        assert!(
            text.contains("Multi-platform build is not supported"),
            "{text}"
        );
        return;
    }
    let theirs = build.run(Choice::BuildArgument(&Frontend::reference()));
    assert_eq!(ours.digest(), theirs.digest());
    let files = build.files(Choice::SyntaxLine(&Frontend::default_policy()));
    assert_eq!(files.text("linux_arm64/architecture"), "arm64\n");
}

#[test]
fn another_platform_than_the_builders_gets_its_own_base() {
    let build = DockerBuild::new(
        "FROM --platform=$TARGETPLATFORM busybox\nARG TARGETARCH\nCOPY $TARGETARCH /architecture\n",
    )
    .file("arm64", "arm64\n")
    .arg("--platform=linux/arm64");
    let files = build.files(Choice::SyntaxLine(&Frontend::default_policy()));
    assert_eq!(files.text("architecture"), "arm64\n");
}
