//! Several stages, a cache mount and a secret.

use fromtier_e2e::{Choice, DockerBuild, Frontend};

#[test]
fn stages_with_a_cache_mount_and_a_secret_give_the_same_image() {
    let build = DockerBuild::new(
        "FROM golang:1.26-alpine AS build\nWORKDIR /src\nCOPY . .\n\
         RUN --mount=type=cache,target=/cache --mount=type=secret,id=token \\\n    \
         echo kept >> /cache/file && cat /run/secrets/token > /src/out && test -s /cache/file\n\
         FROM busybox\nCOPY --from=build /src/out /out\nRUN <<END\ncat /out > /copied\nEND\n",
    );
    let secret = build.folder().with_file_name("token");
    std::fs::write(&secret, "hidden\n").unwrap();
    let build = build.arg(&format!("--secret=id=token,src={}", secret.display()));
    let theirs = build.run(Choice::BuildArgument(&Frontend::reference()));
    let ours = build.run(Choice::SyntaxLine(&Frontend::default_policy()));
    assert_eq!(ours.digest(), theirs.digest());
    let files = build.files(Choice::SyntaxLine(&Frontend::default_policy()));
    assert_eq!(files.text("copied"), "hidden\n");
}
