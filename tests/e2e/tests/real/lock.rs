//! `fromtier lock` asks a real registry, and builds follow the lock that it wrote.

use fromtier_e2e::{Build, CliOutput, Example, Frontend, Guarded, forget, fromtier, here, store};

fn policy(registry: &str) -> String {
    format!("version: 1\ninternal: [\"{registry}/**\"]\nbase: {{digest: pin}}\n")
}

#[track_caller]
fn assert_output(output: &CliOutput, code: i32, parts: &[&str]) {
    assert_eq!(output.code, code, "{}", output.text);
    for part in parts {
        assert!(
            output.text.contains(part),
            "no {part:?} in:\n{}",
            output.text
        );
    }
}

#[test]
fn a_build_goes_by_the_lock_when_the_tag_has_moved() {
    let first = store("lock/moves:1", "first", &[]);
    let base = here("lock/moves:1");
    let build = Build::new(&format!("FROM {base}\nCOPY file /file\n"))
        .file("file", "mine")
        .file(".fromtier.yaml", policy(&here("lock")));
    let folder = build.folder().to_owned();
    let frontend = Frontend::default_policy();
    let refused = build.run(&frontend).failure();
    assert!(refused.contains("error[FT121]"), "{refused}");
    assert!(refused.contains("run `fromtier lock`"), "{refused}");

    assert_output(&fromtier(&folder, &["lock"]), 0, &["1 added"]);
    let lock = std::fs::read_to_string(folder.join("fromtier.lock")).unwrap();
    assert!(lock.contains(&format!("{base} {first} ")), "{lock}");
    let outcome = build.run(&frontend);
    assert_eq!(outcome.image().text("/version"), "first\n");
    assert!(
        outcome.log.contains(&format!("{base}@{first}")),
        "{}",
        outcome.log
    );

    let second = store("lock/moves:1", "second", &[]);
    assert_ne!(first, second);
    assert_eq!(build.run(&frontend).image().text("/version"), "first\n");
    let moved = format!("the registry returned {second}");
    assert_output(
        &fromtier(&folder, &["lock", "--check"]),
        1,
        &["has moved", &moved],
    );
    assert_output(&fromtier(&folder, &["lock"]), 0, &["1 kept"]);
    assert_eq!(build.run(&frontend).image().text("/version"), "first\n");
    assert_output(&fromtier(&folder, &["lock", "--update"]), 0, &["1 updated"]);
    assert_eq!(build.run(&frontend).image().text("/version"), "second\n");
}

#[test]
fn an_example_is_locked_again_and_built() {
    let example = Example::new("pinned");
    // Docker Hub is the private registry here, to the builder as well.
    let hub = here("").trim_end_matches('/').to_owned();
    let mirrors = format!("version: 1\nmirrors: {{docker.io: \"{hub}\"}}\n");
    let example = example.with("version: 1\n", &mirrors);
    let build = example
        .build("Dockerfile")
        .file("policy.yaml", example.policy());
    let folder = build.folder();
    std::fs::remove_file(folder.join("fromtier.lock")).unwrap();
    let output = fromtier(folder, &["lock", "--policy", "policy.yaml", "Dockerfile"]);
    assert_output(&output, 0, &["fromtier.lock: 2 added"]);
    let lock = std::fs::read_to_string(folder.join("fromtier.lock")).unwrap();
    // The very digests that the example's own test took from the registry's folder.
    let digests = |lock: &str| -> Vec<String> {
        let lines = lock.lines().filter(|line| line.starts_with("docker.io/"));
        lines
            .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()))
            .collect()
    };
    assert_eq!(digests(&lock), digests(example.lock()));
    let outcome = example.with_lock(lock).run("Dockerfile");
    outcome.image();
    assert!(
        outcome.log.contains("node:24-alpine@sha256:"),
        "{}",
        outcome.log
    );
}

#[test]
fn a_locked_digest_that_is_gone_from_the_registry_is_reported_as_locked() {
    let gone = store("lock/gone:1", "first", &[]);
    let base = here("lock/gone:1");
    let build = Build::new(&format!("FROM {base}\nCOPY file /file\n"))
        .file("file", "mine")
        .file(".fromtier.yaml", policy(&here("lock")));
    let folder = build.folder().to_owned();
    assert_output(&fromtier(&folder, &["lock"]), 0, &["1 added"]);
    store("lock/gone:1", "second", &[]);
    forget("lock/gone", &gone);
    let text = build.run(&Frontend::default_policy()).failure();
    for part in [
        &format!(
            "error[FT126]: {base} is unavailable at the digest that the lock file has had since 2"
        ),
        &format!(
            "help: if the registry no longer has it, lock the current digest: fromtier lock --update={base}"
        ),
        ">>> FROM",
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    let check = fromtier(&folder, &["lock", "--check"]);
    assert_output(
        &check,
        1,
        &["is no longer in the registry", "--> fromtier.lock:3:1"],
    );
    assert_output(
        &fromtier(&folder, &["lock", &format!("--update={base}")]),
        0,
        &["1 updated"],
    );
    let outcome = build.run(&Frontend::default_policy());
    assert_eq!(outcome.image().text("/version"), "second\n");
}

#[test]
fn the_images_of_a_bases_triggers_are_locked_and_built() {
    let other = here("lock/other:1");
    store("lock/other:1", "other", &[]);
    let trigger = format!("COPY --from={other} /version /copied");
    store("lock/base:1", "base", &[&trigger]);
    let build = Build::new(&format!("FROM {}\nCOPY file /file\n", here("lock/base:1")))
        .file("file", "mine")
        .file(".fromtier.yaml", policy(&here("lock")));
    let folder = build.folder().to_owned();
    let output = fromtier(&folder, &["lock"]);
    assert_output(&output, 0, &["2 added", &other]);
    let image = build.run(&Frontend::default_policy()).image();
    assert_eq!(image.text("/copied"), "other\n");
}

#[test]
fn a_registry_that_requires_a_login_gets_the_stored_one() {
    let guarded = Guarded::start();
    let name = guarded.name();
    store("lock/secret:1", "secret", &[]);
    let text = format!("FROM {name}/lock/secret:1\nFROM {name}/lock/secret:2\n");
    let build = Build::new(&text).file(".fromtier.yaml", policy(&name));
    let folder = build.folder().to_owned();
    let wants = format!("{name} requires a login for lock/secret");
    let how = format!("docker login {name}");
    assert_output(&fromtier(&folder, &["lock"]), 2, &[&wants, &how]);
    let store = |login: &str| {
        let config = format!("{{\"auths\": {{\"{name}\": {{\"auth\": \"{login}\"}}}}}}");
        drop(build.clone().file("docker/config.json", config));
    };
    store("dXNlcjp3cm9uZw==");
    assert_output(
        &fromtier(&folder, &["lock"]),
        2,
        &["refuses the stored login access to lock/secret"],
    );
    store("dXNlcjpzZWNyZXQ=");
    let missing = format!("error: {name} has no {name}/lock/secret:2\n --> Dockerfile:2:6");
    assert_output(
        &fromtier(&folder, &["lock"]),
        1,
        &[&missing, "1 added, 1 failed"],
    );
    // An image for both platforms: the index is what is locked.
    let both = [
        "lock",
        "--check",
        "--offline",
        "--platform",
        "linux/amd64,linux/arm64",
    ];
    assert_output(&fromtier(&folder, &both), 1, &["1 missing, 1 as locked"]);
}
