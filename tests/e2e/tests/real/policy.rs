//! A policy's verdicts reach the user of a real builder: parts of a build, extended files, refusals on one screen,
//! verdicts as data.

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
fn a_build_stage_may_be_laxer_than_what_ships() {
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
