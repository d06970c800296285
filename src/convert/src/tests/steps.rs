//! Names of steps, and the operations behind them.

use super::*;

#[test]
fn steps_are_numbered_and_named_as_users_know_them() {
    let llb = convert("FROM alpine\nWORKDIR /app\nCOPY . .\nRUN make\n").llb();
    let digest = Digest::sha256(b"docker.io/library/alpine:latest");
    assert_eq!(
        llb.names,
        [
            format!(
                "[1/4] FROM docker.io/library/alpine:latest@{}",
                digest.as_str()
            ),
            "[2/4] WORKDIR /app".to_owned(),
            "[internal] load build context".to_owned(),
            "[3/4] COPY . .".to_owned(),
            "[4/4] RUN make".to_owned(),
            String::new(),
        ]
    );
}

#[test]
fn stages_and_platforms_are_in_the_names_when_there_are_several() {
    let options = Options {
        multi_platform: true,
        target_platform: Some(Platform::new("linux", "arm64")),
        ..options()
    };
    let text = "FROM --platform=$BUILDPLATFORM golang AS build\nARG TARGETARCH\nRUN build\nFROM alpine\nCOPY --from=build /x /x\n";
    let converted = convert_with(&Builder::default(), &options, text)
        .result
        .unwrap();
    let names = converted.llb().names;
    assert!(names[0].starts_with("[linux/arm64 stage-1 1/2] FROM docker.io/library/alpine"));
    assert!(names[1].starts_with("[linux/amd64 build 1/2] FROM docker.io/library/golang"));
    assert_eq!(names[2], "[linux/amd64->arm64 build 2/2] RUN build");
    assert_eq!(
        names[3],
        "[linux/arm64 stage-1 2/2] COPY --from=build /x /x"
    );
}

#[test]
fn a_long_stage_pads_its_numbers_and_a_mount_keeps_the_stage_in_the_name() {
    let names = convert(&format!("FROM alpine\n{}", "RUN x\n".repeat(9)))
        .llb()
        .names;
    assert!(names.iter().any(|n| n.starts_with("[ 2/10]")));
    let names = convert("FROM alpine\nRUN --mount=type=cache,target=/c x\n")
        .llb()
        .names;
    assert!(
        names
            .iter()
            .any(|n| n == "[stage-0 2/2] RUN --mount=type=cache,target=/c x")
    );
}

#[test]
fn secrets_are_stars_in_names_and_variables_are_filled_in() {
    let text =
        "FROM alpine\nENV A=b\nRUN --mount=type=secret,id=t,env=TOKEN echo $A $TOKEN $OTHER\n";
    let converted = convert(text);
    let llb = converted.llb();
    assert!(
        llb.names
            .iter()
            .any(|n| n.ends_with("RUN --mount=type=secret,id=t,env=TOKEN echo b **** $OTHER"))
    );
    let exec = llb.execs()[0];
    assert_eq!(exec.secret_env[0].name, "TOKEN");
    assert_eq!(exec.secret_env[0].id, "t");
}

#[test]
fn heredocs_become_scripts_files_and_words() {
    let text = "FROM alpine\nRUN <<EOF\nfirst\nsecond\nEOF\nRUN <<run.sh\n#!/bin/x\nrun.sh\nCOPY <<a.txt /d/\nhi $PATH\na.txt\n";
    let llb = convert(text).llb();
    let execs = llb.execs();
    assert_eq!(
        execs[0].meta.as_ref().unwrap().args,
        ["/bin/sh", "-c", "first\nsecond\n"]
    );
    assert_eq!(
        execs[1].meta.as_ref().unwrap().args,
        ["/bin/sh", "-c", "/dev/pipes/run.sh"]
    );
    assert!(
        execs[1]
            .mounts
            .iter()
            .any(|m| m.dest == "/dev/pipes/" && m.readonly)
    );
    assert!(llb.names.iter().any(|n| n == "[2/4] RUN <<EOF (first...)"));
    assert_eq!(llb.copies()[0].dest, "/d/");
}

#[test]
fn a_linked_copy_is_laid_over_what_is_below() {
    let llb = convert("FROM alpine\nCOPY --link a /a\n").llb();
    assert!(
        llb.ops
            .iter()
            .any(|op| matches!(op.op, Some(pb::op::Op::Merge(_))))
    );
    assert!(llb.names.iter().any(|n| n == "[2/2] LINK COPY --link a /a"));
    // There is nothing below: the files are all there is.
    let llb = convert("FROM scratch\nCOPY --link a /a\n").llb();
    assert!(
        !llb.ops
            .iter()
            .any(|op| matches!(op.op, Some(pb::op::Op::Merge(_))))
    );
}

#[test]
fn parents_and_exclude_reach_the_operation() {
    let llb = convert("FROM scratch\nCOPY --parents --exclude=*.md ./x/./a/b /d/\n").llb();
    let copy = llb.copies()[0];
    assert_eq!((copy.src.as_str(), copy.dest.as_str()), ("/x", "/d/"));
    assert_eq!(copy.include_patterns, ["a/b"]);
    assert_eq!(copy.exclude_patterns, ["*.md"]);
    assert_eq!(copy.required_paths, ["/x/a/b"]);
}

#[test]
fn add_takes_urls_and_repositories() {
    let sum = format!("sha256:{}", "0".repeat(64));
    let text = format!(
        "FROM scratch\nADD --checksum={sum} https://example.com/a.tgz /a\nADD https://github.com/moby/buildkit.git#v0.32.2:docs /b\n"
    );
    let llb = convert(&text).llb();
    let http = llb.source("https://example.com/a.tgz");
    assert_eq!(http.attrs["http.checksum"], sum);
    assert_eq!(http.attrs["http.filename"], "a.tgz");
    llb.source("git://github.com/moby/buildkit.git#v0.32.2:docs");
    assert!(!llb.copies()[0].attempt_unpack);
}

#[test]
fn only_the_used_paths_are_requested_from_the_client() {
    let text = "FROM scratch AS a\nCOPY x y /\nFROM scratch\nCOPY --from=a / /\nADD z /\n";
    let llb = convert(text).llb();
    assert_eq!(
        llb.source("local://context").attrs["local.followpaths"],
        r#"["x","y","z"]"#
    );
    let llb = convert("FROM scratch\nCOPY . /\nCOPY x /\n").llb();
    assert!(
        !llb.source("local://context")
            .attrs
            .contains_key("local.followpaths")
    );
}

#[test]
fn mounts_of_every_kind() {
    let text = "FROM alpine AS b\nFROM alpine\nWORKDIR /w\nRUN --mount=type=bind,from=b,source=/etc,target=e --mount=type=cache,target=/c,sharing=locked,uid=5 \
                --mount=type=tmpfs,target=/t,size=1k --mount=type=ssh --mount=type=secret,id=s x\n";
    let options = Options {
        cache_namespace: "ns".into(),
        ..options()
    };
    let converted = convert_with(&Builder::default(), &options, text)
        .result
        .unwrap();
    let llb = converted.llb();
    let mounts = &llb.execs()[0].mounts;
    let at = |dest: &str| mounts.iter().find(|m| m.dest == dest).unwrap();
    assert_eq!(at("/w/e").selector, "/etc");
    assert!(at("/w/e").readonly);
    let cache = at("/c");
    assert_eq!(cache.cache_opt.as_ref().unwrap().id, "ns//c");
    assert_eq!(cache.selector, "/cache");
    assert_eq!(at("/t").tmpfs_opt.as_ref().unwrap().size, 1024);
    assert_eq!(
        at("/run/secrets/s").secret_opt.as_ref().unwrap().mode,
        0o400
    );
    assert!(mounts.iter().any(|m| m.mount_type() == pb::MountType::Ssh));
}

#[test]
fn equal_images_are_requested_once() {
    let builder = Builder::default();
    let text = "FROM alpine AS a\nFROM alpine AS b\nCOPY --from=a / /\nCOPY --from=alpine / /\n";
    convert_with(&builder, &options(), text).result.unwrap();
    assert_eq!(
        *builder.asked.borrow(),
        ["[internal] load metadata for docker.io/library/alpine:latest"]
    );
}

#[test]
fn windows_paths_are_those_of_windows() {
    let config = r#"{"architecture":"amd64","os":"windows","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:0"]}}"#;
    let builder = Builder::default().with("docker.io/library/alpine:latest", config);
    let options = Options {
        target_platform: Some(Platform::new("windows", "amd64")),
        ..options()
    };
    let text = "# escape=`\nFROM alpine\nWORKDIR C:\\app\nCOPY a sub\\\nRUN dir\n";
    let converted = convert_with(&builder, &options, text).result.unwrap();
    assert_eq!(converted.image.config.working_dir, "\\app");
    assert_eq!(converted.llb().copies()[0].dest, "/app/sub/");
    assert_eq!(
        converted.llb().execs()[0].meta.as_ref().unwrap().args,
        ["cmd", "/S", "/C", "dir"]
    );
    assert_eq!(converted.image.config.env, None);
}
