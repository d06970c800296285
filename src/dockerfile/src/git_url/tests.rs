use super::*;

fn git(text: &str) -> GitRef {
    GitRef::parse(text).unwrap()
}

#[test]
fn a_repository_is_named_in_many_ways() {
    let all = git("https://github.com/foo/bar.git#baz/qux:/quux/../quuz/");
    assert_eq!(all.remote, "https://github.com/foo/bar.git");
    assert_eq!(all.short_name, "bar");
    assert_eq!(
        (all.ref_name.as_str(), all.sub_dir.as_str()),
        ("baz/qux", "quuz")
    );
    assert!(!all.unencrypted_tcp && !all.indistinguishable_from_local);

    let scp = git("git@github.com:foo/bar#v1");
    assert_eq!(
        (scp.remote.as_str(), scp.ref_name.as_str()),
        ("git@github.com:foo/bar", "v1")
    );
    let local = git("github.com/foo/bar#v1");
    assert_eq!(local.remote, "github.com/foo/bar");
    assert!(local.indistinguishable_from_local);
    assert!(git("git://h/p").unencrypted_tcp && git("http://h/p.git").unencrypted_tcp);
    assert_eq!(git("ssh://git@h:22/p.git").remote, "ssh://git@h:22/p.git");
}

#[test]
fn a_query_selects_options() {
    let all = git(
        "https://h/p.git?tag=v1&subdir=a&commit=abc&keep-git-dir=&submodules=0&mtime=commit&fetch-by-commit",
    );
    assert_eq!(all.remote, "https://h/p.git");
    assert_eq!(
        (all.ref_name.as_str(), all.sub_dir.as_str()),
        ("refs/tags/v1", "a")
    );
    assert_eq!(
        (all.checksum.as_str(), all.mtime.as_str()),
        ("abc", "commit")
    );
    assert_eq!(
        (all.keep_git_dir, all.submodules),
        (Some(true), Some(false))
    );
    assert!(all.fetch_by_commit);
    assert_eq!(
        git("https://h/p.git?branch=refs/heads/b").ref_name,
        "refs/heads/b"
    );
}

#[test]
fn other_texts_are_not_repositories() {
    for text in [
        "./a.git",
        "../a",
        "a",
        "https://h/p",
        "ftp://h/p.git",
        "https://[/p.git",
        "git@h",
        "",
    ] {
        assert!(!GitRef::parse(text).unwrap_err().is_git, "{text}");
    }
    assert!(is_http_source("https://h/p.tar.gz"));
    assert!(!is_http_source("https://h/p.git"));
    assert!(!is_http_source("ftp://h/p"));
}

#[test]
fn a_repository_with_a_mistake_is_one_still() {
    for (query, want) in [
        ("ref=a#b", r#"ref conflicts: "b" vs "a""#),
        ("branch=a&tag=b", r#"branch conflicts with tag"#),
        ("tag=a#b", r#"ref conflicts: "b" vs "refs/tags/a""#),
        ("subdir=a#:b", r#"subdir conflicts: "b" vs "a""#),
        ("ref=a&ref=b", r#"query "ref" has multiple values"#),
        ("ref", r#"query "ref" has no value"#),
        ("x=1", r#"unexpected query "x""#),
        ("submodules=x", r#"invalid submodules value: "x""#),
        (
            "mtime=x",
            r#"invalid mtime value: "x" (must be "checkout" or "commit")"#,
        ),
    ] {
        let error = GitRef::parse(&format!("https://h/p.git?{query}")).unwrap_err();
        assert_eq!(
            (error.is_git, error.error.message.as_str()),
            (true, want),
            "{query}"
        );
    }
}

#[test]
fn a_source_is_called_the_same_by_every_protocol() {
    let name = |text: &str| GitUrl::parse(text).unwrap().host_and_path();
    assert_eq!(name("https://github.com/a/b.git#c"), "github.com/a/b.git");
    assert_eq!(name("git@github.com:a/b.git"), "github.com/a/b.git");
    assert_eq!(
        name("ssh://git@github.com//a/./b.git"),
        "github.com/a/b.git"
    );
}
