//! The errors that users read, and the lines that they point at.

use super::*;

fn assert_error(text: &str, message: &str, lines: &[&[i32]]) {
    let error = error(text);
    assert_eq!(error.message, message);
    let starts = |ranges: &Vec<fromtier_dockerfile::span::Range>| -> Vec<i32> {
        ranges.iter().map(|r| r.start.line).collect()
    };
    let found: Vec<Vec<i32>> = error.locations.iter().map(starts).collect();
    assert_eq!(found, lines, "{message}");
}

#[test]
fn errors_have_the_text_and_lines_of_the_reference() {
    assert_error(
        "FROM alpine AS a\nCOPY --from=b / /\nFROM a AS b\nCOPY --from=a / /\nFROM alpine AS c\nCOPY --from=d / /\nFROM alpine AS d\nCOPY --from=c / /\n",
        "circular dependency detected on stage: a",
        &[&[2], &[4]],
    );
    assert_error("FROM $X\n", "base name ($X) should not be blank", &[&[1]]);
    assert_error(
        "FROM alpine\n\nCOPY --from=later / /\nFROM alpine AS later\n"
            .replace(
                "FROM alpine AS later",
                "FROM alpine AS later\nFROM alpine AS last\nCOPY --from=0 / /",
            )
            .as_str(),
        "cannot copy from stage \"later\", it needs to be defined before current stage \"stage-0\"",
        &[&[3]],
    );
    assert_error(
        "FROM alpine\nCOPY --from=5 / /\n",
        "invalid stage index 5",
        &[],
    );
    assert_error(
        "FROM memcached:missing\n",
        "memcached:missing: docker.io/library/memcached:missing: not found",
        &[&[1]],
    );
    assert_error(
        "FROM alpine\nCOPY --chmod=9 a b\n",
        "invalid chmod parameter: '9'. it should be octal string and between 0 and 07777",
        &[&[2]],
    );
    assert_error(
        "FROM alpine\nVOLUME \"\"\n",
        "VOLUME specified can not be an empty string",
        &[&[2]],
    );
    assert_error(
        "FROM alpine\nSTOPSIGNAL nope\n",
        "invalid signal: nope",
        &[&[2]],
    );
    assert_error(
        "FROM alpine\nRUN --mount=type=bind,target=/ x\n",
        "invalid mount target \"/\"",
        &[&[2]],
    );
    assert_error(
        "FROM alpine\nCOPY https://example.com/x /\n",
        "source can't be a URL for COPY",
        &[&[2]],
    );
    assert_error(
        "FROM --platform=$NOPE alpine\n",
        "empty platform value from expression $NOPE",
        &[&[1]],
    );
    assert_error(
        "FROM --platform=bad//x alpine\n",
        &format!(
            "failed to parse platform bad//x: {}",
            Platform::parse("bad//x").unwrap_err()
        ),
        &[&[1], &[1]],
    );
}

#[test]
fn a_target_that_is_nearly_right_is_suggested() {
    let options = Options {
        target: "buidl".into(),
        ..options()
    };
    let error = convert_with(&Builder::default(), &options, "FROM alpine AS build\n")
        .result
        .unwrap_err();
    assert_eq!(
        error.message,
        "target stage \"buidl\" could not be found (did you mean build?)"
    );
}

#[test]
fn an_image_that_is_nearly_a_stage_is_suggested() {
    let text = "FROM alpine AS httpx\nFROM httpd\n";
    assert!(error(text).message.ends_with("(did you mean httpx?)"));
}

#[test]
fn an_empty_file_says_so() {
    assert_eq!(error("").message, "the Dockerfile cannot be empty");
    assert_eq!(
        error("# only a comment\n").message,
        "file with no instructions"
    );
}

#[test]
fn warnings_are_there_when_the_build_fails() {
    let outcome = convert_with(
        &Builder::default(),
        &options(),
        "FROM alpine AS Foo\nRUN $NOPE\nWORKDIR x\nCMD x\nSTOPSIGNAL nope\n",
    );
    assert!(outcome.result.is_err());
    let rules: Vec<_> = outcome.warnings.iter().map(|w| w.rule).collect();
    assert_eq!(
        rules,
        [
            "StageNameCasing",
            "WorkdirRelativePath",
            "JSONArgsRecommended"
        ]
    );
}

#[test]
fn checks_can_fail_a_build() {
    let text = "# check=error=true\nFROM alpine\nMAINTAINER me\n";
    assert_eq!(
        error(text).message,
        "lint violation found for rules: MaintainerDeprecated"
    );
}

#[test]
fn bytes_that_are_not_text_reach_no_container() {
    let run = |text: &[u8]| {
        block_on(crate::convert(
            text,
            &options(),
            &gate(),
            &Builder::default(),
        ))
        .result
        .and_then(|converted| converted.definition(&options()))
    };
    let error = run(b"FROM alpine\nRUN echo \xff\n").unwrap_err();
    assert_eq!(
        error.message,
        "failed to marshal LLB definition: string field contains invalid UTF-8"
    );
    assert!(run(b"FROM alpine AS a\nRUN echo \xff\nFROM alpine\nLABEL a=\xff\n").is_ok());
}

#[test]
fn dates_that_an_image_config_cannot_have_are_refused() {
    let with = |date: &str, text: &str| {
        let options = Options {
            build_args: [("SOURCE_DATE_EPOCH".to_owned(), date.to_owned())].into(),
            ..options()
        };
        convert_with(&Builder::default(), &options, text).result
    };
    assert!(with("253402300799", "FROM alpine\nENV A=1\n").is_ok());
    let error = with("253402300800", "FROM alpine\nENV A=1\n").unwrap_err();
    assert!(error.message.ends_with("year outside of range [0,9999]"));
    assert!(with("253402300800", "FROM alpine\n").is_ok());
    let error = with("nonsense", "FROM alpine\n").unwrap_err();
    assert_eq!(error.message, "invalid SOURCE_DATE_EPOCH: nonsense");
}
