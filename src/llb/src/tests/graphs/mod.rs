//! The graphs. Their twins in Go were marshaled with client/llb.

mod sources;

use fromtier_image::{Digest, ImageRef, Platform};
use fromtier_proto::pb;

use super::{GraphBook, TestTarget};
use crate::{
    CacheMount, CapSet, Constraints, ContentCache, CopyInfo, Exec, FileAction, Graph, HostIp,
    ImageOptions, MakeInfo, MkdirInfo, Mode, Mount, NetMode, Owner, ResolveMode, Secret,
    SecurityMode, Ssh, State,
};

const HEX: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn image(graph: &mut Graph, name: &str, constraints: Constraints) -> State {
    graph.image_at(
        &ImageRef::parse(name).unwrap(),
        ImageOptions::default(),
        constraints,
    )
}

fn say(constraints: Constraints, args: &[&str]) -> Exec {
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    Exec {
        constraints,
        ..Exec::new(args)
    }
}

fn arm() -> Platform {
    Platform {
        variant: "v8".to_owned(),
        ..Platform::new("linux", "arm64")
    }
}

fn windows() -> Platform {
    Platform {
        os_version: "10.0.17763".to_owned(),
        os_features: Some(vec!["win32k".to_owned()]),
        ..Platform::new("windows", "amd64")
    }
}

fn all_caps() -> TestTarget {
    TestTarget {
        caps: Some(CapSet::all()),
        platform: None,
    }
}

fn no_caps() -> TestTarget {
    TestTarget {
        caps: Some(CapSet::llb(Vec::<(String, crate::CapState)>::new(), "")),
        platform: None,
    }
}

fn none() -> Constraints {
    Constraints::new()
}

/// The state that most graphs start from.
fn start(graph: &mut Graph) -> (State, State) {
    let base = image(graph, "busybox", none().platform(&arm()));
    let state = base
        .clone()
        .add_env("A", "1")
        .add_env("B", "2")
        .add_env("A", "3")
        .with_dir("/w")
        .with_dir("x/../y");
    (base, state.with_user("me"))
}

pub(super) fn all() -> GraphBook {
    let mut book = GraphBook::default();
    let mut graph = Graph::new();
    let g = &mut graph;
    images(&mut book, g);
    runs(&mut book, g);
    everything(&mut book, g);
    files(&mut book, g);
    sources::merges(&mut book, g);
    sources::sources(&mut book, g);
    sources::gits(&mut book, g);
    sources::locations(&mut book, g);
    sources::inputs(&mut book, g);
    book
}

fn images(book: &mut GraphBook, g: &mut Graph) {
    book.record("scratch", g, &State::scratch(), &TestTarget::default());
    let options = ImageOptions {
        resolve_mode: ResolveMode::ForcePull,
        internal: true,
        layer_limit: Some(3),
        checksum: Some(Digest::parse(HEX).unwrap()),
    };
    let reference = ImageRef::parse(&format!("busybox:1.36@{HEX}")).unwrap();
    let st = g.image_at(
        &reference,
        options,
        none().platform(&arm()).custom_name("[1/2] FROM busybox"),
    );
    book.record("image", g, &st, &TestTarget::default());
    let options = ImageOptions {
        resolve_mode: ResolveMode::PreferLocal,
        ..ImageOptions::default()
    };
    let st = g.image_at(&ImageRef::parse("node").unwrap(), options, none());
    book.record("image-plain", g, &st, &TestTarget::default());
    let st = image(g, "reg.example.com:5000/a/b:c", none().platform(&windows()));
    book.record("image-windows", g, &st, &TestTarget::default());
}

fn runs(book: &mut GraphBook, g: &mut Graph) {
    let (base, st) = start(g);
    let exec = say(
        none().custom_name("RUN echo hi").ignore_cache(),
        &["/bin/sh", "-c", "echo hi"],
    );
    let run = g.run(&st, exec);
    assert_eq!(
        (run.env().to_array(), run.dir(), run.user()),
        (vec!["B=2".into(), "A=3".into()], "/w/y", "me")
    );
    book.record("run", g, &run, &all_caps());

    let mut exec = say(none(), &["a"]);
    exec.ssh.push(Ssh {
        id: "default".into(),
        ..Ssh::default()
    });
    exec.ssh.push(Ssh {
        id: "x".into(),
        target: "/s".into(),
        uid: 1,
        gid: 2,
        mode: 0o644,
        optional: true,
    });
    let run = g.run(&st, exec);
    book.record("run-default-path", g, &run, &no_caps());

    let win = image(g, "win", none().platform(&windows()));
    assert_eq!(win.platform(), Some(&windows()));
    let run = g.run(&win, say(none(), &["a"]));
    book.record("run-windows", g, &run, &no_caps());
    book.record(
        "run-windows-target",
        g,
        &run,
        &TestTarget {
            platform: Some(windows()),
            ..no_caps()
        },
    );

    let x = image(g, "x", none());
    let first = g.run(&x, say(none().platform(&arm()), &["a"]));
    assert_eq!(
        first.platform().map(Platform::format).as_deref(),
        Some("linux/arm64")
    );
    let second = g.run(&first, say(none(), &["b"]));
    book.record("run-named-platform", g, &second, &TestTarget::default());

    let run = g.run(&base, Exec::default());
    book.record("run-no-args", g, &run, &TestTarget::default());
}

fn everything(book: &mut GraphBook, g: &mut Graph) {
    let run = run_everything(g);
    assert_eq!(run.network(), NetMode::Host);
    book.record("run-everything", g, &run, &all_caps());
    let next = g.run(&run, say(none(), &["next"]));
    book.record("run-after-everything", g, &next, &all_caps());
}

fn all_mounts(base: &State, other: &State) -> Vec<Mount> {
    let scratch = State::scratch();
    let cache = |id: &str, sharing| {
        Some(CacheMount {
            id: id.to_owned(),
            sharing,
        })
    };
    vec![
        Mount {
            readonly: true,
            selector: "/sub".into(),
            ..Mount::new("/z", other)
        },
        Mount {
            cache: cache("ns/id", pb::CacheSharingOpt::Locked),
            ..Mount::new("/cache", &scratch)
        },
        Mount {
            cache: cache("ns/id2", pb::CacheSharingOpt::Private),
            selector: "/cache".into(),
            ..Mount::new("/cache2", other)
        },
        Mount {
            tmpfs: Some(100),
            ..Mount::new("/tmp", &scratch)
        },
        Mount {
            tmpfs: Some(0),
            ..Mount::new("/tmp2", &scratch)
        },
        Mount::new("!first", other),
        Mount {
            no_output: true,
            ..Mount::new("/again", base)
        },
        Mount::new("/scratch", &scratch),
        Mount {
            readonly: true,
            content_cache: ContentCache::Off,
            ..Mount::new("/content", other)
        },
    ]
}

fn all_secrets() -> Vec<Secret> {
    let target = Some("/run/secret".to_owned());
    vec![
        Secret {
            id: "s1".into(),
            target: target.clone(),
            uid: 1,
            gid: 2,
            mode: 0o440,
            optional: true,
            ..Secret::default()
        },
        Secret {
            id: "s2".into(),
            env: Some("TOKEN".into()),
            ..Secret::default()
        },
        Secret {
            id: "s3".into(),
            target,
            env: Some("T3".into()),
            ..Secret::default()
        },
    ]
}

fn run_everything(g: &mut Graph) -> State {
    let (base, st) = start(g);
    let other = image(g, "alpine:3", none());
    let big = st
        .with_network(NetMode::Host)
        .with_security(SecurityMode::Sandbox)
        .with_hostname("h")
        .add_extra_host("a", "1.2.3.4".parse().unwrap())
        .add_ulimit("nofile", 1, 2);
    let mut exec = say(none(), &["a", "b"]);
    exec.mounts = all_mounts(&base, &other);
    exec.secrets = all_secrets();
    exec.ssh = vec![Ssh {
        id: "k".into(),
        target: "/sock".into(),
        ..Ssh::default()
    }];
    exec.cdi_devices = vec![pb::CdiDevice {
        name: "v.com/gpu=0".into(),
        optional: true,
    }];
    exec.proxy = Some(pb::ProxyEnv {
        http_proxy: "h".into(),
        https_proxy: "hs".into(),
        ftp_proxy: "f".into(),
        no_proxy: "n".into(),
        all_proxy: "a".into(),
    });
    exec.network = Some(NetMode::None);
    exec.security = Some(SecurityMode::Insecure);
    exec.extra_hosts = vec![
        HostIp {
            host: "b".into(),
            ip: "2001:DB8:0:0::1".parse().unwrap(),
        },
        HostIp {
            host: "c".into(),
            ip: "::ffff:9.8.7.6".parse().unwrap(),
        },
    ];
    exec.ulimits = vec![pb::Ulimit {
        name: "core".into(),
        soft: -1,
        hard: 5,
    }];
    exec.cgroup_parent = Some("/cg".into());
    exec.valid_exit_codes = Some(vec![0, 3]);
    exec.constraints = none().linux_resources(pb::LinuxResources {
        memory: 1,
        memory_swap: -1,
        cpu_shares: 2,
        cpu_period: 3,
        cpu_quota: 4,
        cpuset_cpus: "0-1".into(),
        cpuset_mems: "0".into(),
    });
    g.run(&big, exec)
}

fn every_copy_option(created: Option<i64>) -> CopyInfo {
    let list = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    CopyInfo {
        mode: Some(Mode::Octal(0o4755)),
        follow_symlinks: true,
        copy_dir_contents_only: true,
        include_patterns: list(&["a", "b"]),
        exclude_patterns: list(&["c"]),
        required_paths: list(&["/r"]),
        attempt_unpack: true,
        create_dest_path: true,
        allow_wildcard: true,
        allow_empty_wildcard: true,
        owner: Some(Owner::parse("bob")),
        created,
        always_replace_existing_dest_paths: true,
    }
}

fn files(book: &mut GraphBook, g: &mut Graph) {
    let (base, _) = start(g);
    let other = image(g, "alpine:3", none());
    let created = Some(1_700_000_000_000_000_005);
    let make = |owner| MakeInfo {
        owner: Some(owner),
        created: None,
    };
    let owned = |owner: &str| CopyInfo {
        owner: Some(Owner::parse(owner)),
        ..CopyInfo::default()
    };
    let action = FileAction::new()
        .mkdir(
            "d",
            0o1755,
            MkdirInfo {
                parents: true,
                owner: Some(Owner::parse("bob:staff")),
                created,
            },
        )
        .mkfile(
            "/f",
            0o644,
            b"data\x00\xff".to_vec(),
            make(Owner::numbers(3, 4)),
        )
        .symlink("../old", "new", make(Owner::parse("root")))
        .rm("x/../y", true, true)
        .copy(
            &other.clone().with_dir("/od"),
            "rel/./p",
            "dest/",
            every_copy_option(created),
        )
        .copy(
            &State::scratch(),
            "/",
            "/.",
            CopyInfo {
                mode: Some(Mode::Text("u+x".into())),
                ..CopyInfo::default()
            },
        )
        .copy(&other, "", "./q/.", owned("-1:+5"))
        .copy(&base, "/../b", "", owned(":g"));
    let st = g.file(
        &base.clone().with_dir("/dir"),
        action,
        none().custom_name("COPY"),
    );
    book.record("file", g, &st, &all_caps());
    let action = FileAction::new().copy(&other, "/a", "/b", owned("bob"));
    let st = g.file(&State::scratch(), action, none());
    book.record("file-on-scratch", g, &st, &TestTarget::default());
    let action = FileAction::new().mkfile("/x", 0o644, Vec::new(), MakeInfo::default());
    let st = g.file(&State::scratch(), action, none().platform(&arm()));
    let st = g.file(
        &st,
        FileAction::new().mkdir("y", 0o700, MkdirInfo::default()),
        none(),
    );
    book.record("file-platform", g, &st, &TestTarget::default());
}
