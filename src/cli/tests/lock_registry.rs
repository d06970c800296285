//! How `fromtier lock` gets along with registries: logins, patience, several at once.
#![cfg(test)]

mod support;

use std::time::{Duration, Instant};

use support::registry::{Auth, Registry};
use support::{Folder, assert_contains};

/// `user:secret`
const PAIR: &str = "dXNlcjpzZWNyZXQ=";

fn folder(registry: &Registry) -> Folder {
    registry.put("team/app:1", "1", &[]);
    let name = registry.name();
    Folder::new(&[
        ("Dockerfile", &format!("FROM {name}/team/app:1\n")),
        (
            ".fromtier.yaml",
            &format!("version: 1\ninternal: [\"{name}/**\"]\n"),
        ),
    ])
}

fn stored(folder: &Folder, registry: &Registry, login: &str) {
    let config = format!("{{\"auths\": {{\"{}\": {login}}}}}", registry.name());
    folder.write("docker/config.json", &config);
}

#[test]
fn a_registry_that_requires_a_login_is_reported_with_the_command() {
    let registry = Registry::start();
    registry.login(Auth::Basic(PAIR));
    let folder = folder(&registry);
    let name = registry.name();
    let out = folder.fails(&["lock"], 2);
    assert_contains(
        &out,
        &[
            &format!(
                "error: {name} requires a login for team/app, or it does not exist\n --> Dockerfile:1:6\n"
            ),
            &format!("help: check the name, or log in: docker login {name}\n"),
            "fromtier.lock: 1 failed\n",
        ],
    );
    assert!(!folder.has("fromtier.lock"));
    stored(&folder, &registry, "{\"auth\": \"dXNlcjp3cm9uZw==\"}");
    assert_contains(
        &folder.fails(&["lock"], 2),
        &[
            &format!("error: {name} refuses the stored login access to team/app\n"),
            &format!("help: log in again: docker login {name}\n"),
        ],
    );
    stored(&folder, &registry, &format!("{{\"auth\": \"{PAIR}\"}}"));
    folder.runs(&["lock"]);
    assert!(folder.has("fromtier.lock"));
}

#[test]
fn tokens_are_fetched_for_everybody_for_a_password_and_for_a_token() {
    let registry = Registry::start();
    let folder = folder(&registry);
    registry.login(Auth::Anonymous);
    folder.runs(&["lock"]);
    registry.login(Auth::Password(PAIR));
    assert_contains(
        &folder.fails(&["lock", "--update"], 2),
        &["requires a login for team/app"],
    );
    stored(&folder, &registry, &format!("{{\"auth\": \"{PAIR}\"}}"));
    folder.runs(&["lock", "--update"]);
    registry.login(Auth::Refresh("long-lived"));
    assert_contains(
        &folder.fails(&["lock", "--update"], 2),
        &["refuses the stored login access to team/app"],
    );
    stored(&folder, &registry, "{\"identitytoken\": \"long-lived\"}");
    folder.runs(&["lock", "--update"]);
}

#[test]
fn a_credential_helper_is_used() {
    let registry = Registry::start();
    registry.login(Auth::Basic(PAIR));
    let folder = folder(&registry);
    let name = registry.name();
    // A helper is called as `docker-credential-test get`; a shell by that name runs the file `get`. (A script that was
    // just written can't always be run: another test may start a program while it is still open.)
    std::fs::create_dir_all(folder.0.join("bin")).unwrap();
    std::os::unix::fs::symlink("/bin/sh", folder.0.join("bin/docker-credential-test")).unwrap();
    let helper = |text: &str| folder.write("get", text);
    folder.write(
        "docker/config.json",
        &format!("{{\"credHelpers\": {{\"{name}\": \"test\"}}}}"),
    );
    helper(
        "read server\necho \"{\\\"ServerURL\\\": \\\"$server\\\", \\\"Username\\\": \\\"user\\\", \\\"Secret\\\": \\\"secret\\\"}\"\n",
    );
    folder.runs(&["lock"]);
    folder.write(
        "docker/config.json",
        "{\"credsStore\": \"test\", \"auths\": {}}",
    );
    folder.runs(&["lock", "--update"]);
    helper("read server\necho 'credentials not found in native keychain'\nexit 1\n");
    assert_contains(
        &folder.fails(&["lock", "--update"], 2),
        &["requires a login for team/app"],
    );
    helper("read server\necho 'the keychain is locked' >&2\nexit 1\n");
    assert_contains(
        &folder.fails(&["lock", "--update"], 2),
        &[&format!(
            "help: docker login {name}; docker-credential-test failed: the keychain is locked"
        )],
    );
    folder.write("docker/config.json", "{\"credsStore\": \"none-such\"}");
    assert_contains(
        &folder.fails(&["lock", "--update"], 2),
        &["the credential helper in", "is missing or failed"],
    );
    folder.write("docker/config.json", "not json");
    assert_contains(
        &folder.fails(&["lock", "--update"], 2),
        &["config.json is not a valid Docker config"],
    );
    // None of that matters if the registry requires no login.
    registry.login(Auth::Open);
    folder.runs(&["lock", "--update"]);
}

#[test]
fn a_missing_image_is_reported_at_its_line() {
    let registry = Registry::start();
    let folder = folder(&registry);
    let name = registry.name();
    folder.write(
        "Dockerfile",
        &format!("FROM {name}/team/app:1\nFROM {name}/team/app:2\n"),
    );
    let out = folder.fails(&["lock"], 1);
    assert_contains(
        &out,
        &[
            &format!("error: {name} has no {name}/team/app:2\n --> Dockerfile:2:6\n"),
            "help: check the name and the tag",
            "fromtier.lock: 1 added, 1 failed\n",
        ],
    );
}

#[test]
fn a_failing_registry_is_retried_a_few_times() {
    let registry = Registry::start();
    let folder = folder(&registry);
    registry.fail(&[503, 429]);
    folder.runs(&["lock"]);
    registry.fail(&[500; 4]);
    let name = registry.name();
    let out = folder.fails(&["lock", "--update"], 2);
    let message = format!("{name} returned status 500 for {name}/team/app:1: told to fail");
    assert_contains(&out, &[&message, "1 failed"]);
    // Locked images stay locked.
    assert_contains(&folder.read("fromtier.lock"), &["team/app:1 sha256:"]);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn a_registry_that_is_not_there_is_not_waited_for() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM localhost:1/team/app:1\n"),
        (
            ".fromtier.yaml",
            "version: 1\ninternal: [\"localhost:1/**\"]\n",
        ),
    ]);
    let begun = Instant::now();
    let out = folder.fails(&["lock"], 2);
    assert_contains(
        &out,
        &["error: can't reach localhost:1 for localhost:1/team/app:1: the connection was refused"],
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn bytes_that_are_not_their_digests_are_not_locked() {
    let registry = Registry::start();
    let folder = folder(&registry);
    folder.runs(&["lock"]);
    registry.tamper("team/app", "1");
    let name = registry.name();
    let out = folder.fails(&["lock", "--check"], 2);
    assert_contains(
        &out,
        &[&format!(
            "unexpected response from {name} for {name}/team/app:1: the content of sha256:"
        )],
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn many_images_are_requested_at_the_same_time() {
    let registry = Registry::start();
    let mut args = vec!["lock".to_owned()];
    for number in 0..20 {
        registry.put(&format!("team/app{number}:1"), "1", &[]);
        args.push(format!("--image={}/team/app{number}:1", registry.name()));
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let policy = format!("version: 1\ninternal: [\"{}/**\"]\n", registry.name());
    let folder = Folder::new(&[(".fromtier.yaml", &policy)]);
    registry.delay(Duration::from_millis(200));
    let begun = Instant::now();
    // Nothing on the other output: it is no terminal.
    assert_contains(&folder.runs(&args), &["fromtier.lock: 20 added\n"]);
    let took = begun.elapsed();
    assert!(took < Duration::from_millis(20 * 200 / 2), "{took:?}");
    assert!(
        (2..=8).contains(&registry.most_at_once()),
        "{}",
        registry.most_at_once()
    );
    // Once each, and no manifest is fetched: no Dockerfile uses these images, so nothing runs their triggers.
    let requests = registry.requests();
    assert_eq!(requests.len(), 20, "{requests:#?}");
    assert!(
        requests.iter().all(|request| request.starts_with("HEAD ")),
        "{requests:#?}"
    );
}

#[test]
fn a_registry_without_head_gets_a_get() {
    let registry = Registry::start();
    let folder = folder(&registry);
    let name = registry.name();
    folder.write("Dockerfile", "FROM scratch\n");
    registry.without_head();
    let image = format!("--image={name}/team/app:1");
    assert_contains(
        &folder.runs(&["lock", &image]),
        &["fromtier.lock: 1 added\n"],
    );
    let ways: Vec<_> = registry.requests();
    assert_eq!(ways.len(), 2, "{ways:?}");
}

#[test]
fn what_is_no_manifest_is_not_locked() {
    let registry = Registry::start();
    for text in ["<html>Please log in</html>", &"[".repeat(200_000)] {
        registry.put_text("library/node:24", text);
        let folder = Folder::new(&[
            ("Dockerfile", "FROM node:24\n"),
            (".fromtier.yaml", &registry.policy("")),
        ]);
        let out = folder.fails(&["lock"], 2);
        assert_contains(&out, &["its answer is not a manifest"]);
        assert!(!folder.0.join("fromtier.lock").exists());
    }
}
