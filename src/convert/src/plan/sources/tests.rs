use super::*;

fn of(text: &str) -> Vec<PlannedSource> {
    sources(text.as_bytes(), &Options::default())
        .unwrap()
        .sources
}

fn seen(text: &str) -> Vec<(String, Via, bool)> {
    of(text)
        .into_iter()
        .map(|s| (s.reference, s.via, s.needed))
        .collect()
}

#[test]
fn every_path_of_an_image_is_seen_and_stages_are_not_images() {
    let text = "ARG TAG=22\nFROM node:$TAG AS build\nRUN --mount=type=bind,from=busybox,target=/b \\\n  true\nFROM unused AS other\n\
                FROM scratch\nCOPY --from=build /a /a\nCOPY --from=0 /a /a\nCOPY --from=alpine /b /b\nONBUILD COPY --from=evil /x /x\n";
    assert_eq!(
        seen(text),
        [
            ("node:22".into(), Via::From, true),
            ("busybox".into(), Via::MountFrom, true),
            ("unused".into(), Via::From, false),
            ("scratch".into(), Via::From, true),
            ("alpine".into(), Via::CopyFrom, true),
            ("evil".into(), Via::Onbuild, true),
        ]
    );
}

#[test]
fn spans_are_those_of_the_reference() {
    let text = "FROM node:22 AS b\nRUN --mount=type=bind,from=busybox,target=/b true\nCOPY --from=alpine a b\nADD https://e.org/x /x\n";
    let spans: Vec<&str> = of(text)
        .iter()
        .map(|s| {
            let span = s.span.unwrap();
            &text[span.start..span.end]
        })
        .collect();
    assert_eq!(spans, ["node:22", "busybox", "alpine", "https://e.org/x"]);
}

#[test]
fn triggers_of_a_base_have_the_place_of_the_base() {
    let text = "FROM node AS build\nFROM team/base:1 AS b\n";
    let options = Options::default();
    let base = &of(text)[1];
    let triggers = [
        "COPY --from=build /a /a",
        "COPY --from=alpine:3 /b /b",
        "RUN --mount=from=busybox,target=/b true",
        "NOT AN INSTRUCTION",
    ]
    .map(str::to_owned);
    let found = trigger_sources(text.as_bytes(), &options, base, &triggers).unwrap();
    let seen: Vec<_> = found
        .iter()
        .map(|s| (s.reference.as_str(), s.via, s.stage.as_str(), s.span))
        .collect();
    assert_eq!(
        seen,
        [
            ("alpine:3", Via::Onbuild, "b", base.span),
            ("busybox", Via::Onbuild, "b", base.span)
        ]
    );
}

#[test]
fn a_stage_runs_the_triggers_of_its_base_with_its_own_variables() {
    let text = "FROM golang AS tools\nFROM alpine AS base\nARG V=0\nONBUILD ARG V=1\nONBUILD ENV HOST=e.org\n\
                ONBUILD ADD https://$HOST/$V.tgz /\nONBUILD COPY --from=tools /t /t\nFROM base\nADD https://$HOST/$V /own\n";
    let seen: Vec<_> = of(text)
        .into_iter()
        .map(|s| (s.reference, s.via, s.ranges[0].start.line, s.needed))
        .collect();
    assert_eq!(
        seen,
        [
            // Only the trigger needs this stage.
            ("golang".into(), Via::From, 1, true),
            ("alpine".into(), Via::From, 2, true),
            // For the builds of others.
            ("https://e.org/1.tgz".into(), Via::Onbuild, 6, true),
            // For the last stage.
            ("https://e.org/1.tgz".into(), Via::Onbuild, 8, true),
            ("https://e.org/1".into(), Via::Add, 9, true),
        ]
    );
}

#[test]
fn triggers_of_an_image_declare_arguments() {
    let text = "FROM team/base:1\n";
    let base = &of(text)[0];
    let triggers = ["ARG V=2", "ADD https://e.org/$V /"].map(str::to_owned);
    let found = trigger_sources(text.as_bytes(), &Options::default(), base, &triggers).unwrap();
    assert_eq!(found[0].reference, "https://e.org/2");
}

#[test]
fn urls_and_repositories_are_seen_with_their_variables() {
    let twice = of("FROM scratch\nADD https://e.org/a https://e.org/a \\\n https://e.org/a /\n");
    let starts: Vec<_> = twice[1..].iter().map(|s| s.span.unwrap().start).collect();
    assert_eq!(starts, [17, 33, 52]);
    let text = "FROM scratch\nARG V=1\nADD https://e.org/$V.tgz /\nADD https://e.org/r.git#v$V /r\nADD local.txt /\n";
    let kinds: Vec<_> = of(text)
        .into_iter()
        .map(|s| (s.kind, s.reference))
        .collect();
    assert_eq!(kinds[1], (SourceKind::Http, "https://e.org/1.tgz".into()));
    assert_eq!(kinds[2], (SourceKind::Git, "https://e.org/r.git#v1".into()));
    assert_eq!(kinds.len(), 3);
}

#[test]
fn a_variable_that_cannot_be_filled_in_takes_no_other_away() {
    let text = "FROM scratch\nARG X\nENV HOST=evil.example W=${X:?needed}\nADD https://$HOST/a /\n";
    assert_eq!(of(text)[1].reference, "https://evil.example/a");
}

#[test]
fn files_from_scratch_come_from_no_image() {
    let text = "FROM alpine\nCOPY --from=scratch / /a\n";
    assert_eq!(seen(text), [("alpine".to_owned(), Via::From, true)]);
}

fn error(text: &str, options: &Options) -> Option<(String, Option<i32>)> {
    let plan = sources(text.as_bytes(), options).unwrap();
    plan.error
        .map(|error| (error.message.clone(), error.line()))
}

#[test]
fn the_error_of_a_build_is_known_unless_an_argument_is_missing() {
    let none = Options::default();
    for (text, message, line) in [
        (
            "FROM $image\n",
            "base name ($image) should not be blank",
            Some(1),
        ),
        (
            "FROM alpine AS a\nCOPY --from=a /x /y\n",
            "circular dependency detected on stage: a",
            Some(2),
        ),
        (
            "FROM alpine AS a\nCOPY --from=b a b\nFROM alpine AS b\nCOPY --from=a a b\n",
            "circular dependency detected on stage: a",
            Some(2),
        ),
        (
            "FROM alpine AS a\nCOPY --from=b a b\nFROM alpine AS b\nFROM a\n",
            "cannot copy from stage \"b\", it needs to be defined before current stage \"a\"",
            Some(2),
        ),
        (
            "FROM alpine AS a\nRUN --mount=from=b,target=/x true\nFROM alpine AS b\nFROM a\n",
            "cannot mount from stage \"b\" to \"/x\", stage needs to be defined before current command",
            Some(2),
        ),
        (
            "FROM alpine:$TAG\n",
            "failed to parse stage name \"alpine:\": invalid reference format",
            Some(1),
        ),
        (
            "FROM alpine\nARG X\nCOPY --from=$X / /\n",
            "variable expansion is not supported for --from",
            Some(3),
        ),
        (
            "FROM alpine\nCOPY --from=3 / /\n",
            "invalid stage index 3",
            Some(2),
        ),
        ("FROM a:${b:c}\n", "failed to process", Some(1)),
    ] {
        let (found, at) = error(text, &none).unwrap();
        assert!(found.contains(message), "{text}: {found}");
        assert_eq!(at, line, "{text}");
    }
    let target = Options {
        target: "nosuch".to_owned(),
        ..Options::default()
    };
    let (found, _) = error("FROM alpine AS base\n", &target).unwrap();
    assert!(
        found.contains("target stage \"nosuch\" could not be found"),
        "{found}"
    );
    for text in [
        "ARG BASE\nFROM $BASE\n",
        "ARG TAG\nARG BASE=node:$TAG\nFROM $BASE\n",
        "FROM alpine AS unused\nFROM alpine\n",
        "FROM a: AS unused\nFROM alpine\n",
    ] {
        assert_eq!(error(text, &none), None, "{text}");
    }
    let given = Options {
        build_args: [("TAG".to_owned(), "UP:PER".to_owned())].into(),
        ..Options::default()
    };
    assert!(error("ARG TAG\nFROM node:$TAG\n", &given).is_some());
}

#[test]
fn the_user_of_the_finished_image_is_known_if_the_file_says_it() {
    let user = |text: &str, target: &str| {
        let options = Options {
            target: target.to_owned(),
            ..Options::default()
        };
        let user = sources(text.as_bytes(), &options).unwrap().user?;
        Some((user.user, user.ranges[0].start.line))
    };
    let known = |user: &str, line: i32| Some((user.to_owned(), line));
    for (text, expected) in [
        ("FROM alpine\nUSER root\n", known("root", 2)),
        ("FROM alpine\nUSER root\nUSER 1000\n", known("1000", 3)),
        ("FROM alpine\nUSER \"root\"\n", known("root", 2)),
        (
            "FROM alpine AS a\nUSER root\nFROM a\nRUN true\n",
            known("root", 2),
        ),
        ("FROM scratch\nCOPY a /\n", known("", 1)),
        ("FROM scratch AS a\nFROM a\n", known("", 2)),
        // Only what ships counts, and a variable or a base image can say anything.
        (
            "FROM alpine AS a\nUSER root\nFROM alpine\nCOPY --from=a / /\n",
            None,
        ),
        ("FROM alpine\n", None),
        ("FROM alpine\nUSER $WHO\n", None),
    ] {
        assert_eq!(user(text, ""), expected, "{text}");
    }
    let text = "FROM alpine AS a\nUSER root\nFROM alpine\nUSER 1000\n";
    assert_eq!(user(text, "a"), known("root", 2));
}
