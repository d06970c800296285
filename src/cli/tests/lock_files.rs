//! How `fromtier lock` writes a lock file where a repository puts something in its way.
#![cfg(test)]

mod support;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use support::Folder;
use support::registry::Registry;

/// A repository that uses one image.
fn repository(registry: &Registry) -> Folder {
    registry.put("library/node:24", "1", &[]);
    Folder::new(&[
        ("repo/.git/HEAD", ""),
        ("repo/Dockerfile", "FROM node:24\n"),
        ("repo/.fromtier.yaml", &registry.policy("")),
        ("victim.lock", "untouched\n"),
    ])
}

#[test]
fn a_link_with_the_name_of_a_temporary_file_is_not_written_through() {
    let registry = Registry::start();
    let folder = repository(&registry);
    let process = std::process::id();
    // The program's id is one of the next ones.
    for id in process..process + 3000 {
        folder.link(&format!("repo/fromtier.lock.{id}"), "../victim.lock");
    }
    folder.runs(&["lock", "repo"]);
    assert_eq!(folder.read("victim.lock"), "untouched\n");
    assert!(
        folder
            .read("repo/fromtier.lock")
            .contains("node:24 sha256:")
    );
}

#[test]
fn a_lock_file_that_leads_out_of_the_repository_is_not_written() {
    let registry = Registry::start();
    let folder = repository(&registry);
    for (target, message) in [
        ("../victim.lock", "the path leads out of the repository"),
        ("../new.lock", "fromtier.lock: "),
        (".git/x.lock", "fromtier.lock: "),
        (
            "Dockerfile",
            "a link to a file that isn't named as a lock file",
        ),
    ] {
        folder.link("repo/fromtier.lock", target);
        let out = folder.fails(&["lock", "repo"], 2);
        assert!(out.contains(message), "{target}: {out}");
        std::fs::remove_file(folder.0.join("repo/fromtier.lock")).unwrap();
    }
    assert_eq!(folder.read("victim.lock"), "untouched\n");
    assert!(!folder.has("new.lock") && !folder.has("repo/.git/x.lock"));
    assert_eq!(folder.read("repo/Dockerfile"), "FROM node:24\n");
}

#[test]
fn a_lock_file_keeps_its_permissions_and_a_link_in_the_repository_stays_a_link() {
    let registry = Registry::start();
    let folder = repository(&registry);
    folder.write("repo/locks/all.lock", "");
    let file = folder.0.join("repo/locks/all.lock");
    std::fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    folder.link("repo/fromtier.lock", "locks/all.lock");
    folder.runs(&["lock", "repo"]);
    assert!(
        folder
            .read("repo/locks/all.lock")
            .contains("node:24 sha256:")
    );
    let link = std::fs::read_link(folder.0.join("repo/fromtier.lock")).unwrap();
    assert_eq!(link, PathBuf::from("locks/all.lock"));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    // Nothing is left behind.
    let left = std::fs::read_dir(folder.0.join("repo/locks"))
        .unwrap()
        .count();
    assert_eq!(left, 1);
}
