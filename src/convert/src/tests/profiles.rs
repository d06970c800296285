//! Settings for a part of a build: stages, shipped stages, platforms; and one image in several of them.

use fromtier_policy::{Policy, Severity};

use super::*;

const BUILD_STAGES_ARE_FREE: &str =
    "version: 1\nstages:\n  \"build-*\": {tiers: {community: allow}}\n";

pub(super) fn gate_of(policy: &str) -> Gate {
    let policy = Policy::parse("policy.yaml", policy).unwrap();
    let today = Day::parse("2026-09-01").unwrap();
    Gate::new(Some(policy), None, None, today)
}

pub(super) fn outcome(policy: &str, options: &Options, text: &str) -> Outcome<Converted> {
    let builder = Builder::default();
    block_on(crate::convert(
        text.as_bytes(),
        options,
        &gate_of(policy),
        &builder,
    ))
}

#[track_caller]
fn passes(policy: &str, text: &str) {
    let result = outcome(policy, &options(), text).result;
    assert!(result.is_ok(), "{text}: {:?}", result.err());
}

/// Returns the lines that are refused.
#[track_caller]
fn refused(policy: &str, text: &str) -> Vec<i32> {
    refused_with(policy, &options(), text)
}

#[track_caller]
fn refused_with(policy: &str, options: &Options, text: &str) -> Vec<i32> {
    let error = match outcome(policy, options, text).result {
        Ok(_) => panic!("{text} passes"),
        Err(error) => error,
    };
    assert!(error.code().is_some(), "{error:?}");
    let all = std::iter::once(&error).chain(&error.more);
    all.map(|error| error.line().unwrap()).collect()
}

#[test]
fn a_build_stage_can_have_looser_rules_than_shipped_stages() {
    let policy = BUILD_STAGES_ARE_FREE;
    passes(
        policy,
        "FROM random-user/go AS build-go\nFROM alpine\nCOPY --from=build-go /a /a\n",
    );
    assert_eq!(
        refused(
            policy,
            "FROM random-user/go AS other\nFROM alpine\nCOPY --from=other /a /a\n"
        ),
        [1]
    );
    // The images that a build stage copies from belong to it.
    passes(
        policy,
        "FROM alpine AS build-go\nCOPY --from=random-user/go /a /a\nFROM alpine\nCOPY --from=build-go /a /a\n",
    );
}

#[test]
fn no_stage_name_loosens_the_rules_for_shipped_stages() {
    let policy = BUILD_STAGES_ARE_FREE;
    for text in [
        "FROM random-user/go AS build-go\n",
        "FROM random-user/go AS build-go\nFROM build-go\nRUN x\n",
        "FROM random-user/go AS build-go\nFROM build-go AS build-more\nFROM build-more\n",
    ] {
        assert_eq!(refused(policy, text), [1], "{text}");
    }
    let text = "FROM random-user/go AS build-go\nFROM alpine\nCOPY --from=build-go /a /a\n";
    let target = Options {
        target: "build-go".into(),
        ..options()
    };
    passes(policy, text);
    assert_eq!(refused_with(policy, &target, text), [1]);
}

#[test]
fn an_image_that_a_shipped_stage_copies_from_ships_too() {
    let policy = BUILD_STAGES_ARE_FREE;
    let copied = "FROM alpine AS build-x\nFROM alpine\nCOPY --from=random-user/go /a /a\n";
    assert_eq!(refused(policy, copied), [3]);
    let mounted = "FROM alpine\nRUN --mount=from=random-user/go,target=/g x\n";
    assert_eq!(refused(policy, mounted), [2]);
}

#[test]
fn one_image_in_two_stages_is_judged_for_each_of_them() {
    let policy = BUILD_STAGES_ARE_FREE;
    let lax_first =
        "FROM random-user/go AS build-go\nFROM random-user/go\nCOPY --from=build-go /a /a\n";
    assert_eq!(refused(policy, lax_first), [2]);
    let lax_last = "FROM random-user/go AS base\nFROM random-user/go AS build-go\nFROM base\nCOPY --from=build-go /a /a\n";
    assert_eq!(refused(policy, lax_last), [1]);
    let as_files = "FROM random-user/go AS build-go\nFROM alpine\nCOPY --from=build-go /a /a\nCOPY --from=random-user/go /a /a\n";
    assert_eq!(refused(policy, as_files), [4]);
    // The registry's answer is shared, and judged twice.
    let old = PLAIN.replacen('{', r#"{"created":"2020-01-01T00:00:00Z","#, 1);
    let policy = "version: 1\nstages: {final: {base: {max-age: 90d}}}";
    let text = "FROM alpine AS build-go\nFROM alpine\nCOPY --from=build-go /a /a\n";
    let builder = Builder::default().with("docker.io/library/alpine:latest", &old);
    let result = block_on(crate::convert(
        text.as_bytes(),
        &options(),
        &gate_of(policy),
        &builder,
    ))
    .result;
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.line()), (Some("FT134"), Some(2)));
    let asked = builder.asked.borrow().len();
    assert_eq!(asked, 1, "the builder is asked once");
}

#[test]
fn other_kinds_of_sources_follow_the_profile_of_their_stage() {
    let policy = "version: 1\nstages: {final: {sources: {http: deny}}}";
    let add = "ADD https://example.com/x /x\n";
    passes(
        policy,
        &format!("FROM alpine AS build\n{add}FROM alpine\nCOPY --from=build /x /x\n"),
    );
    assert_eq!(refused(policy, &format!("FROM alpine\n{add}")), [2]);
    let scratch =
        "version: 1\nsources: {scratch: deny}\nstages: {build: {sources: {scratch: allow}}}";
    passes(
        scratch,
        "FROM scratch AS build\nCOPY a /a\nFROM alpine\nCOPY --from=build /a /a\n",
    );
    assert_eq!(refused(scratch, "FROM scratch\nCOPY a /a\n"), [1]);
}

#[test]
fn a_platform_has_its_own_rules() {
    let policy = "version: 1\nplatforms: {linux/arm64: {tiers: {community: allow}}}";
    let text = "FROM random-user/go\n";
    let on = |platform: &str| Options {
        target_platform: Some(Platform::parse(platform).unwrap()),
        ..options()
    };
    assert!(outcome(policy, &on("linux/arm64"), text).result.is_ok());
    assert_eq!(refused_with(policy, &on("linux/amd64"), text), [1]);
    // A context that replaces an image is requested for the same platform.
    let with_context = |platform: &str| Options {
        contexts: [(
            "alpine".to_owned(),
            "docker-image://random-user/go".to_owned(),
        )]
        .into(),
        ..on(platform)
    };
    for text in ["FROM alpine\n", "FROM busybox AS alpine\n"] {
        let result = |platform: &str| outcome(policy, &with_context(platform), text).result;
        assert!(result("linux/arm64").is_ok(), "{text}");
        assert!(result("linux/amd64").is_err(), "{text}");
    }
    // Without a requested platform, the builder's counts.
    let scratch = "version: 1\nplatforms: {linux/arm64: {sources: {scratch: deny}}}";
    passes(scratch, "FROM scratch\nCOPY a /a\n");
    let other = "FROM --platform=linux/amd64 random-user/go\n";
    assert_eq!(refused_with(policy, &on("linux/arm64"), other), [1]);
}

#[test]
fn a_check_without_a_target_is_as_strict_as_any_build() {
    let policy = BUILD_STAGES_ARE_FREE;
    let text = "FROM random-user/go AS build-unused\nFROM alpine\n";
    let lint = block_on(crate::lint(
        text.as_bytes(),
        &options(),
        &gate_of(policy),
        &Builder::default(),
    ));
    assert_eq!(lint.result.unwrap_err().line(), Some(1));
}

#[test]
fn a_trigger_of_a_shipped_stage_ships() {
    let builder = Builder::default().with_triggers("alpine", &["COPY --from=random-user/x /b /b"]);
    let result = |text: &str| {
        let gate = gate_of(BUILD_STAGES_ARE_FREE);
        block_on(crate::convert(text.as_bytes(), &options(), &gate, &builder)).result
    };
    assert!(result("FROM alpine AS build-x\nFROM busybox\nCOPY --from=build-x /b /b\n").is_ok());
    assert_eq!(
        result("FROM alpine AS build-x\n").unwrap_err().code(),
        Some("FT101")
    );
}

#[test]
fn every_refused_image_is_named_at_once() {
    let text = "FROM random-user/a AS a\nFROM alpine AS b\nCOPY --from=random-user/b /x /x\n\
                FROM pyhton:3 AS c\nFROM alpine\nCOPY --from=a / /\nCOPY --from=b / /\nCOPY --from=c / /\n";
    let result = outcome("version: 1", &options(), text);
    let error = result.result.unwrap_err();
    let all: Vec<_> = std::iter::once(&error)
        .chain(&error.more)
        .map(|e| (e.line().unwrap(), e.code().unwrap(), e.help.is_some()))
        .collect();
    assert_eq!(
        all,
        [(1, "FT101", true), (3, "FT101", true), (4, "FT107", true)]
    );
    let denied = (result.verdicts.iter()).filter(|v| v.verdict.severity == Severity::Deny);
    assert_eq!(denied.count(), 3);
}

#[test]
fn a_refusal_comes_before_an_image_that_is_not_there() {
    let one = outcome("version: 1", &options(), "FROM random-user/a\n");
    assert!(one.result.unwrap_err().more.is_empty());
    // A refusal needs no registry, so it comes before an image that isn't there.
    let text = "FROM missing AS a\nFROM random-user/a\nCOPY --from=a / /\n";
    let policy = "version: 1\nimages: [{match: missing, action: allow}]";
    assert_eq!(refused(policy, text), [2]);
    let text = "FROM missing\n";
    let error = outcome(policy, &options(), text).result.unwrap_err();
    assert_eq!((error.code(), error.more.len()), (None, 0));
    assert!(error.message.contains("missing"), "{}", error.message);
}

#[test]
fn the_end_of_life_of_a_version_in_an_argument_is_seen() {
    let policy = "version: 1\nbase: {end-of-life: deny}";
    for text in [
        "ARG VERSION=18\nFROM node:${VERSION}-alpine\n",
        "ARG SUITE=buster\nFROM debian:${SUITE}-slim\n",
        "ARG IMAGE=node:18\nFROM ${IMAGE}\n",
    ] {
        let error = outcome(policy, &options(), text).result.unwrap_err();
        assert_eq!(
            (error.code(), error.line()),
            (Some("FT131"), Some(2)),
            "{text}"
        );
    }
    let given = Options {
        build_args: [("VERSION".to_owned(), "18".to_owned())].into(),
        ..options()
    };
    let text = "ARG VERSION=24\nFROM node:$VERSION\n";
    passes(policy, text);
    assert_eq!(refused_with(policy, &given, text), [2]);
}

#[test]
fn refused_downloads_are_named_with_refused_images_and_with_each_other() {
    let policy = "version: 1\nsources: {http: require-checksum, git: deny}";
    let sum = "a".repeat(64);
    let text = format!(
        "FROM alpine AS tools\nADD https://example.com/a /a\nADD https://example.com/b /b\n\
         FROM alpine\nADD --checksum=sha256:{sum} https://example.com/c /c\nADD https://example.com/r.git#main /r\nCOPY --from=tools / /\n"
    );
    assert_eq!(refused(policy, &text), [2, 3, 6]);
    let git = "FROM alpine\nADD https://example.com/r.git#main /r\n";
    assert_eq!(refused(policy, git), [2]);
    let with_image = text.replace("FROM alpine\n", "FROM random-user/a\n");
    assert_eq!(refused(policy, &with_image), [2, 3, 4, 6]);
    // A source that nothing needs isn't part of the build, and one that depends on a variable is left to the next
    // build.
    let text = "FROM alpine AS unused\nADD https://example.com/a /a\nFROM random-user/a\nARG V=1\nADD https://example.com/$V /b\n";
    assert_eq!(refused(policy, text), [3]);
}

#[test]
fn a_root_file_system_on_scratch_is_judged() {
    let policy = "version: 1\nsources: {root-file-system: deny}";
    for text in [
        "FROM scratch\nADD rootfs.tar.xz /\n",
        "FROM scratch\nADD rootfs .\n",
        "FROM scratch AS a\nFROM a\nADD rootfs.tar /\n",
        "FROM scratch\nADD --unpack=true https://example.com/rootfs.tar /\n",
        "FROM scratch\nADD rootfs.tar /.//./.\n",
        "FROM scratch\nADD rootfs.tar /x/..\n",
        "FROM scratch\nWORKDIR /x\nADD rootfs.tar ../\n",
        "FROM empty\nADD rootfs.tar /\n",
        "FROM busybox AS empty\nFROM empty\nADD rootfs.tar /\n",
    ] {
        let options = Options {
            contexts: [("empty".to_owned(), "docker-image://scratch".to_owned())].into(),
            ..options()
        };
        let error = outcome(policy, &options, text).result.unwrap_err();
        assert_eq!(error.code(), Some("FT146"), "{text}");
        let line = text.lines().count();
        assert_eq!(error.line(), Some(i32::try_from(line).unwrap()), "{text}");
    }
    for text in [
        "FROM scratch\nCOPY app /\n",
        "FROM scratch\nADD --unpack=false app.tar /\n",
        "FROM scratch\nADD app.tar /app/\n",
        "FROM scratch\nADD https://example.com/app /\n",
        "FROM alpine\nADD app.tar /\n",
    ] {
        passes(policy, text);
    }
    passes("version: 1", "FROM scratch\nADD rootfs.tar /\n");
}

#[test]
fn a_directory_that_a_stage_is_built_on_is_a_root_file_system() {
    let policy = "version: 1\nsources: {root-file-system: deny}";
    for context in ["local:rootfs", "https://example.com/rootfs.git"] {
        let options = Options {
            contexts: [("files".to_owned(), context.to_owned())].into(),
            ..options()
        };
        for text in [
            "FROM files\n",
            "FROM alpine AS files\n",
            "FROM alpine AS files\nFROM files\nRUN true\n",
            "FROM files AS a\nFROM alpine\nCOPY --from=a /a /a\n",
        ] {
            let error = outcome(policy, &options, text).result.unwrap_err();
            assert_eq!(error.code(), Some("FT146"), "{context} {text}");
            assert_eq!(error.line(), Some(1), "{context} {text}");
        }
        for text in [
            "FROM alpine\nCOPY --from=files / /\n",
            "FROM alpine\nRUN --mount=from=files,target=/a true\n",
            "FROM alpine AS files\nFROM alpine\nCOPY --from=files / /\n",
            "FROM alpine AS files\nFROM files AS unused\nFROM alpine\n",
        ] {
            outcome(policy, &options, text).result.unwrap();
        }
    }
}
