//! The scanner that makes a bill of materials.

use super::*;
use crate::Scanner;

fn scanner(builder: &Builder, reference: &str) -> Outcome<Scanner> {
    let parameters = [("X".to_owned(), "y".to_owned())].into();
    block_on(Scanner::resolve(
        reference,
        parameters,
        &options(),
        &gate(),
        builder,
    ))
}

#[test]
fn a_scanner_sees_the_result_and_the_requested_stages() {
    let config = PLAIN.replace("\"config\":{", "\"config\":{\"Cmd\":[\"scan\"],");
    let builder = Builder::default().with("docker.io/library/busybox:latest", &config);
    let scanner = scanner(&builder, "docker.io/library/busybox:latest")
        .result
        .unwrap();
    let mut converted = convert("FROM alpine\nARG BUILDKIT_SBOM_SCAN_CONTEXT=true\nCOPY a /\n");
    converted.state = scanner.scan(&mut converted, "linux/amd64").unwrap();
    let llb = converted.llb();
    let exec = llb.execs()[0];
    let meta = exec.meta.as_ref().unwrap();
    assert_eq!(meta.args, ["scan"]);
    assert_eq!(
        meta.env,
        [
            "PATH=/bin",
            "BUILDKIT_SCAN_DESTINATION=/run/out/",
            "BUILDKIT_SCAN_SOURCE=/run/src/core/sbom",
            "BUILDKIT_SCAN_SOURCE_EXTRAS=/run/src/extras",
            "BUILDKIT_SCAN_X=y",
        ]
    );
    let out = exec.mounts.iter().find(|m| m.dest == "/run/out/").unwrap();
    assert_eq!(llb.ops.last().unwrap().inputs[0].index, out.output);
    let read_only: Vec<&str> = exec
        .mounts
        .iter()
        .filter(|m| m.readonly)
        .map(|m| m.dest.as_str())
        .collect();
    assert_eq!(
        read_only,
        ["/run/src/core/sbom", "/run/src/extras/sbom-context"]
    );
    assert!(
        llb.names
            .iter()
            .any(|n| n == "[linux/amd64] generating sbom using docker.io/library/busybox:latest")
    );
}

#[test]
fn the_image_of_a_scanner_is_judged() {
    let outcome = scanner(&Builder::default(), "docker.io/random-user/scanner:latest");
    assert!(outcome.result.unwrap_err().code().is_some());
    assert_eq!(
        outcome.verdicts[0].via,
        fromtier_policy::gate::Via::SbomGenerator
    );
}

#[test]
fn a_scanner_without_a_command_is_none() {
    let error = scanner(&Builder::default(), "docker.io/library/busybox:latest")
        .result
        .unwrap_err();
    assert_eq!(
        error.message,
        "scanner docker.io/library/busybox:latest does not have cmd"
    );
}
