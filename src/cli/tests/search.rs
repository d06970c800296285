//! Which files `fromtier check` finds, which policy it finds for each, and how it tells what is the same in all of them.
#![cfg(test)]

mod folder;

use folder::Folder;

/// The files that are checked, in their order.
fn checked(folder: &Folder, args: &[&str]) -> Vec<String> {
    let answer = folder.run(&[&["check", "--format", "json"], args].concat());
    let json: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    let files = json["files"].as_array().unwrap().iter();
    files
        .map(|file| file["file"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_policy_at_the_top_applies_to_the_dockerfiles_below_it() {
    let folder = Folder::new(&[
        (
            ".fromtier.yaml",
            "version: 1\nextends: policies/base.yaml\n",
        ),
        (
            "policies/base.yaml",
            "version: 1\ntiers: {community: allow}\n",
        ),
        ("services/a/Dockerfile", "FROM acme/tool\n"),
        ("services/b/Dockerfile", "FROM acme/tool\n"),
        ("services/b/.fromtier.yaml", "version: 1\n"),
        ("services/b/deep/er/Dockerfile", "FROM acme/tool\n"),
    ]);
    let json = folder.run(&["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let policies: Vec<_> = (json["files"].as_array().unwrap().iter())
        .map(|file| file["policies"][0].as_str().unwrap())
        .collect();
    let b = "services/b/.fromtier.yaml";
    assert_eq!(policies, [".fromtier.yaml", b, b]);
    let answer = folder.run(&["check"]);
    assert!(
        answer.out.ends_with(
            "policy: .fromtier.yaml (1 file)\npolicy: services/b/.fromtier.yaml (2 files)\nexplain: fromtier explain FT101\n3 files, 3 sources: 2 refused\n"
        ),
        "{}",
        answer.out
    );
    // From wherever the file is named.
    for args in [
        &["check", "services/a"][..],
        &["check", "services/a/Dockerfile"],
        &[
            "lock",
            "--check",
            "--offline",
            "services/a",
            "--format",
            "json",
        ],
    ] {
        let answer = folder.run(args);
        assert!(!answer.out.contains("FT101"), "{args:?}: {}", answer.out);
    }
    let inside = Folder(folder.0.join("services/a"));
    let answer = inside.run(&["check"]);
    assert!(
        answer
            .out
            .ends_with("policy: ../../.fromtier.yaml\n1 file, 1 source: all pass\n"),
        "{}",
        answer.out
    );
    let answer = inside.run(&["policy", "explain", "acme/tool"]);
    assert_eq!(answer.code, 0, "{}", answer.out);
    assert!(
        answer.out.contains("../../.fromtier.yaml"),
        "{}",
        answer.out
    );
    std::mem::forget(inside);
}

#[test]
fn no_policy_above_the_repository_applies() {
    let folder = Folder::new(&[
        (".fromtier.yaml", "version: 1\ntiers: {community: allow}\n"),
        ("repo/.git/HEAD", ""),
        ("repo/Dockerfile", "FROM acme/tool\n"),
    ]);
    let answer = folder.run(&["check", "repo"]);
    assert!(
        answer
            .out
            .ends_with("policy: the built-in policy\nexplain: fromtier explain FT101\n1 file, 1 source: 1 refused\n"),
        "{}",
        answer.out
    );
}

#[test]
fn templates_and_sources_are_dockerfiles_only_if_they_are_named() {
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        ("Dockerfile-prod", "FROM node:24\n"),
        ("Dockerfile.j2", "FROM {{ x }}\n"),
        ("Dockerfile.erb", "<%= x %>\n"),
        ("Dockerfile.tmpl", "{{ x }}\n"),
        ("Dockerfile.template", "{{ x }}\n"),
        ("Dockerfile.5.md", "# A page\n"),
        ("dockerfile.go", "package dockerfile\n"),
        ("dockerfile.json", "{}\n"),
    ]);
    assert_eq!(checked(&folder, &[]), ["Dockerfile", "Dockerfile-prod"]);
    let answer = folder.run(&["check"]);
    assert!(
        answer.out.ends_with("2 files, 2 sources: all pass; left out: 7 files with a name such as `Dockerfile.tmpl`\n"),
        "{}",
        answer.out
    );
    assert_eq!(
        checked(&folder, &["Dockerfile.j2", "dockerfile.go"]),
        ["Dockerfile.j2", "dockerfile.go"]
    );
    assert_eq!(
        checked(&folder, &["--include", "*.j2"]),
        ["Dockerfile", "Dockerfile-prod", "Dockerfile.j2"]
    );
}

#[test]
fn only_gitignore_and_exclude_leave_directories_out() {
    let folder = Folder::new(&[
        (".devcontainer/Dockerfile", "FROM node:24\n"),
        (".git/Dockerfile", "FROM node:24\n"),
        (".github/x/Dockerfile", "FROM node:24\n"),
        ("dist/Dockerfile", "FROM node:24\n"),
        ("ignored/deep/Dockerfile", "FROM node:24\n"),
        ("ignored/kept/Dockerfile", "FROM node:24\n"),
        ("target/Dockerfile", "FROM node:24\n"),
        ("vendor/x/Dockerfile", "FROM node:24\n"),
        (".gitignore", "/dist/\nignored/*\n!ignored/kept/\n"),
    ]);
    let all = [
        ".devcontainer/Dockerfile",
        ".github/x/Dockerfile",
        "ignored/kept/Dockerfile",
        "target/Dockerfile",
        "vendor/x/Dockerfile",
    ];
    assert_eq!(checked(&folder, &[]), all);
    assert_eq!(
        checked(&folder, &["--exclude", "vendor", "--exclude", "/target/"]),
        &all[..3]
    );
    let answer = folder.run(&["check", "--exclude", "vendor"]);
    assert!(
        answer
            .out
            .ends_with("4 sources: all pass; left out: 1 excluded\n"),
        "{}",
        answer.out
    );
    assert_eq!(
        checked(&folder, &["vendor", "dist/Dockerfile"]),
        ["vendor/x/Dockerfile", "dist/Dockerfile"]
    );
    // A directory that git doesn't know, such as an unpacked archive, has the same files.
    std::fs::remove_dir_all(folder.0.join(".git")).unwrap();
    assert_eq!(checked(&folder, &[]), all);
    assert_eq!(
        folder
            .run(&["check", "--exclude", "a[", "--exclude", "{a"])
            .code,
        2
    );
}

#[test]
fn unreadable_files_are_reported_and_the_rest_is_checked() {
    let folder = Folder::new(&[
        ("a/Dockerfile", "FROM acme/tool\n"),
        ("z/Dockerfile", "FROM acme/tool\n"),
    ]);
    folder.pipe("Dockerfile.x");
    folder.link("b/Dockerfile", "nowhere");
    folder.link("c/Dockerfile", "..");
    folder.link("c/a", "../a");
    let answer = folder.run_limited(&["check"]);
    assert_eq!(answer.code, 2, "{}", answer.out);
    for part in [
        "error: Dockerfile.x: expected a regular file, found a named pipe\n",
        "error: b/Dockerfile: it is a link to a file that doesn't exist\n",
        "2 files, 2 sources: 2 refused\n",
    ] {
        assert!(answer.out.contains(part), "no {part:?} in {}", answer.out);
    }
    assert!(!answer.out.contains("c/"), "{}", answer.out);
}

#[test]
fn equal_findings_are_told_once_with_their_places() {
    let files: Vec<(String, &str)> = (0..20)
        .map(|number| {
            (
                format!("{number:02}/Dockerfile"),
                "FROM node:24\nFROM acme/tool AS a\nFROM acme/tool\n",
            )
        })
        .collect();
    let mut all: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    all.push((".fromtier.yaml", "version: 1\ncontact: the platform team\n"));
    let answer = Folder::new(&all).run(&["check"]);
    assert_eq!(answer.code, 1);
    let shown = "  = note: also at 01/Dockerfile:2:6, 01/Dockerfile:3:6, 02/Dockerfile:2:6, 02/Dockerfile:3:6, 03/Dockerfile:2:6, 03/Dockerfile:3:6, 04/Dockerfile:2:6, 04/Dockerfile:3:6, and 30 more places\n";
    assert!(answer.out.contains(shown), "{}", answer.out);
    assert_eq!(
        answer.out.matches("error[FT101]").count(),
        1,
        "{}",
        answer.out
    );
    let end = "policy: .fromtier.yaml\ncontact: the platform team\nexplain: fromtier explain FT101\n20 files, 60 sources: 40 refused\n";
    assert!(answer.out.ends_with(end), "{}", answer.out);
}

#[test]
fn many_files_are_reported_in_the_order_of_their_paths() {
    let folder = Folder::new(&[(".fromtier.yaml", "version: 1\n")]);
    let paths: Vec<_> = (0..300)
        .map(|number| format!("{:02}/{number:03}/Dockerfile", number / 10))
        .collect();
    for path in &paths {
        folder.write(path, &format!("FROM acme/{}\n", path[3..6].to_owned()));
    }
    folder.write("29/.fromtier.yaml", "version: 2\n");
    folder.write("30/Dockerfile", "FROM \n");
    let once = folder.run(&["check"]);
    assert_eq!(once.out, folder.run(&["check"]).out);
    let places = paths.iter().map(|path| once.out.find(path.as_str()));
    let places: Vec<_> = places.take(290).map(Option::unwrap).collect();
    assert!(places.is_sorted());
    // A policy that is not valid is reported once, not for each file below it.
    assert_eq!(
        once.out.matches("29/.fromtier.yaml").count(),
        1,
        "{}",
        once.out
    );
    assert_eq!(checked(&folder, &[]).len(), 291);
}

#[test]
fn a_policy_with_several_names_has_that_of_the_first_file() {
    let folder = Folder::new(&[
        (".fromtier.yaml", "version: 2\n"),
        ("a/Dockerfile", "FROM alpine\n"),
        ("b/Dockerfile", "FROM alpine\n"),
    ]);
    let long = folder.0.join("b");
    let out = folder.run(&["check", "a", long.to_str().unwrap()]).out;
    assert!(out.contains("--> .fromtier.yaml:1:10"), "{out}");
    assert_eq!(out.matches(" --> ").count(), 1, "{out}");
}
