//! A policy's verdicts reach the user of a real builder: parts of a build, extended files, refusals on one screen,
//! verdicts as data.

use std::path::Path;

use fromtier_e2e::{Build, Frontend};

const STRICT: &str = "version: 1\n";

#[test]
fn three_refused_images_are_on_one_screen() {
    let build = Build::new(
        "FROM random-user/node-custom AS build\nFROM busybox\nCOPY --from=build / /b\nCOPY --from=random-user/node-old /etc /e\nRUN --mount=from=random-user/other,target=/m ls /m\n",
    );
    let text = build.run(&Frontend::with_policy(STRICT)).failure();
    for line in [
        ">>> FROM random-user/node-custom AS build",
        ">>> COPY --from=random-user/node-old /etc /e",
        ">>> RUN --mount=from=random-user/other,target=/m ls /m",
        "error[FT101]: docker.io/random-user/node-custom is a community image",
        "Dockerfile:4: error[FT101]: docker.io/random-user/node-old is a community image",
        "Dockerfile:5: error[FT101]: docker.io/random-user/other is a community image",
    ] {
        assert!(text.contains(line), "no `{line}`:\n{text}");
    }
    assert_eq!(text.matches("help: use ").count(), 3, "{text}");
}

#[test]
fn a_build_stage_can_have_looser_rules_than_shipped_stages() {
    let policy = Frontend::with_policy(
        "version: 1\nstages:\n  \"build-*\": {tiers: {community: warn}}\n  final: {base: {labels: {forbid: [internal-only]}}}\n",
    );
    let lax = Build::new(
        "FROM random-user/node-custom AS build-x\nRUN echo made > /tmp/made\nFROM busybox\nCOPY --from=build-x /tmp/made /made\n",
    );
    assert_eq!(lax.run(&policy).image().text("/made"), "made\n");
    let ships = Build::new("FROM random-user/node-custom AS build-x\nRUN echo made > /tmp/made\n");
    assert!(ships.run(&policy).failure().contains("FT101"));
}

#[test]
fn a_repositorys_policy_extends_a_file_beside_it_or_of_the_frontend() {
    let build = || {
        Build::new("FROM random-user/node-custom\nRUN echo x > /tmp/x\n").file(
            ".fromtier.yaml",
            "extends: policies/team.yaml\nversion: 1\n",
        )
    };
    let organization = Frontend::with_policy("version: 1\ntiers: {community: warn}\n");
    let team =
        "version: 1\nimages: [{match: random-user/*, action: deny, reason: not in this team}]\n";
    let refused = build().file("policies/team.yaml", team);
    let text = refused.run(&organization).failure();
    assert!(
        text.contains("FT106") && text.contains("not in this team"),
        "{text}"
    );
    let baked = build().file(
        "policies/team.yaml",
        "version: 1\nextends: /etc/fromtier/policy.yaml\n",
    );
    assert_eq!(baked.run(&organization).image().text("/tmp/x"), "x\n");
    let text = build().run(&organization).failure();
    assert!(
        text.contains("FT001") && text.contains("policies/team.yaml can't be read"),
        "{text}"
    );
}

#[test]
fn verdicts_are_an_object_in_the_metadata_file() {
    let build = Build::new("FROM random-user/node-custom\nRUN echo x > /tmp/x\n");
    let outcome = build.run(&Frontend::with_policy(
        "version: 1\ntiers: {community: warn}\n",
    ));
    outcome.image();
    let document = &outcome.metadata()["frontend.fromtier.verdicts"];
    assert_eq!(document["version"], 2, "{document}");
    let sources = document["sources"].as_array().unwrap();
    let image = sources
        .iter()
        .find(|source| source["reference"] == "random-user/node-custom")
        .unwrap();
    assert_eq!(image["verdict"], "warn");
    assert_eq!(image["findings"][0]["code"], "FT101");
    let resolved = image["resolved"].as_str().unwrap();
    assert!(
        resolved.contains("node-custom:latest@sha256:"),
        "{resolved}"
    );
}

/// A repository's policy beside an organization's that allows community images.
const DENY: &str = "version: 1\ntiers: {community: deny}\n";

/// A build that passes unless the policy in its folder is read.
fn refused_by_its_policy() -> (Build, Frontend) {
    let frontend = Frontend::with_policy("version: 1\ntiers: {community: allow}\n");
    (Build::new("FROM random-user/node-custom\n"), frontend)
}

#[test]
fn a_policy_or_lock_file_that_is_a_link_out_of_the_folder_stops_the_build() {
    for name in [".fromtier.yaml", "fromtier.lock"] {
        for target in ["../outside.yaml", "/etc/hostname", "missing.yaml"] {
            let (build, frontend) = refused_by_its_policy();
            let outside = build.folder().join("../outside.yaml");
            std::fs::write(outside, "version: 1\n").unwrap();
            let text = build.link(name, target).run(&frontend).failure();
            assert!(
                text.contains(&format!("error[FT001]: {name} can't be read: it is a link to a file that isn't in the directory of the build")),
                "{name} -> {target}: {text}"
            );
        }
    }
    // A link that stays in the folder is followed.
    let (build, frontend) = refused_by_its_policy();
    let build = build.link(".fromtier.yaml", "policies/own.yaml");
    let text = build
        .file("policies/own.yaml", DENY)
        .run(&frontend)
        .failure();
    assert!(text.contains("error[FT101]"), "{text}");
}

#[test]
fn a_policy_is_found_whatever_the_name_of_the_dockerfile_ends_with() {
    for filename in [
        "Dockerfile/",
        "Dockerfile/.",
        "./Dockerfile",
        "a/Dockerfile",
        "a/b/Dockerfile",
    ] {
        let (build, frontend) = refused_by_its_policy();
        let build = build
            .file(".fromtier.yaml", DENY)
            .file("a/Dockerfile", "FROM random-user/node-custom\n")
            .file("a/b/Dockerfile", "FROM random-user/node-custom\n")
            .opt(&format!("filename={filename}"));
        let text = build.run(&frontend).failure();
        assert!(text.contains("error[FT101]"), "{filename}: {text}");
    }
}

#[test]
fn a_misnamed_policy_and_a_named_pipe_stop_the_build_at_once() {
    let (build, frontend) = refused_by_its_policy();
    let text = build.file(".fromtier.yml", DENY).run(&frontend).failure();
    assert!(
        text.contains("error[FT001]: .fromtier.yml: a policy with this name is never read")
            && text.contains("help: rename it to `.fromtier.yaml`"),
        "{text}"
    );
    for name in [".fromtier.yaml", "fromtier.lock", "Dockerfile", "base.yaml"] {
        let (mut build, frontend) = refused_by_its_policy();
        if name == "base.yaml" {
            build = build.file(".fromtier.yaml", "version: 1\nextends: base.yaml\n");
        }
        let path = build.folder().join(name);
        let _ = std::fs::remove_file(&path);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let text = build.run(&frontend).failure();
        assert!(
            text.contains(&format!(
                "error[FT001]: {name} can't be read: expected a regular file, found a named pipe"
            )),
            "{name}: {text}"
        );
    }
}

#[test]
fn a_broken_policy_or_lock_file_is_not_packed() {
    let folder = Path::new(&std::env::var_os("FROMTIER_RUN").unwrap()).join("packed");
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name);
    std::fs::write(path("policy.yaml"), "version: 1\nnosuch: 1\n").unwrap();
    std::fs::write(path("fromtier.lock"), "not a line\n").unwrap();
    let pack = |key: &str, value: &str| {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../scripts/frontend-image.sh"
        );
        let out = path("image.tar");
        let run = std::process::Command::new(script)
            .arg(&out)
            .env("FRONTEND", std::env::var("FROMTIER_BINARY").unwrap())
            .env_remove("POLICY")
            .env_remove("LOCK")
            .env(key, path(value))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&run.stderr).into_owned();
        (run.status.success() && out.exists(), text)
    };
    let (packed, text) = pack("POLICY", "policy.yaml");
    assert!(!packed && text.contains("unknown key `nosuch`"), "{text}");
    let (packed, text) = pack("LOCK", "fromtier.lock");
    assert!(!packed && text.contains("is not a valid digest"), "{text}");
    std::fs::write(path("policy.yaml"), "version: 1\n").unwrap();
    let row = "tests:\n- {image: node:22, expect: deny}\n";
    std::fs::write(path("policy.test.yaml"), row).unwrap();
    let (packed, text) = pack("POLICY", "policy.yaml");
    assert!(!packed && text.contains("policy.test.yaml fails"), "{text}");
    std::fs::remove_file(path("policy.test.yaml")).unwrap();
    let (packed, text) = pack("POLICY", "policy.yaml");
    assert!(packed, "{text}");
}
