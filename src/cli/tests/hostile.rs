//! Hostile repositories: links that leave them, special files, endless files. Nothing of another file
//! is printed, and nothing hangs.
#![cfg(test)]

mod folder;

use folder::{Answer, Folder};

const SECRET: &str = "TOKEN: hunter2\n";
const SECRETS: [&str; 3] = ["hunter2", "root:", "TOKEN"];

/// A repository in a folder, and a secret in the folder beside it.
fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(&[
        ("secret/config.yaml", SECRET),
        ("secret/Dockerfile", SECRET),
    ]);
    std::fs::remove_dir_all(folder.0.join(".git")).unwrap();
    std::fs::create_dir_all(folder.0.join("repo/.git")).unwrap();
    folder.write("repo/.git/config", SECRET);
    for (path, text) in files {
        folder.write(&format!("repo/{path}"), text);
    }
    folder
}

/// The program refuses at once, with an error, and prints no secret.
#[track_caller]
fn refuses(folder: &Folder, args: &[&str], message: &str) -> Answer {
    let answer = folder.run_limited(args);
    let out = format!("{}{}", answer.out, answer.err);
    assert_eq!(answer.code, 2, "{args:?}: {out}");
    assert!(out.contains(message), "{args:?}: no {message:?} in: {out}");
    for secret in SECRETS {
        assert!(!out.contains(secret), "{args:?}: {out}");
    }
    answer
}

#[test]
fn a_policy_extends_only_policies_of_its_repository() {
    for (extended, message) in [
        (
            "/proc/self/environ",
            "only files in the repository and in /etc/fromtier can be extended",
        ),
        ("/etc/shadow", "only files in the repository"),
        ("/dev/zero", "only files in the repository"),
        (
            "../secret/config.yaml",
            "the path leads out of the repository",
        ),
        ("out/config.yaml", "the path leads out of the repository"),
        ("environ.yaml", "the path leads out of the repository"),
        ("zero.yaml", "the path leads out of the repository"),
        ("pipe.yaml", "expected a regular file, found a named pipe"),
        ("policies", "isn't named as a policy"),
        ("policies.yaml", "expected a file, found a directory"),
        (".git/config", "isn't named as a policy"),
        ("git.yaml", "the path leads into a `.git` directory"),
        ("env.yaml", "a link to a file that isn't named as a policy"),
        ("gone.yaml", "a link to a file that doesn't exist"),
        ("keys.yaml", "it isn't a policy"),
        (
            "large.yaml",
            "the file is larger than 512 KiB, the limit for a policy",
        ),
    ] {
        let text = format!("version: 1\nextends: {extended}\n");
        let folder = repository(&[
            ("Dockerfile", "FROM node:24\n"),
            (".fromtier.yaml", &text),
            (".env", SECRET),
            ("keys.yaml", SECRET),
            (
                "large.yaml",
                &format!("{}\nversion: 1\n", "#".repeat(1 << 20)),
            ),
            ("policies.yaml/x", ""),
        ]);
        folder.link("repo/out", "../secret");
        folder.link("repo/environ.yaml", "/proc/self/environ");
        folder.link("repo/zero.yaml", "/dev/zero");
        folder.link("repo/git.yaml", ".git/config");
        folder.link("repo/env.yaml", ".env");
        folder.link("repo/gone.yaml", "nowhere.yaml");
        folder.pipe("repo/pipe.yaml");
        for args in [
            &["check", "repo"][..],
            &["check", "repo", "--format", "json"],
            &["lock", "--check", "--offline", "repo"],
        ] {
            refuses(&folder, args, message);
        }
        let answer = folder.run_limited(&["policy", "check", "repo"]);
        assert_eq!(answer.code, 1, "{}", answer.out);
        assert!(
            answer.out.contains(message) && !answer.out.contains("hunter2"),
            "{}",
            answer.out
        );
    }
}

#[test]
fn a_file_of_a_repository_that_leads_out_of_it_is_not_read() {
    for (path, kind) in [
        ("repo/Dockerfile", "Dockerfile"),
        ("repo/.fromtier.yaml", "config.yaml"),
        ("repo/fromtier.lock", "config.yaml"),
    ] {
        for target in [
            &format!("../secret/{kind}"),
            "/etc/passwd",
            "/dev/zero",
            "/proc/self/environ",
        ] {
            let folder = repository(&[]);
            folder.link(path, target);
            if !path.ends_with("Dockerfile") {
                folder.write("repo/Dockerfile", "FROM node:24\n");
            }
            refuses(
                &folder,
                &["check", "repo"],
                "the path leads out of the repository",
            );
            refuses(
                &folder,
                &["check", "repo/Dockerfile"],
                "the path leads out of the repository",
            );
            refuses(
                &folder,
                &["lock", "--check", "--offline", "repo"],
                "the path leads out of the repository",
            );
        }
    }
}

#[test]
fn a_table_and_what_it_names_stay_in_the_repository() {
    for row in [
        "policy: ../secret/config.yaml",
        "policy: /etc/passwd",
        "lock: /etc/passwd",
        "lock: ../secret/config.yaml",
    ] {
        let text = format!("{row}\ntests: [{{image: node, expect: allow}}]\n");
        let folder = repository(&[
            (".fromtier.yaml", "version: 1\n"),
            (".fromtier.test.yaml", &text),
        ]);
        refuses(
            &folder,
            &["policy", "test", "repo"],
            "the path leads out of the repository",
        );
    }
    let folder = repository(&[(".fromtier.yaml", "version: 1\n")]);
    folder.link("repo/.fromtier.test.yaml", "../secret/config.yaml");
    refuses(
        &folder,
        &["policy", "test", "repo"],
        "the path leads out of the repository",
    );
}

#[test]
fn a_pipe_is_refused_at_once_and_the_rest_is_checked() {
    for (pipe, args) in [
        ("Dockerfile.x", &["check", "repo"][..]),
        ("Dockerfile.x", &["lock", "--check", "--offline", "repo"]),
        ("Dockerfile.x", &["check", "repo/Dockerfile.x"]),
        (".gitignore", &["check", "repo"]),
        (".fromtier.yaml", &["check", "repo"]),
        (".fromtier.yaml", &["policy", "check", "repo"]),
        ("app/fromtier.lock", &["check", "repo"]),
        ("org.yaml", &["check", "repo", "--policy", "repo/org.yaml"]),
        (
            "named.lock",
            &["check", "repo", "--lock", "repo/named.lock"],
        ),
        (".fromtier.test.yaml", &["policy", "test", "repo"]),
    ] {
        let folder = repository(&[("app/Dockerfile", "FROM acme/tool\n")]);
        folder.pipe(&format!("repo/{pipe}"));
        let answer = refuses(&folder, args, "expected a regular file, found a named pipe");
        if args == ["check", "repo"] && !pipe.contains("lock") && pipe != ".fromtier.yaml" {
            assert!(answer.out.contains("error[FT101]"), "{}", answer.out);
        }
    }
}

#[test]
fn a_link_that_stays_in_the_repository_is_followed() {
    let folder = repository(&[
        ("app/Dockerfile.prod", "FROM acme/tool\n"),
        (
            "policies/base.yaml",
            "version: 1\ntiers: {community: allow}\n",
        ),
        ("app/.fromtier.yaml", "version: 1\nextends: up/base.yaml\n"),
        ("locks/shared.lock", ""),
    ]);
    folder.link("repo/app/Dockerfile", "./Dockerfile.prod");
    folder.link("repo/app/up", "../policies");
    folder.link("repo/app/fromtier.lock", "../locks/shared.lock");
    let answer = folder.run_limited(&["check", "repo/app"]);
    assert_eq!(answer.code, 0, "{}", answer.out);
    assert!(answer.out.contains("2 files, 2 sources"), "{}", answer.out);
}

#[test]
fn a_policy_on_the_command_line_can_be_anywhere_and_extends_files_below_it() {
    let org = "version: 1\nextends: more/base.yaml\n";
    let folder = repository(&[("Dockerfile", "FROM acme/tool\n")]);
    folder.write("org/policy.yaml", org);
    folder.write(
        "org/more/base.yaml",
        "version: 1\ntiers: {community: allow}\n",
    );
    folder.write(
        "repo/.fromtier.yaml",
        "version: 1\nextends: /etc/fromtier/more/base.yaml\n",
    );
    let answer = folder.run_limited(&["check", "repo", "--policy", "org/policy.yaml"]);
    assert_eq!(answer.code, 0, "{}", answer.out);
    folder.write(
        "org/policy.yaml",
        "version: 1\nextends: ../secret/config.yaml\n",
    );
    refuses(
        &folder,
        &["check", "repo", "--policy", "org/policy.yaml"],
        "the path leads out of the directory",
    );
    folder.write(
        "repo/.fromtier.yaml",
        "version: 1\nextends: /etc/fromtier/../../secret/config.yaml\n",
    );
    refuses(&folder, &["check", "repo"], "can be extended");
}

#[test]
fn a_misnamed_policy_is_an_error_with_the_right_name() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        (
            ".fromtier.yml",
            "version: 1\ntiers: {docker-official-image: deny}\n",
        ),
    ]);
    let message =
        ".fromtier.yml: a policy with this name is never read; rename it to `.fromtier.yaml`";
    refuses(&folder, &["check"], message);
    refuses(&folder, &["policy", "explain", "node"], message);
}
