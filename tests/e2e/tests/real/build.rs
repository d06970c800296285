//! The options of a build: targets, platforms, contexts, labels, ignore files, caches, sub-requests.

use fromtier_e2e::{Build, Frontend, same, same_warnings};

#[test]
fn the_target_and_what_it_needs_are_built() {
    let image = same(
        &Build::new(
            "FROM busybox AS one\nRUN echo one > /said\nFROM one AS two\nRUN echo two >> /said\nFROM two AS broken\nRUN exit 1\n",
        )
        .opt("target=Two"),
    );
    assert_eq!(image.text("/said"), "one\ntwo\n");
}

#[test]
fn labels_are_added() {
    let image = same(
        &Build::new("FROM busybox\nLABEL a=1 b=2\n")
            .opt("label:a=over")
            .opt("label:c=3"),
    );
    let labels = &image.config()["Labels"];
    assert_eq!(
        (labels["a"].as_str(), labels["b"].as_str()),
        (Some("over"), Some("2"))
    );
    assert_eq!(labels["c"], "3");
}

#[test]
fn one_other_platform() {
    let image =
        same(&Build::new("FROM busybox\nRUN echo built > /said\n").opt("platform=linux/arm64"));
    assert_eq!(image.manifests()[0].0, "linux/arm64");
}

#[test]
fn several_platforms() {
    let image = same(
        &Build::new(
            "FROM --platform=$BUILDPLATFORM busybox AS build\nARG TARGETARCH\nRUN echo $TARGETARCH > /arch\nFROM busybox\nCOPY --from=build /arch /\n",
        )
        .opt("platform=linux/amd64,linux/arm64,linux/arm/v7"),
    );
    let platforms: Vec<_> = image
        .manifests()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64", "linux/arm/v7"]);
}

#[test]
fn ignored_files_stay_out() {
    let build = Build::new("FROM scratch\nCOPY . /\n")
        .file(
            ".dockerignore",
            "# comment\n*.log\n!keep.log\ndir/**/tmp\nDockerfile\n",
        )
        .file("a.log", "a")
        .file("keep.log", "k")
        .file("dir/x/tmp/y", "y")
        .file("dir/x/z", "z");
    let image = same(&build);
    assert!(image.has("/keep.log") && image.has("/dir/x/z"));
    assert!(!image.has("/a.log") && !image.has("/dir/x/tmp") && !image.has("/Dockerfile"));
}

#[test]
fn a_dockerfile_has_an_ignore_file_of_its_own() {
    let build = Build::new("FROM scratch\n")
        .file("other.Dockerfile", "FROM scratch\nCOPY . /\n")
        .file("other.Dockerfile.dockerignore", "secret\n")
        .file(".dockerignore", "public\n")
        .file("secret", "s")
        .file("public", "p")
        .opt("filename=other.Dockerfile");
    let image = same(&build);
    assert!(image.has("/public") && !image.has("/secret"));
}

#[test]
fn no_cache_runs_again() {
    let once = Build::new("FROM busybox\nRUN head -c 16 /dev/urandom | md5sum > /random\n");
    let first = same(&once).text("/random");
    assert_eq!(same(&once).text("/random"), first);
    let again = once.opt("no-cache=");
    let second = again.run(&Frontend::open()).image().text("/random");
    assert_ne!(second, first);
}

#[test]
fn a_named_context_replaces_a_base_and_an_image_to_copy_from() {
    let build = Build::new(
        "FROM base\nCOPY --from=files /etc/alpine-release /a\nCOPY --from=local /b /b\n",
    )
    .file("elsewhere/b", "local");
    let elsewhere = build.folder().join("elsewhere");
    let image = same(
        &build
            .opt("context:base=docker-image://alpine:latest")
            .opt("context:files=docker-image://alpine:latest")
            .opt("context:local=local:elsewhere")
            .arg("--local")
            .arg(&format!("elsewhere={}", elsewhere.display())),
    );
    assert_eq!(image.text("/b"), "local");
}

#[test]
fn a_context_of_an_image_layout() {
    let made = Build::new("FROM busybox\nRUN echo layout > /from-layout\n");
    let archive = made.folder().join("made.tar");
    let outcome = made
        .arg("--output")
        .arg(&format!("type=oci,dest={}", archive.display()));
    assert!(outcome.run(&Frontend::reference()).ok);
    let layout = outcome.folder().join("layout");
    std::fs::create_dir_all(&layout).unwrap();
    let mut tar = tar::Archive::new(std::fs::File::open(&archive).unwrap());
    tar.unpack(&layout).unwrap();
    let index: serde_json::Value =
        serde_json::from_slice(&std::fs::read(layout.join("index.json")).unwrap()).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap();
    let image = same(
        &Build::new("FROM base\nRUN cat /from-layout > /said\n")
            .opt(&format!("context:base=oci-layout://store@{digest}"))
            .arg("--oci-layout")
            .arg(&format!("store={}", layout.display())),
    );
    assert_eq!(image.text("/said"), "layout\n");
}

#[test]
fn the_time_of_all_files_can_be_fixed() {
    let build = Build::new(
        "FROM busybox\nARG SOURCE_DATE_EPOCH\nRUN echo $SOURCE_DATE_EPOCH > /said\nCOPY a /a\n",
    )
    .file("a", "a")
    .opt("build-arg:SOURCE_DATE_EPOCH=1700000000");
    let image = same(&build);
    assert_eq!(image.text("/said"), "1700000000\n");
    assert_eq!(image.image_config()["created"], "2023-11-14T22:13:20Z");
}

#[test]
fn the_syntax_line_brings_the_frontend() {
    let ours = Frontend::open();
    let build = Build::new(&format!(
        "# syntax={}\nFROM busybox\nRUN echo hi > /said\n",
        ours.name()
    ));
    assert_eq!(build.by_syntax().run(&ours).image().text("/said"), "hi\n");
}

#[test]
fn an_argument_brings_the_frontend() {
    let ours = Frontend::open();
    let build = Build::new("FROM busybox\nRUN echo hi > /said\n")
        .opt(&format!("build-arg:BUILDKIT_SYNTAX={}", ours.name()));
    assert_eq!(build.by_syntax().run(&ours).image().text("/said"), "hi\n");
}

#[test]
fn warnings_are_the_references() {
    let build = Build::new(
        "from busybox as Stage\nMAINTAINER me\nENV OLD form\nWORKDIR relative\nCMD echo shell\nENTRYPOINT echo twice\nENTRYPOINT echo again\n",
    );
    assert_eq!(same(&build).config()["WorkingDir"], "/relative");
    let count = same_warnings(&build);
    assert!(count > 3, "only {count} warnings");
}

#[test]
fn attestations_are_made() {
    let build =
        Build::new("FROM busybox\nRUN echo x > /x\n").opt("attest:provenance=mode=max,version=v1");
    let outcome = build.run(&Frontend::open());
    let image = outcome.image();
    let kinds: Vec<_> = image.manifests();
    assert_eq!(kinds.len(), 2, "an image and its attestation: {kinds:?}");
}
