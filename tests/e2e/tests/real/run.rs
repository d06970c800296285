//! `RUN`: its forms, mounts, network and security.

use std::os::unix::net::UnixListener;

use fromtier_e2e::{Build, same};

#[test]
fn shell_form_runs_in_the_shell() {
    let image = same(&Build::new(
        "FROM busybox\nENV WHO=world\nRUN echo \"hello $WHO\" > /said && \\\n    echo more >> /said\n",
    ));
    assert_eq!(image.text("/said"), "hello world\nmore\n");
    let history = image.history();
    assert!(
        history.iter().any(|line| line
            == "RUN /bin/sh -c echo \"hello $WHO\" > /said &&     echo more >> /said # buildkit"),
        "{history:?}"
    );
}

#[test]
fn exec_form_runs_without_a_shell() {
    let image = same(&Build::new(
        "FROM busybox\nRUN [\"/bin/sh\", \"-c\", \"echo $0 '$HOME' > /said\", \"zero\"]\n",
    ));
    assert_eq!(image.text("/said"), "zero $HOME\n");
}

#[test]
fn a_heredoc_is_a_script() {
    let image = same(&Build::new(
        "FROM busybox\nENV A=1\nRUN <<EOF\necho one $A > /said\necho two >> /said\nEOF\nRUN <<\"EOF\" sh\necho three >> /said\nEOF\n",
    ));
    assert_eq!(image.text("/said"), "one 1\ntwo\nthree\n");
}

#[test]
fn a_heredoc_with_a_hash_bang_picks_its_interpreter() {
    let image = same(&Build::new(
        "FROM busybox\nRUN <<EOF\n#!/bin/awk -f\nBEGIN { print 6 * 7 > \"/said\" }\nEOF\n",
    ));
    assert_eq!(image.text("/said"), "42\n");
}

#[test]
fn the_shell_instruction_changes_the_shell() {
    let image = same(&Build::new(
        "FROM busybox\nSHELL [\"/bin/sh\", \"-ec\"]\nRUN echo \"$-\" > /said\n",
    ));
    assert!(image.text("/said").contains('e'));
    assert_eq!(image.config()["Shell"][1], "-ec");
}

#[test]
fn bind_mounts_come_from_the_context_a_stage_and_an_image() {
    let image = same(
        &Build::new(
            "FROM busybox AS made\nRUN echo stage > /from-stage\nFROM busybox\nRUN --mount=type=bind,source=file,target=/in/file \\\n    --mount=from=made,source=/from-stage,target=/in/stage \\\n    --mount=type=bind,from=alpine:latest,source=/etc/alpine-release,target=/in/image \\\n    cat /in/file /in/stage /in/image > /said\nRUN --mount=target=/ctx,rw touch /ctx/new && ls /ctx > /listed\n",
        )
        .file("file", "context\n"),
    );
    assert_eq!(image.text("/said"), "context\nstage\n3.23.0\n");
    assert!(image.text("/listed").contains("new"));
    assert!(!image.has("/ctx/new"));
}

#[test]
fn a_cache_mount_keeps_what_it_got_and_stays_out_of_the_image() {
    let image = same(&Build::new(
        "FROM busybox\nRUN --mount=type=cache,id=kept,target=/cache,uid=1000,gid=1000,mode=0700,sharing=locked echo kept > /cache/x && stat -c '%u %g %a' /cache > /said\nRUN --mount=type=cache,id=kept,target=/again,uid=1000,gid=1000,mode=0700,sharing=locked cat /again/x >> /said\n",
    ));
    assert_eq!(image.text("/said"), "1000 1000 700\nkept\n");
    assert!(!image.has("/cache/x"));
}

#[test]
fn a_cache_mount_starts_from_a_stage() {
    let image = same(&Build::new(
        "FROM busybox AS seed\nRUN mkdir /seed && echo seeded > /seed/x\nFROM busybox\nRUN --mount=type=cache,id=seeded,from=seed,source=/seed,target=/cache cat /cache/x > /said\n",
    ));
    assert_eq!(image.text("/said"), "seeded\n");
}

#[test]
fn a_tmpfs_mount_is_gone_afterwards() {
    let image = same(&Build::new(
        "FROM busybox\nRUN --mount=type=tmpfs,target=/t,size=1048576 grep ' /t ' /proc/mounts | cut -d' ' -f3 > /said; touch /t/gone\n",
    ));
    assert_eq!(image.text("/said"), "tmpfs\n");
    assert!(!image.has("/t/gone"));
}

#[test]
fn a_secret_is_a_file_or_a_variable_and_stays_out_of_the_image() {
    let build = Build::new(
        "FROM busybox\nRUN --mount=type=secret,id=token,mode=0444,uid=1000 stat -c '%a %u' /run/secrets/token > /said && wc -c < /run/secrets/token >> /said\nRUN --mount=type=secret,id=token,target=/t,required=true --mount=type=secret,id=token,env=TOKEN [ \"$(cat /t)\" = \"$TOKEN\" ]\nRUN --mount=type=secret,id=absent [ ! -e /run/secrets/absent ]\n",
    )
    .file("../token", "s3cr3t");
    let source = build.folder().join("../token");
    let image = same(
        &build
            .arg("--secret")
            .arg(&format!("id=token,src={}", source.display())),
    );
    assert_eq!(image.text("/said"), "444 1000\n6\n");
    let files = image.files();
    assert!(files.values().all(|entry| !entry.text().contains("s3cr3t")));
}

#[test]
fn an_ssh_mount_is_an_agents_socket() {
    let build = Build::new(
        "FROM busybox\nRUN --mount=type=ssh,mode=0600 test -S \"$SSH_AUTH_SOCK\" && echo \"$SSH_AUTH_SOCK\" > /said\nRUN --mount=type=ssh,id=default,target=/agent test -S /agent\n",
    );
    let socket = build.folder().join("agent.sock");
    let _agent = UnixListener::bind(&socket).unwrap();
    let image = same(
        &build
            .arg("--ssh")
            .arg(&format!("default={}", socket.display())),
    );
    assert_eq!(image.text("/said"), "/run/buildkit/ssh_agent.0\n");
}

#[test]
fn no_network_is_only_loopback() {
    let image = same(&Build::new(
        "FROM busybox\nRUN --network=none ls /sys/class/net > /said\nRUN --network=default echo default >> /said\n",
    ));
    assert_eq!(image.text("/said"), "lo\ndefault\n");
}

#[test]
fn the_hosts_network_is_requested() {
    let build = Build::new("FROM busybox\nRUN --network=host echo host > /said\n");
    let image = same(&build.arg("--allow").arg("network.host"));
    assert_eq!(image.text("/said"), "host\n");
}

#[test]
fn insecure_execution_is_requested() {
    let build = Build::new(
        "FROM busybox\nRUN --security=insecure test -e /dev/kmsg && echo insecure > /said\nRUN --security=sandbox test ! -e /dev/kmsg && echo sandbox >> /said\n",
    );
    let image = same(&build.arg("--allow").arg("security.insecure"));
    assert_eq!(image.text("/said"), "insecure\nsandbox\n");
}

#[test]
fn a_device_is_there_for_one_command() {
    let image = same(&Build::new(
        "FROM busybox\nRUN --device=example.com/device=variable,required echo \"$DEVICE\" > /said\nRUN --device=name=example.com/none=x echo \"${DEVICE:-none}\" >> /said\n",
    ));
    assert_eq!(image.text("/said"), "given\nnone\n");
}
