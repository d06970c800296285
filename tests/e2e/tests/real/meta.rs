//! The instructions that define how an image is run.

use fromtier_e2e::{Build, same};
use serde_json::json;

/// The config of an image whose Dockerfile is busybox and these lines.
#[track_caller]
fn config(lines: &str) -> serde_json::Value {
    same(&Build::new(&format!("FROM busybox\n{lines}\n"))).config()
}

#[test]
fn env() {
    let config =
        config("ENV A=1 B=\"two words\"\nENV OLD old form\nENV C=${A}/${NONE:-none} PATH=/x:$PATH");
    let env = config["Env"].as_array().unwrap();
    for variable in ["A=1", "B=two words", "OLD=old form", "C=1/none"] {
        assert!(
            env.contains(&json!(variable)),
            "{variable} is not in {env:?}"
        );
    }
    assert!(
        env[0]
            .as_str()
            .unwrap()
            .starts_with("PATH=/x:/usr/local/sbin")
    );
}

#[test]
fn label() {
    let config =
        config("ARG V=1.0\nLABEL version=$V org.example.text=\"a \\\n  b\" 'quoted key'=x");
    assert_eq!(config["Labels"]["version"], "1.0");
    assert_eq!(config["Labels"]["quoted key"], "x");
}

#[test]
fn workdir_and_user() {
    let image = same(&Build::new(
        "FROM node:22-alpine\nWORKDIR /a\nWORKDIR b/../c\nUSER node:node\nRUN pwd > /tmp/said; id -un >> /tmp/said\n",
    ));
    let config = image.config();
    assert_eq!(config["WorkingDir"], "/a/c");
    assert_eq!(config["User"], "node:node");
    assert_eq!(image.text("/tmp/said"), "/a/c\nnode\n");
}

#[test]
fn cmd_and_entrypoint() {
    let shell = config("CMD echo hello $WHO");
    assert_eq!(shell["Cmd"], json!(["/bin/sh", "-c", "echo hello $WHO"]));
    let exec = config("ENTRYPOINT [\"/bin/echo\", \"-n\"]\nCMD [\"x\"]");
    assert_eq!(exec["Entrypoint"], json!(["/bin/echo", "-n"]));
    assert_eq!(exec["Cmd"], json!(["x"]));
    // An entrypoint forgets the command of the base image.
    let forgotten = config("ENTRYPOINT [\"/bin/echo\"]");
    assert_eq!(forgotten["Cmd"], serde_json::Value::Null);
}

#[test]
fn expose_and_volume() {
    let config = config(
        "ARG PORT=8080\nEXPOSE $PORT 53/udp 7000-7002\nVOLUME /data [\"/more\"]\nVOLUME [\"/a\", \"/b c\"]",
    );
    for port in ["8080/tcp", "53/udp", "7000/tcp", "7001/tcp", "7002/tcp"] {
        assert!(
            config["ExposedPorts"].get(port).is_some(),
            "{port}: {config}"
        );
    }
    assert!(config["Volumes"].get("/data").is_some());
    assert!(config["Volumes"].get("/b c").is_some());
}

#[test]
fn stopsignal_and_shell() {
    let config = config("STOPSIGNAL SIGUSR1\nSHELL [\"/bin/ash\", \"-c\"]\nCMD hello");
    assert_eq!(config["StopSignal"], "SIGUSR1");
    assert_eq!(config["Cmd"], json!(["/bin/ash", "-c", "hello"]));
}

#[test]
fn healthcheck() {
    let check = config(
        "HEALTHCHECK --interval=10s --timeout=2s --start-period=1m --start-interval=500ms --retries=3 CMD wget -q localhost",
    );
    let check = &check["Healthcheck"];
    assert_eq!(check["Test"], json!(["CMD-SHELL", "wget -q localhost"]));
    assert_eq!(check["Interval"], 10_000_000_000u64);
    assert_eq!(check["Retries"], 3);
    assert_eq!(
        config("HEALTHCHECK NONE")["Healthcheck"]["Test"],
        json!(["NONE"])
    );
}

#[test]
fn onbuild_waits_for_the_next_image() {
    let config = config("ONBUILD RUN echo later\nONBUILD COPY . /src");
    assert_eq!(config["OnBuild"], json!(["RUN echo later", "COPY . /src"]));
}

#[test]
fn onbuild_of_a_base_is_carried_out() {
    let image = same(&Build::new(
        "FROM random-user/onbuild\nRUN cat /triggered > /said\n",
    ));
    assert_eq!(image.text("/said"), "triggered\n");
    assert!(image.has("/app/Dockerfile"));
    assert_eq!(image.config()["OnBuild"], serde_json::Value::Null);
}

#[test]
fn maintainer() {
    let image = same(&Build::new(
        "FROM busybox\nMAINTAINER Someone <some@one.example>\n",
    ));
    assert_eq!(image.image_config()["author"], "Someone <some@one.example>");
}

#[test]
fn an_image_of_only_metadata() {
    let image = same(&Build::new(
        "FROM scratch\nLABEL empty=yes\nCMD [\"/none\"]\n",
    ));
    assert!(image.files().is_empty());
    assert_eq!(image.config()["Labels"]["empty"], "yes");
}
