//! Builds under the policies of `examples`: allowed images are built, refused ones are refused as their READMEs show.

use fromtier_e2e::{Build, Example, Frontend, digest_of};

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
    // As on the day that it was written: the exception applies.
    let example = Example::new("migration")
        .with("until: 2027-03-31", "until: 9999-12-31")
        .with("exceptions-max: 180d", "exceptions-max: 4000000d");
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

#[test]
fn regulated() {
    // The platform team's images, built today; one of them has no user.
    let labels = "LABEL org.opencontainers.image.source=https://git.example.com/platform com.example.approved-by=platform\n";
    for (name, from, user) in [
        ("platform/python:3.14", "python:3.14-slim", "USER 1000\n"),
        ("platform/tools:3", "busybox", ""),
    ] {
        let build = Build::new(&format!("FROM {from}\nRUN touch /built\n{labels}{user}"));
        build.run(&Frontend::open()).image().store(name);
    }
    let example = Example::new("regulated");
    let outcome = example.run("Dockerfile");
    assert!(outcome.image().text("/app/report.py").contains("quarterly"));
    let pulled = format!("python:3.14@{}", digest_of("platform/python:3.14"));
    assert!(outcome.log.contains(&pulled), "{pulled}\n{}", outcome.log);
    assert!(
        example
            .refused("Dockerfile.official-ships")
            .contains("FT104")
    );
    assert!(example.refused("Dockerfile.root").contains("FT136"));
    assert!(example.refused("Dockerfile.download").contains("FT141"));
    // The same image without its labels: it names no owner.
    let bare = Build::new("FROM python:3.14-slim\nRUN touch /other\nUSER 1000\n");
    bare.run(&Frontend::open())
        .image()
        .store("platform/python:3.14");
    let text = Example::new("regulated").run("Dockerfile").failure();
    assert!(text.contains("FT138"), "{text}");
}

#[test]
fn roll_out() {
    let example = Example::new("roll-out");
    let build = example.build("Dockerfile");
    build.run(&example.frontend()).image();
    let warnings = build.warnings(&example.frontend());
    for what in ["end of life", "community image"] {
        let said = warnings.iter().any(|warning| {
            warning["short"]
                .as_str()
                .is_some_and(|text| text.contains(what))
        });
        assert!(said, "{what}: {warnings:#?}");
    }
    example.run("ready/Dockerfile").image();
    assert!(
        example
            .refused("ready/Dockerfile.community")
            .contains("FT101")
    );
}
