//! Merges, sources, source locations, and a client's definition.

use fromtier_image::{Digest, ImageConfig, ImageRef};
use fromtier_proto::{Message, pb};

use super::{GraphBook, HEX, TestTarget, all_caps, arm, image, none, run_everything, say, start};
use crate::tests::marshal;
use crate::{
    Constraints, CopyInfo, Differ, FileAction, GitOptions, Graph, HttpOptions, LocalOptions, Mount,
    OciLayoutOptions, SourceMap, State, range,
};

const INPUT: &[u8] = include_bytes!("../input.pb");

pub(super) fn merges(book: &mut GraphBook, g: &mut Graph) {
    let (base, st) = start(g);
    let other = image(g, "alpine:3", none());
    let action = FileAction::new().copy(&other, "/a", "/b", CopyInfo::default());
    let link = g.file(
        &State::scratch(),
        action,
        none().platform(&arm()).progress_group("pg", "COPY", true),
    );
    let said = none()
        .progress_group("pg", "COPY", false)
        .custom_name("LINK");
    let merged = g.merge(&[st.clone(), State::scratch(), link], said);
    let st = st.with_output(g, merged.output());
    let run = g.run(&st, say(none(), &["x"]));
    book.record("merge", g, &run, &all_caps());
    let one = g.merge(&[State::scratch(), base.clone()], none());
    book.record("merge-one", g, &one, &TestTarget::default());
    let big = run_everything(g);
    let diff = g.diff(&base, &big, none().custom_name("d"));
    book.record("diff", g, &diff, &TestTarget::default());
    let diff = g.diff(&base, &State::scratch(), none());
    book.record("diff-scratch-upper", g, &diff, &TestTarget::default());
    let diff = g.diff(&State::scratch(), &base, none());
    book.record("diff-scratch-lower", g, &diff, &TestTarget::default());
}

pub(super) fn sources(book: &mut GraphBook, g: &mut Graph) {
    let list = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
    let options = LocalOptions {
        session_id: "sess".into(),
        include_patterns: list("a<b|c"),
        exclude_patterns: list("x y"),
        follow_paths: list("p\u{2028}"),
        shared_key_hint: "hint".into(),
        differ: Some((Differ::None, false)),
        metadata_only: None,
    };
    let st = g.local_at("ctx", options, none().custom_name("[internal] load"));
    book.record("local", g, &st, &TestTarget::default());
    let options = LocalOptions {
        differ: Some((Differ::Metadata, true)),
        metadata_only: Some(list("e")),
        ..LocalOptions::default()
    };
    let st = g.local_at("ctx", options, none());
    book.record("local-unique", g, &st, &TestTarget::default());
    let options = LocalOptions {
        metadata_only: Some(Vec::new()),
        ..LocalOptions::default()
    };
    let own = Constraints {
        local_unique_id: Some("mine".into()),
        ..none()
    };
    let st = g.local_at("ctx", options, own);
    book.record("local-own-unique", g, &st, &TestTarget::default());

    let options = HttpOptions {
        filename: "f".into(),
        checksum: Some(Digest::parse(HEX).unwrap()),
        permissions: 0o755,
        uid: 1,
        gid: 2,
        auth_header_secret: "sec".into(),
    };
    let st = g.http_at(
        "https://example.com/a.tgz",
        options,
        none().custom_name("n"),
    );
    book.record("http", g, &st, &TestTarget::default());
    let options = HttpOptions {
        filename: "context".into(),
        ..HttpOptions::default()
    };
    let st = g.http_at("http://example.com/", options, none());
    book.record("http-plain", g, &st, &TestTarget::default());

    let name = ImageRef::parse("foo:tag").unwrap();
    let options = OciLayoutOptions {
        session_id: "sess".into(),
        layer_limit: Some(2),
    };
    let st = g.oci_layout_at(
        &format!("my/store:t@{HEX}"),
        &name,
        options,
        none().platform(&arm()),
    );
    book.record("oci", g, &st, &TestTarget::default());
}

pub(super) fn gits(book: &mut GraphBook, g: &mut Graph) {
    let options = GitOptions {
        reference: "v1".into(),
        subdir: "sub/dir".into(),
        keep_git_dir: true,
        checksum: "abc".into(),
        skip_submodules: true,
        mtime: "commit".into(),
        fetch_by_commit: true,
        ..GitOptions::default()
    };
    let st = g.git_at("https://github.com/moby/buildkit.git", options, none());
    book.record("git", g, &st, &TestTarget::default());
    let scp = GitOptions {
        subdir: "s".into(),
        known_ssh_hosts: "github.com ssh-rsa AAA\n".into(),
        ..GitOptions::default()
    };
    let ssh = GitOptions {
        known_ssh_hosts: "x\n".into(),
        ssh_socket: "k".into(),
        ..GitOptions::default()
    };
    for (name, url, options) in [
        (
            "git-plain",
            "github.com/moby/buildkit.git",
            GitOptions::default(),
        ),
        ("git-scp", "git@github.com:moby/buildkit.git", scp),
        ("git-ssh", "ssh://git@example.com:2222/a/b", ssh),
        (
            "git-user",
            "HTTPS://user:pw@example.com/a%20b//c/../d.git?x=y#frag",
            GitOptions::default(),
        ),
        ("git-git", "git://example.com/a", GitOptions::default()),
        ("git-odd", "ftp://example.com/a", GitOptions::default()),
    ] {
        let st = g.git_at(url, options, none());
        book.record(name, g, &st, &TestTarget::default());
    }
}

/// The definition that the Dockerfile of some graphs was read with.
fn dockerfile(g: &mut Graph) -> crate::Definition {
    let options = LocalOptions {
        session_id: "s".into(),
        ..LocalOptions::default()
    };
    let st = g.local_at("dockerfile", options, none());
    marshal(g, &st, &TestTarget::default()).unwrap()
}

pub(super) fn locations(book: &mut GraphBook, g: &mut Graph) {
    let definition = dockerfile(g);
    assert_eq!(
        definition.head(),
        Some(Digest::sha256(&definition.def[0]).as_str().to_owned())
    );
    let map1 = SourceMap::new(
        "Dockerfile",
        "Dockerfile",
        b"FROM x".to_vec(),
        Some(definition),
    );
    let map2 = SourceMap::new("Dockerfile", "Dockerfile", b"FROM x".to_vec(), None);
    let map3 = SourceMap::new("other", "", Vec::new(), None);
    let one = image(
        g,
        "x",
        none()
            .location(&map1, vec![range(1, 0, 1, 5)])
            .custom_name("one"),
    );
    let said = none()
        .location(&map2, vec![range(2, 0, 2, 5)])
        .location(&map3, vec![range(3, 0, 4, 5), range(6, 1, 6, 2)])
        .custom_name("two")
        .ignore_cache();
    let two = image(g, "x", said);
    let mut said = none().location(&map1, vec![range(5, 0, 5, 1)]);
    said.metadata.export_cache = Some(true);
    said.worker_filters = vec!["w1".into(), "w2".into()];
    let st = g.file(
        &one,
        FileAction::new().copy(&two, "/a", "/b", CopyInfo::default()),
        said,
    );
    book.record("source-maps", g, &st, &TestTarget::default());
}

pub(super) fn inputs(book: &mut GraphBook, g: &mut Graph) {
    let definition = pb::Definition::decode(INPUT).unwrap();
    let output = g
        .import_definition(&definition, &mut |_, _| Ok(()))
        .unwrap();
    let input = State::new(g, output);
    assert_eq!(input.platform(), None);
    book.record("input-alone", g, &input, &TestTarget::default());

    let (base, _) = start(g);
    let map = SourceMap::new(
        "Dockerfile",
        "Dockerfile",
        b"FROM x".to_vec(),
        Some(dockerfile(g)),
    );
    let action = FileAction::new().copy(&input, "/", "/i", CopyInfo::default());
    // The input's place is reserved first, and filled once everything else is known.
    let st = g.file(
        &base,
        action,
        none().location(&map, vec![range(1, 0, 1, 1)]),
    );
    let late = g.defer();
    let mut exec = say(none(), &["a"]);
    exec.mounts = vec![Mount {
        readonly: true,
        ..Mount::new("/in", &State::new(g, late))
    }];
    let run = g.run(&st, exec);
    assert_eq!(
        marshal(g, &run, &TestTarget::default()).unwrap_err().0,
        "a deferred input was never filled"
    );
    g.fill(late, &input);
    book.record("input-used", g, &run, &all_caps());

    let config = br#"{"architecture":"arm64","os":"linux","variant":"v8","config":{"Env":["PATH=/b","X","=y","Z=a=b"],"WorkingDir":"rel"}}"#;
    let configured = input.with_image_config(&ImageConfig::from_json(config).unwrap());
    let run = g.run(&configured, say(none(), &["c"]));
    book.record("input-config", g, &run, &TestTarget::default());
}
