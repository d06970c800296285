//! Builds that must fail, with the reference's text and at its place.

use fromtier_e2e::{Build, same_failure};

#[test]
fn a_missing_file() {
    let text = same_failure(&Build::new("FROM busybox\nCOPY absent /\n"));
    assert!(text.contains(">>> COPY absent /"), "{text}");
    assert!(text.contains("\"/absent\": not found"), "{text}");
}

#[test]
fn a_command_that_fails() {
    let text = same_failure(&Build::new("FROM busybox\nRUN exit 7\n"));
    assert!(text.contains("exit code: 7"), "{text}");
}

#[test]
fn no_from() {
    same_failure(&Build::new("RUN echo\n"));
}

#[test]
fn an_empty_dockerfile() {
    same_failure(&Build::new("# nothing\n"));
}

#[test]
fn an_unknown_instruction() {
    let text = same_failure(&Build::new("FROM busybox\nCOPYY a b\n"));
    assert!(text.contains("did you mean COPY?"), "{text}");
}

#[test]
fn an_unknown_flag() {
    same_failure(&Build::new("FROM busybox\nCOPY --chwn=1 a /\n"));
}

#[test]
fn a_cycle_of_stages() {
    same_failure(&Build::new(
        "FROM busybox AS a\nCOPY --from=b /x /\nFROM busybox AS b\nCOPY --from=a /x /\n",
    ));
}

#[test]
fn a_target_that_is_not_there() {
    let text = same_failure(&Build::new("FROM busybox AS build\n").opt("target=biuld"));
    assert!(text.contains("did you mean build?"), "{text}");
}

#[test]
fn an_argument_that_is_not_set_in_from() {
    same_failure(&Build::new("FROM $NOTHING\n"));
}

#[test]
fn a_quote_that_is_not_closed() {
    same_failure(&Build::new("FROM busybox\nENV A=\"open\n"));
}

#[test]
fn a_heredoc_that_is_not_closed() {
    same_failure(&Build::new("FROM busybox\nRUN <<EOF\necho\n"));
}

#[test]
fn an_image_that_is_not_there() {
    same_failure(&Build::new("FROM library/nosuchimage:none\n"));
}

#[test]
fn a_dockerfile_that_is_not_there() {
    same_failure(&Build::new("FROM busybox\n").opt("filename=Absent"));
}

#[test]
fn a_platform_that_is_none() {
    same_failure(&Build::new("FROM busybox\n").opt("platform=lin ux"));
}

#[test]
fn a_secret_that_is_needed() {
    same_failure(&Build::new(
        "FROM busybox\nRUN --mount=type=secret,id=none,required=true cat /run/secrets/none\n",
    ));
}

#[test]
fn rights_that_were_not_given() {
    same_failure(&Build::new("FROM busybox\nRUN --security=insecure id\n"));
    same_failure(&Build::new("FROM busybox\nRUN --network=host id\n"));
}

#[test]
fn checks_can_be_errors() {
    // Of one rule: the reference names several in any order.
    same_failure(&Build::new(
        "# check=error=true\nFROM busybox as x\nFROM busybox as y\n",
    ));
}
