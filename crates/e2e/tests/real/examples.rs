//! Builds under the policies of `examples`: what they allow is built, what they refuse is refused as their READMEs show.

use e2e::{Example, digest_of};

#[test]
fn startup() {
    let example = Example::new("startup");
    let image = example.run("Dockerfile").image();
    assert_eq!(image.config()["User"], "node");
    assert!(image.text("/app/server.js").contains("small team"));
    assert!(example.refused("Dockerfile.community").contains("FT101"));
    assert!(example.refused("Dockerfile.end-of-life").contains("FT131"));
}

#[test]
fn air_gapped() {
    let example = Example::new("air-gapped");
    let outcome = example.run("Dockerfile");
    let image = outcome.image();
    assert!(
        image
            .text("/usr/share/nginx/html/index.html")
            .contains("from outside")
    );
    // Not from Docker Hub: from the path of the registry that the policy names.
    assert!(
        outcome
            .log
            .contains("/hub/library/nginx:1.30-alpine@sha256:"),
        "{}",
        outcome.log
    );
    assert!(example.refused("Dockerfile.download").contains("FT141"));
    assert!(example.refused("Dockerfile.not-mirrored").contains("FT101"));
}

#[test]
fn migration() {
    // As on the day that it was written: the exception holds.
    let example = Example::new("migration").with("until: 2027-03-31", "until: 9999-12-31");
    let build = example.build("Dockerfile");
    build.run(&example.frontend()).image();
    let warnings = build.warnings(&example.frontend());
    let said = |what: &str| {
        warnings.iter().any(|warning| {
            warning["short"]
                .as_str()
                .is_some_and(|text| text.contains(what))
        })
    };
    assert!(said("team-checkout"), "{warnings:#?}");
    assert!(
        example
            .refused("Dockerfile.expired")
            .contains("team-search")
    );
    assert!(example.refused("Dockerfile.new").contains("FT101"));
}

#[test]
fn pinned() {
    let example = Example::new("pinned");
    let outcome = example.run("Dockerfile");
    outcome.image();
    for image in ["node:24-alpine", "nginx:1.30-alpine"] {
        let pulled = format!("{image}@{}", digest_of(&format!("library/{image}")));
        assert!(outcome.log.contains(&pulled), "{pulled}\n{}", outcome.log);
    }
    assert!(example.refused("Dockerfile.not-locked").contains("FT121"));
    assert!(
        example
            .refused("Dockerfile.another-digest")
            .contains("FT122")
    );
}
