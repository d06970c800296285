//! No image gets into a build without the gate: one test for each way in.

use fromtier_policy::gate::Via;

use super::*;

/// Returns a refusal, with the line that it points at.
fn refused(builder: &Builder, options: &Options, text: &str, via: Via, line: i32) {
    let outcome = convert_with(builder, options, text);
    let error = outcome.result.expect_err("the gate let it pass");
    assert!(error.code().is_some(), "{error:?}");
    assert!(error.message.contains("random-user/"), "{}", error.message);
    let ranges = error.locations.first().expect("a place");
    assert_eq!(ranges.first().map(|r| r.start.line), Some(line));
    let said = outcome.verdicts.last().expect("a verdict");
    assert_eq!(said.via, via);
    let asked = builder.asked.borrow();
    assert!(
        !asked.iter().any(|a| a.contains("random-user")),
        "asked before it was allowed: {asked:?}"
    );
}

fn refused_plain(text: &str, via: Via, line: i32) {
    refused(&Builder::default(), &options(), text, via, line);
}

#[test]
fn the_image_of_from_is_judged() {
    refused_plain("FROM random-user/node-custom:latest\n", Via::From, 1);
    refused_plain(
        "FROM alpine AS a\nFROM random-user/x AS b\nFROM a\nCOPY --from=b / /\n",
        Via::From,
        2,
    );
}

#[test]
fn arguments_in_from_are_filled_in_first() {
    refused_plain("ARG WHO=random-user\nFROM ${WHO}/x\n", Via::From, 2);
    let options = Options {
        build_args: [("BASE".to_owned(), "random-user/x".to_owned())].into(),
        ..options()
    };
    refused(
        &Builder::default(),
        &options,
        "ARG BASE=alpine\nFROM $BASE\n",
        Via::From,
        2,
    );
}

#[test]
fn the_image_of_copy_from_is_judged() {
    refused_plain(
        "FROM alpine\nCOPY --from=random-user/x /a /a\n",
        Via::CopyFrom,
        2,
    );
}

#[test]
fn the_image_of_a_mount_is_judged() {
    let text = "FROM alpine\nRUN --mount=type=bind,from=random-user/x,target=/x true\n";
    let outcome = convert_with(&Builder::default(), &options(), text);
    let error = outcome.result.unwrap_err();
    assert!(error.code().is_some());
    // BuildKit gives such an image no lines; a refusal has those of the instruction.
    assert_eq!(error.locations[0][0].start.line, 2);
    assert_eq!(outcome.verdicts.last().unwrap().via, Via::MountFrom);
}

#[test]
fn the_image_of_a_trigger_is_judged() {
    let builder = Builder::default().with_triggers("alpine", &["COPY --from=random-user/x /b /b"]);
    refused(
        &builder,
        &options(),
        "FROM alpine\nRUN own\n",
        Via::Onbuild,
        1,
    );
    refused_plain(
        "FROM alpine AS a\nONBUILD COPY --from=random-user/x / /\nFROM a\n",
        Via::Onbuild,
        3,
    );
}

#[test]
fn named_contexts_are_judged() {
    for text in [
        "FROM alpine\n",
        "FROM busybox AS alpine\n",
        "FROM busybox\nCOPY --from=alpine / /\n",
    ] {
        let options = Options {
            contexts: [(
                "alpine".to_owned(),
                "docker-image://random-user/x".to_owned(),
            )]
            .into(),
            ..options()
        };
        let outcome = convert_with(&Builder::default(), &options, text);
        assert!(outcome.result.unwrap_err().code().is_some(), "{text}");
        assert_eq!(outcome.verdicts.last().unwrap().via, Via::NamedContext);
    }
}

#[test]
fn an_image_that_the_builder_substitutes_for_an_oci_layout_is_judged() {
    let sum = Digest::sha256(b"layout");
    let asked = format!("docker.io/library/base@{}", sum.as_str());
    let put = |other: &str| Builder {
        replaced: [(asked.clone(), other.to_owned())].into(),
        ..Builder::default()
    };
    let options = Options {
        contexts: [(
            "base".to_owned(),
            format!("oci-layout://store@{}", sum.as_str()),
        )]
        .into(),
        ..options()
    };
    for text in ["FROM base\n", "FROM alpine\nCOPY --from=base / /\n"] {
        let builder = put("docker.io/random-user/x:latest");
        let error = convert_with(&builder, &options, text).result.unwrap_err();
        assert_eq!(error.code(), Some("FT101"), "{text}: {error}");
        let builder = put("docker.io/library/alpine:latest");
        convert_with(&builder, &options, text).result.unwrap();
        convert_with(&Builder::default(), &options, text)
            .result
            .unwrap();
    }
}

#[test]
fn the_source_of_a_date_is_judged() {
    let source = pb::Op {
        op: Some(pb::op::Op::Source(pb::SourceOp {
            identifier: "docker-image://docker.io/random-user/x:latest".to_owned(),
            ..pb::SourceOp::default()
        })),
        ..pb::Op::default()
    }
    .encode_to_vec();
    let digest = Digest::sha256(&source).as_str().to_owned();
    let last = pb::Op {
        inputs: vec![pb::Input {
            digest: digest.clone(),
            index: 0,
        }],
        ..pb::Op::default()
    };
    let definition = pb::Definition {
        def: vec![source, last.encode_to_vec()],
        metadata: [(digest, pb::OpMetadata::default())].into(),
        source: None,
    };
    let builder = Builder {
        inputs: [("base".to_owned(), definition)].into(),
        ..Builder::default()
    };
    let options = Options {
        contexts: [("base".to_owned(), "input:base".to_owned())].into(),
        build_args: [("SOURCE_DATE_EPOCH".to_owned(), "base".to_owned())].into(),
        ..options()
    };
    let outcome = convert_with(&builder, &options, "FROM alpine\n");
    assert_eq!(outcome.result.unwrap_err().code(), Some("FT101"));
    assert!(builder.asked.borrow().is_empty());
}

#[test]
fn an_image_that_the_builder_substitutes_is_judged() {
    let builder = Builder {
        replaced: [(
            "docker.io/library/alpine:latest".to_owned(),
            "docker.io/random-user/x:latest".to_owned(),
        )]
        .into(),
        ..Builder::default()
    };
    let outcome = convert_with(&builder, &options(), "FROM alpine\n");
    assert!(outcome.result.unwrap_err().code().is_some());
}

#[test]
fn a_stage_of_that_name_is_not_an_image() {
    let text = "FROM alpine AS evil\nFROM alpine\nCOPY --from=evil / /\nRUN --mount=from=evil,target=/x true\n";
    assert!(
        convert_with(&Builder::default(), &options(), text)
            .result
            .is_ok()
    );
}

#[test]
fn unneeded_stages_are_judged_only_if_all_are_converted() {
    let text = "FROM random-user/x AS unused\nFROM alpine\n";
    assert!(
        convert_with(&Builder::default(), &options(), text)
            .result
            .is_ok()
    );
    let outcome = block_on(crate::lint(
        text.as_bytes(),
        &options(),
        &gate(),
        &Builder::default(),
    ));
    assert!(outcome.result.unwrap_err().code().is_some());
}

#[test]
fn a_locked_digest_that_is_gone_is_named_as_the_locks() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let lock = format!("docker.io/library/httpd:2.4 {digest} 2025-12-24\n");
    let lock = fromtier_policy::Lock::parse("fromtier.lock", &lock).unwrap();
    let gate = Gate::new(None, None, Some(lock), Day::parse("2026-01-01").unwrap());
    let of = |text: &str| {
        let outcome = block_on(crate::convert(
            text.as_bytes(),
            &options(),
            &gate,
            &Builder::default(),
        ));
        outcome.result.unwrap_err()
    };
    let error = of("FROM httpd:2.4\n");
    assert_eq!(error.code(), Some("FT126"));
    assert_eq!(
        error.message,
        format!(
            "httpd:2.4 is unavailable at the digest that the lock file has had since 2025-12-24: docker.io/library/httpd:2.4@{digest}: not found"
        )
    );
    assert_eq!(
        error.help.as_deref(),
        Some(
            "if the registry no longer has it, lock the current digest: fromtier lock --update=httpd:2.4"
        )
    );
    assert_eq!(error.locations[0][0].start.line, 1);
    // If the lock file isn't involved, the message is the builder's alone; for a tag that nobody knows, the nearest follows.
    let nearest = "use a supported tag: httpd:2.4";
    for (text, help) in [
        ("FROM httpd:2.5\n", Some(nearest)),
        (&format!("FROM httpd:2.4@{digest}\n"), None),
    ] {
        let error = of(text);
        assert_eq!(
            (error.code(), error.help.as_deref()),
            (None, help),
            "{text}"
        );
    }
}
